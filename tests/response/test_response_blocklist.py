"""The block list: two people, versions, acknowledgements of each site, expiry, and what is never blocked."""

import csv
import json
from datetime import timedelta
from io import StringIO

import pytest
import stix2
from stix2patterns.validator import run_validator

from alert_cases import HOUR, KIM, LEE, MINUTE, NOW, incident_at
from hostile_texts import HOSTILE, SPLITTING
from secmon.db.audit_log import Actor, audit_entries, verify_audit_log
from secmon.db.database import Database
from secmon.db.transaction import Change
from secmon.errors import ConflictError, IllegalMove, NotFoundError, UsageError
from secmon.incidents import incident, timeline
from secmon.indicator import Indicator, IndicatorKind
from secmon.response.blocklist import allowlist, blocklist, export_formats
from secmon.response.blocklist import workflow as block_workflow
from secmon.response.blocklist.allowlist import BlockConflict
from secmon.response.blocklist.block_value import parse_block_value
from secmon.response.blocklist.blocklist import BlockEntry, BlockFeed, BlockState, FeedEntry
from secmon.response.blocklist.workflow import Proposal
from secmon.sites.registry import load_sites
from secmon.sites.scope import EVERYTHING, Scope

pytest_plugins = "database_fixtures"
DAY = timedelta(days=1)
FIREWALL = Actor("11110", "192.0.2.7")
SEOUL = Scope.of_sites(["11110", "11140"])


def proposed(db: Database, value: str = "203.0.113.9", *sites: str, until: timedelta = DAY) -> BlockEntry:
    """A proposal by operator1."""
    proposal = Proposal(value, "sweep scan", NOW + until, tuple(sites), "alert:1")
    return block_workflow.propose_block(Change(db, EVERYTHING, KIM, NOW), proposal)


def pushed(db: Database, value: str = "203.0.113.9", *sites: str, until: timedelta = DAY) -> BlockEntry:
    """An entry in force."""
    number = proposed(db, value, *sites, until=until).id
    block_workflow.approve_block(Change(db, EVERYTHING, LEE, NOW), number)
    return block_workflow.push_block(Change(db, EVERYTHING, KIM, NOW), number)


def values(feed: BlockFeed) -> list[str]:
    """What a feed blocks."""
    return [one.value for one in feed.entries]


def test_the_way_of_a_block(db: Database) -> None:
    """Proposed, approved by a second person, pushed under a version, acknowledged, undone under another version."""
    number = proposed(db).id
    with pytest.raises(IllegalMove, match="was proposed by operator1: a second person approves it"):
        block_workflow.approve_block(Change(db, EVERYTHING, KIM, NOW), number)
    with pytest.raises(IllegalMove, match="is proposed and cannot become pushed; it can become approved"):
        block_workflow.push_block(Change(db, EVERYTHING, LEE, NOW), number)
    assert blocklist.block_feed(db, "11110", NOW).version == 0
    block_workflow.approve_block(Change(db, EVERYTHING, LEE, NOW + MINUTE), number)
    entry = block_workflow.push_block(Change(db, EVERYTHING, KIM, NOW + 2 * MINUTE), number)
    assert (entry.pushed_version, entry.decided_by, entry.pushed_by) == (1, "operator2", "operator1")
    feed = blocklist.block_feed(db, "11110", NOW + 3 * MINUTE)
    assert (values(feed), feed.version) == (["203.0.113.9"], 1)
    assert block_workflow.acknowledge_blocklist(Change(db, EVERYTHING, FIREWALL, NOW + 3 * MINUTE), "11110", 1)
    undone = block_workflow.revoke_block(Change(db, EVERYTHING, LEE, NOW + 4 * MINUTE), number, reason="a partner")
    assert (undone.state, undone.ended_version, undone.end_reason) == ("undone", 2, "a partner")
    after = blocklist.block_feed(db, "11110", NOW + 5 * MINUTE)
    assert (values(after), after.version) == ([], 2)
    assert [(one.version, one.change) for one in blocklist.blocklist_history(db, 9)] == [(2, "undone"), (1, "pushed")]
    told = [one.action for one in audit_entries(db, EVERYTHING, limit=9, subject=f"block:{number}")]
    assert told == ["block.undone", "block.pushed", "block.approved", "block.proposed"]
    assert verify_audit_log(db) is None


