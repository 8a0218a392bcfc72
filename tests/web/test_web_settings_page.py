"""The page of settings: what the centre runs with, without its secrets, and targets that those who may can change."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from page_buttons import press, words

from secmon.auth.accounts import AccountDraft
from secmon.auth.roles import Role
from secmon.db import audit_log
from secmon.errors import UsageError
from secmon.incidents import sla
from secmon.operations import metrics
from secmon.operations.metric_samples import Metric
from secmon.runtime.centre import Centre
from secmon.runtime.data_folder_lock import Instance
from secmon.settings import Settings, load_settings
from secmon.sites.scope import EVERYTHING
from secmon.store.client import Store
from secmon.taxonomy import Severity
from secmon.web.i18n.texts import LANGUAGES, t
from secmon.web.pages.settings.view import settings_in_force
from web_centre import NOW, call, centre_over, new_desk, principal

TOML = """
store = "clickhouse://secmon:s3cret@store.example:8123"
desk = "postgresql+psycopg://secmon:s3cret@desk.example/secmon"
collect_seconds = 5.0
flood_site = 30
rules = ["own-rules"]
[placeholders]
admins = ["root"]
[mail]
host = "mail.example"
sender = "secmon@soc.example"
password_file = "/etc/secmon/mail"
[[recipients]]
name = "Night watch"
address = "watch@soc.example"
[[feeds]]
name = "ids"
format = "suricata_eve"
url = "https://{site}.example/ids"
"""


@pytest.fixture
def centre(store: Store, tmp_path: Path) -> Iterator[Centre]:
    """A centre that was started with a few settings of its own."""
    db = new_desk(tmp_path)
    with Instance(tmp_path) as instance:
        made = centre_over(store, db, tmp_path, instance)
        made.pipeline.context = replace(made.pipeline.context, settings=configured(tmp_path))
        yield made
    db.close()


def configured(folder: Path) -> Settings:
    """Settings from a file."""
    file = folder / "secmon.toml"
    file.write_text(TOML, "utf-8")
    return load_settings(file, data=folder)


def test_what_was_set_is_told_and_no_secret(tmp_path: Path) -> None:
    """Every setting is there once; passwords in addresses are left out, a secret is shown by its file at most."""
    found = {one.name: one for one in settings_in_force(configured(tmp_path))}
    assert list(found) == list(Settings.model_fields)
    assert found["store"].value == "clickhouse://secmon:…@store.example:8123"
    assert found["desk"].value == "postgresql+psycopg://secmon:…@desk.example/secmon"
    assert {name: one.value for name, one in found.items() if name in {"mail", "recipients", "feeds", "rules"}} == {
        "mail": "mail.example:587 (starttls)",
        "recipients": "Night watch",
        "feeds": "ids",
        "rules": "own-rules",
    }
    assert found["placeholders"].value == "admins"
    assert "s3cret" not in str(found)
    changed = {name for name, one in found.items() if one.changed}
    assert changed == {"data", "store", "desk", "flood_site", "rules", "placeholders", "mail", "recipients", "feeds"}


def test_each_setting_has_its_words() -> None:
    """English says what docs/settings.md says; Korean says it in Korean."""
    for name, field in Settings.model_fields.items():
        assert t(f"setting.{name}", "en") == field.description
        assert any("가" <= letter <= "힣" for letter in t(f"setting.{name}", "ko"))


@pytest.mark.store
@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_page_shows_targets_and_settings(centre: Centre, language: str) -> None:
    """A supervisor reads them; what differs from what it came with is said."""
    async with principal(centre, draft=AccountDraft("lead", Role.SUPERVISOR)) as client:
        shown = words(await call(client, "settings-started.children", {"language.data": language}))
    assert "clickhouse://secmon:…@store.example:8123" in shown
    assert "s3cret" not in shown
    assert t("setting.flood_site", language) in shown
    assert t("settings.respond", language) in shown
    assert metrics.definitions()[Metric.MTTD].name_en in shown or language == "ko"


@pytest.mark.store
async def test_targets_are_changed_and_the_audit_log_tells_who(centre: Centre) -> None:
    """One clock of one severity, one time and one share."""
    db = centre.pipeline.context.db
    async with principal(centre, draft=AccountDraft("lead", Role.SUPERVISOR)) as client:
        said = await press(client, "settings", "sla", "4", choice="respond", title="30m")
        assert "30 min" in str(said["settings-said"])
        said = await press(client, "settings", "metric", "mttd", title="10m")
        assert "10 min" in str(said["settings-said"])
        await press(client, "settings", "metric", "sla", title="97.5%")
    assert sla.sla_targets(db)[Severity.HIGH] == replace(sla.DEFAULTS[Severity.HIGH], respond=1800)
    assert metrics.targets(db)[Metric.MTTD] == 600
    assert metrics.targets(db)[Metric.SLA] == 0.975
    entries = audit_log.audit_entries(db, EVERYTHING, limit=10)
    assert {(one.action, one.actor) for one in entries} >= {("sla.targets", "lead"), ("metric.target", "lead")}
    assert all(one.at == NOW for one in entries if one.action in {"sla.targets", "metric.target"})


@pytest.mark.store
@pytest.mark.parametrize(
    ("action", "target", "filled", "code"),
    [
        ("sla", "4", {"choice": "respond", "title": "soon"}, "target.duration_not_valid"),
        ("sla", "4", {"choice": "", "title": "15m"}, "target.not_chosen"),
        ("sla", "1", {"choice": "respond", "title": "15m"}, "target.unknown"),
        ("sla", "' OR 1=1", {"choice": "respond", "title": "15m"}, "target.unknown"),
        ("metric", "mttr", {"title": "15m"}, "target.unknown"),
        ("metric", "sla", {"title": "0%"}, "target.share_not_valid"),
        ("metric", "sla", {"title": "nan"}, "target.share_not_valid"),
        ("metric", "sla", {"title": "101"}, "target.share_not_valid"),
        ("metric", "mttd", {"title": "95%"}, "target.duration_not_valid"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words(
    centre: Centre, action: str, target: str, filled: dict[str, str], code: str
) -> None:
    """Nothing is changed, and the dialog says what to write."""
    db = centre.pipeline.context.db
    before = (sla.sla_targets(db), metrics.targets(db))
    async with principal(centre, draft=AccountDraft("lead", Role.SUPERVISOR)) as client:
        said = await press(client, "settings", action, target, **filled)
    assert UsageError(code).text("en") in str(said["settings-refused"])
    assert (sla.sla_targets(db), metrics.targets(db)) == before


@pytest.mark.store
@pytest.mark.parametrize("role", [Role.OPERATOR, Role.VIEWER, Role.DEMO])
async def test_others_neither_see_nor_change_it(centre: Centre, role: Role) -> None:
    """Not the page, not what fills it, not the act."""
    db = centre.pipeline.context.db
    async with principal(centre, draft=AccountDraft("somebody", role)) as client:
        assert (await client.get("/settings")).status_code == 403
        assert (await call(client, "settings-started.children", {"language.data": "en"})).status_code == 403
        said = await press(client, "settings", "metric", "mttd", title="10m")
    assert "settings" in str(said["settings-refused"])
    assert metrics.targets(db)[Metric.MTTD] == metrics.DEFAULT_TARGETS[Metric.MTTD]
