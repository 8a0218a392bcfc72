"""`secmon rules`: check, test and run detection rules, enable or disable them, make exceptions, lift suppressions."""

import getpass
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from secmon.alerts import suppression
from secmon.cli.commands.database import check_site, open_database
from secmon.cli.output import Config, Data, Json, print_answer, print_note
from secmon.cli.server_client import get_json, post_json
from secmon.db.audit_log import Actor
from secmon.db.transaction import Change
from secmon.detection import exceptions_registry, rule_states
from secmon.detection.engine.rule_tuning import check_rule_exception
from secmon.detection.mitre_attack import coverage, navigator_layer, techniques
from secmon.detection.rule_check import Status, check
from secmon.detection.rule_tests import run_samples
from secmon.detection.sigma.rule import Signature
from secmon.detection.sigma.rule_exception import RuleException
from secmon.detection.sigma.ruleset import RuleSet, load_rules, shipped_rules
from secmon.errors import UsageError
from secmon.pipeline.backtest import backtest
from secmon.pipeline.rule_reload import RuleReloader
from secmon.runtime.centre import open_centre
from secmon.runtime.data_folder_lock import running
from secmon.settings import Settings, load_settings
from secmon.sites.scope import EVERYTHING
from secmon.store.scratch import scratch_store
from secmon.times import duration, moment