def test_226_acknowledgements(db: Database) -> None:
    """Coverage rises from none to all; a site acknowledges twice without being counted twice."""
    pushed(db)
    codes = [site.code for site in load_sites()]
    [none] = blocklist.coverage(db)
    assert (none.acknowledged, none.of, none.share) == (0, 226, 0.0)
    for code in codes:
        assert block_workflow.acknowledge_blocklist(Change(db, EVERYTHING, FIREWALL, NOW), code, 1)
    assert not block_workflow.acknowledge_blocklist(Change(db, EVERYTHING, FIREWALL, NOW), codes[0], 1)
    [every] = blocklist.coverage(db)
    assert (every.acknowledged, every.share, every.missing) == (226, 1.0, ())
    pushed(db, "203.0.113.10")
    assert [(one.value, one.acknowledged) for one in blocklist.coverage(db)] == [
        ("203.0.113.10", 0),
        ("203.0.113.9", 226),
    ]
    assert {(one.of, one.missing) for one in blocklist.coverage(db, SEOUL)} == {(2, ("11110", "11140")), (2, ())}


def test_a_version_a_site_never_got_cannot_be_acknowledged(db: Database) -> None:
    """Neither one to come, nor one of other sites, nor for another site."""
    pushed(db, "203.0.113.9", "26110")
    for site, version in (("26110", 2), ("26110", 0), ("11110", 1)):
        with pytest.raises(IllegalMove, match="its newest version is"):
            block_workflow.acknowledge_blocklist(Change(db, EVERYTHING, FIREWALL, NOW), site, version)
    with pytest.raises(NotFoundError):
        block_workflow.acknowledge_blocklist(Change(db, SEOUL, FIREWALL, NOW), "26110", 1)


def test_an_entry_for_chosen_sites_goes_to_them_only(db: Database) -> None:
    """The feed of a province is what any of its sites blocks; others' versions do not rise."""
    pushed(db, "203.0.113.9", "11110", "26110")
    pushed(db, "evil.example", "11140")
    assert values(blocklist.block_feed(db, "11110", NOW)) == ["203.0.113.9"]
    assert (blocklist.block_feed(db, "11110", NOW).version, blocklist.block_feed(db, "41110", NOW).version) == (1, 0)
    province = blocklist.block_feed_of_sites(db, ["11110", "11140"], NOW, name="11")
    assert (values(province), province.version) == (["203.0.113.9", "evil.example"], 2)
    assert len(blocklist.block_feed_of_sites(db, None, NOW, name="all").entries) == 2
    assert [(one.value, one.of, one.missing) for one in blocklist.coverage(db)] == [
        ("evil.example", 1, ("11140",)),
        ("203.0.113.9", 2, ("11110", "26110")),
    ]


def test_scopes_of_blocks(db: Database) -> None:
    """Who sees some sites proposes for those, sees what concerns them, and touches nothing that concerns others."""
    for sites, error in (((), IllegalMove), (("26110",), NotFoundError)):
        with pytest.raises(error):
            block_workflow.propose_block(Change(db, SEOUL, KIM, NOW), Proposal("203.0.113.9", "r", NOW + DAY, sites))
    own = block_workflow.propose_block(Change(db, SEOUL, KIM, NOW), Proposal("203.0.113.7", "r", NOW + DAY, ("11110",)))
    both, all_sites = proposed(db, "203.0.113.8", "11110", "26110"), proposed(db)
    other = proposed(db, "203.0.113.6", "26110")
    assert {one.id for one in blocklist.search_blocks(db, SEOUL, limit=9)} == {own.id, both.id, all_sites.id}
    assert blocklist.sites_of_block(db, SEOUL, both.id) == ("11110",)
    assert blocklist.sites_of_block(db, SEOUL, all_sites.id) is None
    with pytest.raises(NotFoundError):
        blocklist.get_block(db, SEOUL, other.id)
    for one in (both, all_sites, other):
        with pytest.raises(NotFoundError):
            block_workflow.approve_block(Change(db, SEOUL, LEE, NOW), one.id)
    assert block_workflow.approve_block(Change(db, SEOUL, LEE, NOW), own.id).state == "approved"


