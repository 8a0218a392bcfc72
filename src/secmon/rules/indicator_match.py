"""Indicators in the events of new batches: all addresses, hashes and domains in one pass in the engine."""

from datetime import datetime
from time import perf_counter

from secmon.rules.batches import Batches, milliseconds
from secmon.rules.builtin import builtin
from secmon.rules.report import MatchReport, RuleOutcome
from secmon.store.client import Store
from secmon.store.sql import query

KIND = "indicator"
_MOST = 1_000
"""Findings of one indicator in one run: an address that floods is known after the first thousand."""


def match_indicators(store: Store, batches: Batches, detected_at: datetime) -> MatchReport:
    """Write a finding for each event with an indicator in force; running again replaces them and adds none."""
    started, signature = perf_counter(), builtin()["indicator_seen"]
    parameters = {**batches.parameters, "detected_at": milliseconds(detected_at)}
    kinds = {str(kind) for kind, _ in store.rows(query("indicators_count"), parameters)}
    if not kinds:
        return MatchReport(KIND, ())
    hosts = dict(store.rows(query("indicators_hosts"), parameters)) if "domain" in kinds else {}
    hosts = hosts or {"": ""}  # `transform` wants at least one
    given = {"hosts": list(hosts), "domains": list(hosts.values()), "rule_id": signature.id, "most": _MOST}
    store.command(query("indicators_match"), parameters | given)
    ((number,),) = store.rows(query("findings_at"), parameters | {"rule_id": signature.id})
    took = round((perf_counter() - started) * 1000)
    outcome = RuleOutcome(signature.id, signature.name, int(number), milliseconds=took, pass_rules=1)
    return MatchReport(KIND, (outcome,))