rules_cli = typer.Typer(
    help="Manage detection rules: check, test, run, enable or disable them, and make exceptions.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_Rule = Annotated[str, typer.Argument(help="Name or id of the rule.")]
_Reason = Annotated[str, typer.Option(help="Reason, shown wherever the rule is shown.")]
_Author = Annotated[str, typer.Option(help="Author of the change; by default the account on this machine.")]


@rules_cli.command("check")
def rules_check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Rule files or directories; the shipped rules if left out.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compile rules, including third-party rules; exit code 1 if any is rejected."""
    missing = [path for path in paths or () if not path.exists()]
    if missing:
        raise UsageError.literal(f"there is no {missing[0]}")
    checked = check(paths or [shipped_rules()])
    print_answer([{**asdict(one), "path": str(one.path)} for one in checked], as_json=as_json)
    if any(one.status is Status.REJECTED for one in checked):
        raise typer.Exit(1)


@rules_cli.command("test")
def rules_test(as_json: Json = False) -> None:
    """Run each shipped rule over its hit and miss samples; exit code 1 if any result differs from what is expected."""
    with scratch_store() as engine:
        results = run_samples(lambda: scratch_store(beside=engine), load_rules())
    print_answer([{**asdict(one), "passed": one.passed} for one in results], as_json=as_json)
    if not all(one.passed for one in results):
        raise typer.Exit(1)


@rules_cli.command("coverage")
def rules_coverage(
    navigator: Annotated[
        Path | None, typer.Option("--navigator", help="Write a layer for the ATT&CK Navigator to this file.")
    ] = None,
    as_json: Json = False,
) -> None:
    """List the ATT&CK techniques that the rules cover."""
    signatures = load_rules().signatures
    if navigator is not None:
        navigator.write_bytes(orjson.dumps(navigator_layer(signatures), option=orjson.OPT_INDENT_2) + b"\n")
        print_note(f"wrote {navigator}")
    known = techniques()
    answer = [
        {
            "technique": uid,
            "name": known[uid].name if uid in known else "",
            "tactics": list(known[uid].tactics) if uid in known else [],
            "rules": [rule.name for rule in rules],
        }
        for uid, rules in coverage(signatures).items()
    ]
    print_answer(answer, as_json=as_json)


@rules_cli.command("rerun")
def rules_rerun(
    rule: _Rule,
    begins: Annotated[str, typer.Option("--from", help="Start of the time span, as ISO 8601 with a time zone.")],
    ends: Annotated[str, typer.Option("--to", help="End of the time span; now by default.")] = "",
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Run a rule over past events; findings that exist already are kept unchanged."""
    settings = load_settings(config, data=data)
    span = moment(begins), moment(ends) if ends else datetime.now(UTC)
    if other := running(settings.data):
        begin, until = (at.isoformat() for at in span)
        done = post_json(other, "/api/v1/rules/rerun", {"rule": rule, "begins": begin, "ends": until})
        print_note(f"run by the server at {other.url}")
    else:
        with open_centre(settings) as centre:
            done = asdict(backtest(centre.pipeline.detector, rule, *span))
    print_answer(done, as_json=as_json)
    if done["error"]:
        raise typer.Exit(1)


@rules_cli.command("status")
def rules_status(config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """List rules that are disabled, isolated for failing or flooding, or watched after recent bad runs."""
    settings = load_settings(config, data=data)
    names = {rule.id: rule.name for rule in _rules(settings).signatures}
    with open_database(settings) as db:
        answer = [{"rule": names.get(one.rule_id, ""), **asdict(one)} for one in rule_states.rule_standings(db)]
    print_answer(answer, as_json=as_json)


@rules_cli.command("disable")
def rules_disable(rule: _Rule, reason: _Reason, author: _Author = "", config: Config = None, data: Data = None) -> None:
    """Disable a rule until it is enabled again."""
    settings = load_settings(config, data=data)
    found = _rule(settings, rule)
    with open_database(settings) as db:
        rule_states.disable_rule(db, found.id, reason=reason, author=author or getpass.getuser(), now=datetime.now(UTC))
    print_note(f"{found.name} is asked no more, also by a server that runs")


@rules_cli.command("enable")
def rules_enable(rule: _Rule, config: Config = None, data: Data = None) -> None:
    """Enable a disabled or isolated rule; exit code 1 if it was neither."""
    settings = load_settings(config, data=data)
    found = _rule(settings, rule)
    with open_database(settings) as db:
        if not rule_states.enable_rule(db, found.id):
            raise typer.Exit(1)
    print_note(f"{found.name} is asked again; `secmon rules rerun` makes up for the time between")


@rules_cli.command("except")
def rules_except(
    rule: _Rule,
    reason: _Reason,
    site: Annotated[str, typer.Option(help="5-digit code of the site; all sites if left out.")] = "",
    field: Annotated[str, typer.Option(help="Field of the rule's log source, as in a Sigma rule: src_ip|cidr.")] = "",
    value: Annotated[str, typer.Option(help="Value of the field, with * and ? as wildcards.")] = "",
    length: Annotated[str, typer.Option("--for", help="Duration from now, as 12h or 30d.")] = "30d",
    author: _Author = "",
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Exempt a site or a field value from a rule until a date, without editing the rule."""
    if site:
        check_site(site)
    settings = load_settings(config, data=data)
    exemption = RuleException(0, rule, site, field, value)
    found = check_rule_exception(_rules(settings), exemption)
    now = datetime.now(UTC)
    until = now + duration(length)
    with open_database(settings) as db:
        number = exceptions_registry.add_rule_exception(
            db,
            RuleException(0, found.id, site, field, value),
            now,
            until,
            reason=reason,
            author=author or getpass.getuser(),
        )
    answer = {"exception": number, "rule": found.name, "site": site, "field": field, "value": value, "until": until}
    print_answer(answer, as_json=as_json)


@rules_cli.command("exceptions")
def rules_exceptions(config: Config = None, data: Data = None, as_json: Json = False) -> None:
    """List all exceptions, past and present: author, reason, end, and the number of matches they left out."""
    settings = load_settings(config, data=data)
    names = {rule.id: rule.name for rule in _rules(settings).signatures}
    with open_database(settings) as db:
        answer: list[dict[str, Any]] = []
        for one in exceptions_registry.all_rule_exceptions(db):
            given = asdict(one)
            exemption = given.pop("exemption")
            answer.append({**exemption, "rule": names.get(one.exemption.rule_id, ""), **given})
    print_answer(answer, as_json=as_json)


@rules_cli.command("end")
def rules_end(
    number: Annotated[int, typer.Argument(help="Number of the exception.")], config: Config = None, data: Data = None
) -> None:
    """End an exception now; exit code 1 if no exception with this number is in force."""
    with open_database(load_settings(config, data=data)) as db:
        if not exceptions_registry.end_rule_exception(db, number, datetime.now(UTC)):
            raise typer.Exit(1)
    print_note(f"exception {number} has ended; `secmon rules rerun` finds what it left out")


@rules_cli.command("suppressions")
def rules_suppressions(
    ended: Annotated[bool, typer.Option("--ended", help="List suppressions that have ended, too.")] = False,
    config: Config = None,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """List suppressions of alerts: rule, site, actor, reason, end, and the number of findings left out."""
    settings = load_settings(config, data=data)
    names = {rule.id: rule.name for rule in _rules(settings).signatures}
    if other := running(settings.data):
        found = get_json(other, "/api/v1/suppressions", {"ended": str(ended).lower()})
    else:
        with open_database(settings) as db:
            rows = suppression.suppressions(db, EVERYTHING, now=None if ended else datetime.now(UTC))
        found = [suppression.suppression_record(row) for row in rows]
    print_answer([{**one, "rule": names.get(one["rule_id"], "")} for one in found], as_json=as_json)


@rules_cli.command("lift")
def rules_lift(
    number: Annotated[int, typer.Argument(help="Number of the suppression.")], config: Config = None, data: Data = None
) -> None:
    """Lift a suppression of alerts now: the next finding of its kind opens an alert."""
    settings = load_settings(config, data=data)
    if other := running(settings.data):
        post_json(other, f"/api/v1/suppressions/{number}/lift", {})
    else:
        with open_database(settings) as db:
            me = Actor(getpass.getuser(), "command line")
            suppression.lift_suppression(Change(db, EVERYTHING, me, datetime.now(UTC)), number)
    print_note(f"suppression {number} has ended; the next finding of its kind opens an alert")


def _rules(settings: Settings) -> RuleSet:
    return RuleReloader(settings.rules, settings.placeholders).read()


def _rule(settings: Settings, wanted: str) -> Signature:
    for rule in _rules(settings).signatures:
        if wanted in {rule.id, rule.name}:
            return rule
    raise UsageError("rule.unknown", name=wanted)