def test_an_expired_entry_is_served_no_more(db: Database) -> None:
    """At once, even before the job ends it under a new version; an approved one that expired is not pushed."""
    entry, late = pushed(db, until=HOUR), proposed(db, "203.0.113.10", until=HOUR)
    block_workflow.approve_block(Change(db, EVERYTHING, LEE, NOW), late.id)
    before = blocklist.block_feed(db, "11110", NOW)
    after = blocklist.block_feed(db, "11110", NOW + HOUR)
    assert (values(after), after.version) == ([], before.version)
    assert after.etag != before.etag
    with pytest.raises(IllegalMove, match="expired at 2026-11-25 02:00 UTC: propose it again"):
        block_workflow.push_block(Change(db, EVERYTHING, KIM, NOW + HOUR), late.id)
    assert block_workflow.expire_blocks(db, NOW + HOUR - MINUTE) == []
    assert block_workflow.expire_blocks(db, NOW + HOUR) == [entry.id, late.id]
    assert blocklist.block_feed(db, "11110", NOW + HOUR).version == before.version + 1
    assert {one.state for one in blocklist.search_blocks(db, EVERYTHING, limit=9)} == {"expired"}


def test_a_value_is_blocked_once(db: Database) -> None:
    """However it is written; after its end it can be proposed anew, and at other sites at any time."""
    entry = proposed(db, "Evil.Example.", "11110")
    with pytest.raises(IllegalMove, match=f"is already proposed as block entry {entry.id}"):
        proposed(db, "evil.example", "11110", "26110")
    assert proposed(db, "evil.example", "26110").value == "evil.example"
    block_workflow.reject_block(Change(db, EVERYTHING, LEE, NOW), entry.id, reason="harmless")
    assert proposed(db, "EVIL.example", "11110").id != entry.id
    with pytest.raises(IllegalMove, match="is rejected and cannot become undone: rejected is its final state"):
        block_workflow.revoke_block(Change(db, EVERYTHING, LEE, NOW), entry.id, reason="r")


def test_two_at_once_are_told_at_blocks(db: Database) -> None:
    """Approval of what has been rejected meanwhile says by whom."""
    entry = proposed(db)
    block_workflow.reject_block(Change(db, EVERYTHING, LEE, NOW), entry.id, reason="harmless")
    with pytest.raises(ConflictError, match="changed by operator2"):
        block_workflow.approve_block(Change(db, EVERYTHING, Actor("lead"), NOW), entry.id, version=entry.version)


def test_a_block_of_an_incident_is_in_its_timeline(db: Database) -> None:
    """And is its first response."""
    case = incident_at(db, ["11110"])
    proposal = Proposal("203.0.113.9", "scan", NOW + DAY, incident_id=case.id)
    entry = block_workflow.propose_block(Change(db, EVERYTHING, KIM, NOW + MINUTE), proposal)
    block_workflow.approve_block(Change(db, EVERYTHING, LEE, NOW + MINUTE), entry.id)
    assert [one.kind for one in timeline.timeline_of_incident(db, EVERYTHING, case.id)] == ["opened", "block", "block"]
    assert incident.get_incident(db, EVERYTHING, case.id).responded_at == NOW + MINUTE
    assert [one.id for one in blocklist.search_blocks(db, EVERYTHING, incident_id=case.id, limit=9)] == [entry.id]


@pytest.mark.parametrize("problem", [("", DAY), ("r", timedelta(0)), ("r", -DAY)])
def test_a_block_needs_a_reason_and_an_end(db: Database, problem: tuple[str, timedelta]) -> None:
    """An end that lies ahead."""
    reason, until = problem
    with pytest.raises(IllegalMove):
        block_workflow.propose_block(Change(db, EVERYTHING, KIM, NOW), Proposal("203.0.113.9", reason, NOW + until))
    assert blocklist.search_blocks(db, EVERYTHING, limit=9) == []


# -------------------------------------------------------------------------------------------------------- never block


