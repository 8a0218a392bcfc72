"""The declared level: five levels, an issuer, duties, and the acknowledgement of each municipality."""

import inspect
from datetime import timedelta

import pytest

from alert_cases import HOUR, KIM, LEE, NOW
from secmon.db.audit_log import CENTRE, Actor, audit_entries
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import IllegalMove, NotFoundError
from secmon.notifications import outbox
from secmon.operations import crisis_level, level_duties
from secmon.operations.crisis_level import CrisisLevel, Declaration
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope

pytest_plugins = "database_fixtures"
CAUTION = Declaration(CrisisLevel.CAUTION, "NCSC", "전산망 장애", NOW)
JONGNO = Actor("jongno", "192.0.2.1")


def test_levels_are_declared_and_kept(db: Database) -> None:
    """The newest is in force, the others are history, and the audit log tells who entered it."""
    assert crisis_level.current_declaration(db) is None
    first = crisis_level.declare_level(Change(db, EVERYTHING, LEE, NOW + HOUR), CAUTION)
    raised = Declaration(CrisisLevel.ALERT, "NCSC", "확산", NOW + 2 * HOUR)
    second = crisis_level.declare_level(Change(db, EVERYTHING, LEE, raised.declared_at), raised)
    assert crisis_level.level_in_force(db) == raised
    assert [(one.number, one.declaration) for one in crisis_level.level_history(db, 9)] == [
        (second, raised),
        (first, CAUTION),
    ]
    told = audit_entries(db, EVERYTHING, limit=9, action="level.")
    assert [(one.actor, one.at) for one in told] == [("operator2", NOW + 2 * HOUR), ("operator2", NOW + HOUR)]


def test_a_level_needs_an_issuer_and_a_reason(db: Database) -> None:
    """Back to normal needs no reason."""
    for issuer, reason in ((" ", "r"), ("NCSC", "")):
        with pytest.raises(IllegalMove):
            crisis_level.declare_level(
                Change(db, EVERYTHING, CENTRE, NOW), Declaration(CrisisLevel.CAUTION, issuer, reason, NOW)
            )
    crisis_level.declare_level(Change(db, EVERYTHING, CENTRE, NOW), Declaration(CrisisLevel.NORMAL, "NCSC", "", NOW))
    assert [one.declaration.level for one in crisis_level.level_history(db, 9)] == ["normal"]


def test_nothing_computes_a_level() -> None:
    """No function of the program makes a declaration out of alerts or incidents: the module knows neither."""
    names = {name for name, _ in inspect.getmembers(crisis_level)}
    assert not names & {"Alert", "Incident", "Severity", "incident", "queue"}


def test_a_level_cascades_to_all_sites(db: Database) -> None:
    """A letter to each; acknowledged once by each; who has not is named; a province sees its own."""
    number = crisis_level.declare_level(Change(db, EVERYTHING, LEE, CAUTION.declared_at), CAUTION, channels=["mail"])
    letters = outbox.claim_letters(db, "sender", limit=999, now=NOW)
    assert {one.letter.site for one in letters} == {site.code for site in load_sites()}
    assert letters[0].letter.content["level"] == "caution"
    assert level_duties.acknowledge_level(
        Change(db, Scope.of_sites(["11110"]), JONGNO, NOW), number, "11110", note="확인"
    )
    assert not level_duties.acknowledge_level(Change(db, EVERYTHING, KIM, NOW), number, "11110")
    seoul = Scope.of_province("11", load_sites())
    standing = level_duties.acknowledgement_progress(db, seoul, number)
    assert (standing.acknowledged, standing.of, len(standing.missing)) == (1, 25, 24)
    assert level_duties.acknowledgement_progress(db, EVERYTHING, number).of == 226
    [kept] = level_duties.acknowledgements(db, seoul, number)
    assert (kept.site, kept.actor, kept.note) == ("11110", "jongno", "확인")
    with pytest.raises(NotFoundError):
        level_duties.acknowledge_level(Change(db, Scope.of_sites(["11110"]), JONGNO, NOW), number, "26110")


def test_duties_are_ticked_for_the_level_in_force(db: Database) -> None:
    """With who and when; not twice, not those of another level or of the sites, not of an older declaration."""
    number = crisis_level.declare_level(Change(db, EVERYTHING, CENTRE, CAUTION.declared_at), CAUTION)
    level_duties.complete_duty(Change(db, EVERYTHING, KIM, NOW), number, "caution.shift", note="야간조 보강")
    assert level_duties.completed_duties(db, number)["caution.shift"].done_by == "operator1"
    with pytest.raises(IllegalMove, match="is already done"):
        level_duties.complete_duty(Change(db, EVERYTHING, LEE, NOW), number, "caution.shift")
    for key in ("serious.all", "caution.site_remote"):
        with pytest.raises(NotFoundError, match="level caution has no duty"):
            level_duties.complete_duty(Change(db, EVERYTHING, LEE, NOW), number, key)
    level_duties.undo_duty(Change(db, EVERYTHING, KIM, NOW), number, "caution.shift")
    assert level_duties.completed_duties(db, number) == {}
    crisis_level.declare_level(
        Change(db, EVERYTHING, CENTRE, NOW + timedelta(days=1)),
        Declaration(CrisisLevel.NORMAL, "NCSC", "", NOW + timedelta(days=1)),
    )
    with pytest.raises(IllegalMove, match="no longer in force"):
        level_duties.complete_duty(Change(db, EVERYTHING, LEE, NOW), number, "caution.shift")
    with pytest.raises(IllegalMove, match="no longer in force"):
        level_duties.acknowledge_level(Change(db, EVERYTHING, JONGNO, NOW), number, "11110")


def test_every_level_has_duties_in_two_languages() -> None:
    """For the centre and for the sites, no key twice."""
    every = [one for several in level_duties.duties().values() for one in several]
    assert set(level_duties.duties()) == set(CrisisLevel)
    assert len({one.key for one in every}) == len(every)
    assert all(any("가" <= letter <= "힣" for letter in one.ko) and one.en.isascii() for one in every)
    for several in level_duties.duties().values():
        assert {one.who for one in several} == {"centre", "site"}
