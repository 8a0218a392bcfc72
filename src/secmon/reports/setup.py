"""Build the composition and delivery of digests from the settings and the running centre."""

import json
from datetime import datetime
from pathlib import Path

from secmon.db.audit_log import CENTRE
from secmon.db.transaction import Change
from secmon.errors import UsageError
from secmon.live.context import CentreContext
from secmon.reports.content.sources import Sources
from secmon.reports.delivery.channels import Channels
from secmon.reports.delivery.recipients import follow_settings
from secmon.reports.jobs import Digests
from secmon.settings import Settings
from secmon.sites.scope import EVERYTHING


def digests_of(settings: Settings, context: CentreContext, assets: Path) -> Digests:
    """Build what the scheduled jobs and the command use; `assets` is the folder with the map."""
    return Digests(sources_of(settings, context, assets), channels_of(settings), context.clock)


def sources_of(settings: Settings, context: CentreContext, assets: Path) -> Sources:
    """Collect the sources that digests are composed from."""
    tiles = json.loads((assets / "geo" / "hexmap.json").read_text(encoding="utf-8"))["tiles"]
    return Sources(
        store=context.store,
        db=context.db,
        sites=context.sites,
        provinces=context.provinces,
        rules=context.rules,
        reports=context.reports,
        tiles=[(tile["code"], tile["col"], tile["row"]) for tile in tiles],
        simulated=context.simulated,
        tlp=settings.digest_tlp,
    )


def channels_of(settings: Settings) -> Channels:
    """Build the delivery channels; raise UsageError when a secret cannot be read."""
    if settings.mail is not None:
        settings.mail.password()  # a missing password file is reported now, not at the first mail
    secret = ""
    if settings.webhook_secret_file is not None:
        try:
            secret = settings.webhook_secret_file.read_text(encoding="utf-8").strip()
        except OSError as error:
            raise UsageError.literal(f"webhook_secret_file {settings.webhook_secret_file}: {error.strerror}") from error
    return Channels(settings.mail, secret)


def enter_recipients(settings: Settings, context: CentreContext, now: datetime) -> None:
    """Make the recipients in the operational database match those of the settings."""
    follow_settings(Change(context.db, EVERYTHING, CENTRE, now), settings.recipients)