@pytest.mark.parametrize(
    ("value", "touched"),
    [
        ("10.1.2.3", "10.0.0.0/8"),
        ("192.168.0.0/16", "192.168.0.0/16"),
        ("172.16.0.0/11", None),
        ("fd00::1", "fc00::/7"),
        ("www.jongno.go.kr", "go.kr"),
        ("evil-go.kr", None),
        ("203.0.113.0/24", None),
    ],
)
def test_what_is_built_in_is_never_blocked(db: Database, value: str, touched: str | None) -> None:
    """Nor a part of it, nor what contains it; the refusal says what it touches, why, and whose it is."""
    if value == "172.16.0.0/11":
        with pytest.raises(UsageError, match=r"write the address of the network, 172\.0\.0\.0/11"):
            proposed(db, value)
        with pytest.raises(BlockConflict, match=r"172\.16\.0\.0/12 \(private networks"):
            proposed(db, "172.0.0.0/11")
    elif touched is None:
        assert allowlist.allowlist_conflicts(db, value) == ()
        assert proposed(db, value).state == "proposed"
    else:
        with pytest.raises(BlockConflict, match="overlaps with values that are never blocked") as refused:
            proposed(db, value)
        assert [one.indicator.value for one in refused.value.conflicts] == [touched]


def test_never_block_wins_over_what_is_in_force(db: Database) -> None:
    """Adding a value ends what touches it at once, pushed or only proposed, and refuses it from then on."""
    inside, network, other = (pushed(db, "203.0.113.9"), proposed(db, "203.0.0.0/16"), pushed(db, "198.51.100.1"))
    added, over = allowlist.add_to_allowlist(Change(db, EVERYTHING, LEE, NOW), "203.0.113.0/24", reason="our cloud")
    assert over == (inside.id, network.id)
    feed = blocklist.block_feed(db, "11110", NOW)
    assert (values(feed), feed.version) == (["198.51.100.1"], 3)
    row = blocklist.get_block(db, EVERYTHING, inside.id)
    assert (row.state, row.end_reason) == ("overruled", "never blocked: 203.0.113.0/24 (our cloud)")
    with pytest.raises(BlockConflict, match=r"203\.0\.113\.0/24 \(our cloud; operator2\)"):
        proposed(db, "203.0.113.200")
    with pytest.raises(IllegalMove, match="is already on the never-block list"):
        allowlist.add_to_allowlist(Change(db, EVERYTHING, LEE, NOW), "203.0.113.0/24", reason="again")
    assert other.id not in over
    assert added.id is not None
    allowlist.remove_from_allowlist(Change(db, EVERYTHING, LEE, NOW), added.id, reason="moved away")
    assert proposed(db, "203.0.113.200").state == BlockState.PROPOSED
    with pytest.raises(IllegalMove, match="was removed by operator2"):
        allowlist.remove_from_allowlist(Change(db, EVERYTHING, LEE, NOW), added.id, reason="again")
    assert [one.id for one in allowlist.allowlist(db)] == [None] * len(allowlist.BUILT_IN)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        (" 203.0.113.9 ", IndicatorKind.IPV4, "203.0.113.9"),
        ("203.0.113.9/32", IndicatorKind.IPV4, "203.0.113.9"),
        ("203.0.113.0/24", IndicatorKind.CIDR, "203.0.113.0/24"),
        ("2001:DB8:0:0::1", IndicatorKind.IPV6, "2001:db8::1"),
        ("2001:db8::/32", IndicatorKind.CIDR, "2001:db8::/32"),
        ("Evil.EXAMPLE.", IndicatorKind.DOMAIN, "evil.example"),
        ("한국.example", IndicatorKind.DOMAIN, "xn--3e0b707e.example"),
        ("AB" * 32, IndicatorKind.SHA256, "ab" * 32),
    ],
)
def test_values_are_written_in_one_way(text: str, kind: IndicatorKind, value: str) -> None:
    """Whatever way somebody typed them."""
    assert parse_block_value(text) == Indicator(kind, value)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "evil",
        "1.2.3",
        "1.2.3.4.5",
        "0.0.0.0/0",
        "::/0",
        "203.0.113.9/24",
        "=1+1.example",
        "a b.example",
        "http://evil.example/x",
        "evil.example\nnext.example",
        "-.example",
        "x" * 64 + ".example",
        "ab" * 31,
        "ab" * 16,
        "1.2.3.4:80",
        "ev\u200bil.example",
    ],
)
def test_what_is_no_value_is_refused(text: str) -> None:
    """Nothing that a firewall would misread gets into the list."""
    with pytest.raises(UsageError):
        parse_block_value(text)


