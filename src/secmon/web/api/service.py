"""Objects behind the API; created once by the composition root."""

from dataclasses import dataclass, field
from datetime import datetime

from secmon.auth.authenticator import Authenticator
from secmon.auth.principal import Principal
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.live.context import CentreContext
from secmon.live.pipeline_port import BackupControl, PipelineControl
from secmon.reports.content.sources import Sources
from secmon.sites.scope import Scope
from secmon.web.gateway.rate_limit import Throttle
from secmon.web.tour.replay_protocol import Replay
from secmon.web.tour.sandbox import ContextSource


@dataclass(frozen=True, slots=True)
class Service:
    """Contexts, authenticator and commands of the running centre; `digest_sources` are the live centre's."""

    contexts: ContextSource
    authenticator: Authenticator
    pipeline: PipelineControl
    backup: BackupControl
    digest_sources: Sources
    throttle: Throttle = field(default_factory=lambda: Throttle(600, 120))
    replay: Replay | None = None

    @property
    def context(self) -> CentreContext:
        """Context of the current request."""
        return self.contexts.current()

    @property
    def db(self) -> Database:
        """Operational database of the current request."""
        return self.context.db

    def now(self) -> datetime:
        """Return the time of the current request's centre."""
        return self.context.clock()

    def change(self, principal: Principal, scope: Scope | None = None) -> Change:
        """Return a change by the principal at this moment, limited to their scope or to the one given."""
        context = self.context
        return Change(context.db, principal.scope if scope is None else scope, principal.actor, context.clock())
