"""Reasons of alerts that no rule explains: what the detector expected, what it observed, and its baseline."""

from secmon.db.models import Alert
from secmon.detection.anomaly.builtin import anomaly_detectors
from secmon.detection.anomaly.explanation import Explanation, explanation
from secmon.store import sql
from secmon.store.client import Store

MOST = 3
"""Findings of one alert that are explained: the newest."""


def explanations_of_alert(store: Store, alert: Alert) -> tuple[Explanation, ...]:
    """Return why the newest findings of an alert were raised; empty for alerts of rules."""
    if alert.rule_id not in anomaly_detectors():
        return ()
    asked = {
        "rule_id": alert.rule_id,
        "site": alert.site,
        "actor": alert.actor,
        "since": alert.first_time,
        "until": alert.last_time,
        "limit": MOST,
    }
    found = (explanation(details) for (details,) in store.rows(sql.query("finding_details"), asked))
    return tuple(one for one in found if one is not None)