# ------------------------------------------------------------------------------------------------------------ formats

FEED = BlockFeed(
    "11110",
    7,
    (
        FeedEntry(1, "ipv4", "203.0.113.9", '=HYPERLINK("http://evil")', NOW, NOW + DAY),
        FeedEntry(2, "ipv6", "2001:db8::1", '@sum, "quoted"', NOW, NOW + DAY),
        FeedEntry(3, "cidr", "198.51.100.0/24", "스캔", NOW, NOW + DAY),
        FeedEntry(4, "cidr", "2001:db8:1::/48", "scan", NOW, NOW + DAY),
        FeedEntry(5, "domain", "evil.example", "<b>beacon</b>", NOW, NOW + DAY),
        FeedEntry(6, "sha256", "ab" * 32, "web shell", NOW, NOW + DAY),
    ),
)


def test_plain_text_is_one_value_a_line() -> None:
    """After a comment with the version; only the kinds a firewall understands when it asks so."""
    lines = export_formats.plain(FEED).splitlines()
    assert lines == ["# secmon blocklist 11110 version 7", *(one.value for one in FEED.entries)]
    assert export_formats.plain(FEED, {"domain"}).splitlines()[1:] == ["evil.example"]


def test_csv_holds_no_formulas() -> None:
    """A reason that begins like one is text; quotes and commas survive."""
    rows = list(csv.DictReader(StringIO(export_formats.comma_separated(FEED))))
    assert [row["value"] for row in rows] == [one.value for one in FEED.entries]
    assert [row["reason"] for row in rows[:3]] == ['\'=HYPERLINK("http://evil")', '\'@sum, "quoted"', "스캔"]


@pytest.mark.parametrize("text", [*HOSTILE.values(), SPLITTING], ids=[*HOSTILE, "splitting"])
def test_a_hostile_reason_stays_text_in_every_form(text: str) -> None:
    """Plain text leaves it out; in CSV it is one visible cell and no formula; STIX gives it back as it was, and only as
    the description of a valid indicator."""
    feed = BlockFeed("11110", 7, (FeedEntry(1, "ipv4", "203.0.113.9", text, NOW, NOW + DAY),))
    assert export_formats.plain(feed) == "# secmon blocklist 11110 version 7\n203.0.113.9\n"
    [row] = csv.DictReader(StringIO(export_formats.comma_separated(feed), newline=""))
    assert row["value"] == "203.0.113.9"
    assert row["reason"].isprintable()
    assert row["reason"].lstrip()[0] not in "=+-@\uff1d\uff0b\uff0d\uff20"
    bundle = stix2.parse(export_formats.stix(feed), allow_custom=False)
    [one] = [found for found in bundle.objects if found.type == "indicator"]
    assert (one.description, one.pattern) == (text, "[ipv4-addr:value = '203.0.113.9']")


@pytest.mark.parametrize("text", [*HOSTILE.values(), SPLITTING], ids=[*HOSTILE, "splitting"])
def test_hostile_text_is_no_value_to_block(db: Database, text: str) -> None:
    """Neither alone nor behind a good value does it come into the list that firewalls read."""
    for value in (text, f"203.0.113.9{text}", f"evil.example {text}"):
        with pytest.raises(UsageError):
            proposed(db, value)
    assert blocklist.search_blocks(db, EVERYTHING, limit=9) == []


def test_stix_is_what_the_standard_says() -> None:
    """Parsed by the OASIS library without custom content, every pattern valid, and the same ids each time."""
    text = export_formats.stix(FEED)
    bundle = stix2.parse(text, allow_custom=False)
    indicators = [one for one in bundle.objects if one.type == "indicator"]
    assert [one.name for one in indicators] == [one.value for one in FEED.entries]
    assert all(run_validator(one.pattern, stix_version="2.1") == [] for one in indicators)
    assert {str(one.object_marking_refs[0]) for one in indicators} == {stix2.TLP_AMBER.id}
    assert indicators[0].valid_until == NOW + DAY
    assert text == export_formats.stix(FEED)
    later = BlockFeed("all", 8, FEED.entries[:1])
    assert json.loads(export_formats.stix(later))["objects"][1]["id"] == indicators[0].id
