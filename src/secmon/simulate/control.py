"""Control interface of the simulator: start scenarios and faults while it runs.

GET and POST /control/scenarios, GET and POST /control/faults, DELETE /control/faults/{id}, GET /control/sites,
POST /control/clock if the clock is controlled from outside; all with `Authorization: Bearer CONTROL_TOKEN`.
Without the option `--control-token` they do not exist.
"""

import hmac
import json
from collections.abc import Callable, Sequence
from datetime import datetime

from secmon.errors import UsageError
from secmon.simulate.addresses import sender
from secmon.simulate.clock import Held
from secmon.simulate.fault import KINDS, Entry, Faults, parse_fault
from secmon.simulate.municipality_model import Municipality
from secmon.simulate.reply import Reply, document, refusal
from secmon.simulate.run_plan import RunPlan, ScheduledRun
from secmon.simulate.scenarios.definition import load_scenarios
from secmon.simulate.stream import Streams
from secmon.times import moment

MAX_BODY = 65_536
_SITES_NAMED = 300


class Control:
    """Handle requests to the control interface."""

    def __init__(
        self,
        token: str,
        run_plan: RunPlan,
        faults: Faults,
        streams: Streams,
        towns: Sequence[Municipality],
        clock: Callable[[], datetime],
    ) -> None:
        """`token` authorises requests; `clock` returns aware times."""
        self._bearer = b"Bearer " + token.encode()
        self._playbill, self._faults, self._streams, self._clock = run_plan, faults, streams, clock
        self._towns = tuple(towns)

    def answer(self, method: str, path: str, authorization: bytes, body: bytes) -> Reply:
        """Return the answer to a request whose path begins with /control/."""
        if not hmac.compare_digest(authorization, self._bearer):
            return refusal(401, "wrong or missing control token", ((b"www-authenticate", b"Bearer"),))
        try:
            match method, path.split("/")[2:]:
                case "GET", ["scenarios"]:
                    return self._scenarios()
                case "POST", ["scenarios"]:
                    return self._play(_fields(body, {"scenario", "site", "when"}))
                case "GET", ["faults"]:
                    return document({"kinds": dict(KINDS), "faults": [_fault(entry) for entry in self._faults]})
                case "POST", ["faults"]:
                    return self._break(_fields(body, {"fault"}))
                case "DELETE", ["faults", number] if number.isascii() and number.isdigit() and len(number) < 9:
                    return self._mend(int(number))
                case "POST", ["clock"] if isinstance(self._clock, Held):
                    return self._move(self._clock, _fields(body, {"now"}))
                case "GET", ["sites"]:
                    return document({"sites": [_site(place, town) for place, town in enumerate(self._towns)]})
        except UsageError as error:
            return refusal(400, str(error))
        return refusal(404, "no such place at the control desk")

    def _scenarios(self) -> Reply:
        now = self._clock()
        known = [
            {
                "name": one.name,
                "kind": one.kind,
                "title_ko": one.title_ko,
                "title_en": one.title_en,
                "precedent": one.precedent,
                "takes_site": one.takes_site,
                "seconds": one.seconds,
                "expects": {expected.key: expected.says for expected in one.expects},
            }
            for one in load_scenarios()
        ]
        return document({"scenarios": known, "runs": [_run(one) for one in self._playbill.staged(now)]})

    def _play(self, asked: dict[str, str]) -> Reply:
        if not asked.get("scenario"):
            raise UsageError.literal(
                'give {"scenario": NAME, "site": CODE, "when": "+0s"}; site and when may be left out'
            )
        site = f":{asked['site']}" if asked.get("site") else ""
        now = self._clock()
        runs = self._playbill.add(f"{asked['scenario']}{site}@{asked.get('when', '+0s')}", now, self._streams)
        names = {one.run.name for one in runs}
        return document({"runs": [_run(one) for one in self._playbill.staged(now) if one.name in names]}, 201)

    def _break(self, asked: dict[str, str]) -> Reply:
        if not asked.get("fault"):
            raise UsageError.literal('give {"fault": "KIND[=N]:CODE[/FEED][@WHEN[..WHEN]]"}')
        now = self._clock()
        fault = parse_fault(asked["fault"], now, [town.code for town in self._towns])
        if fault.kind == "flood" and fault.begins < now:
            raise UsageError.literal(
                f"fault {fault.text!r}: a flood must begin from now on, as in {fault.kind}:CODE@+0s"
            )
        entry = self._faults.add(fault)
        self._streams.flood(self._faults.floods())
        return document(_fault(entry), 201)

    def _move(self, clock: Held, asked: dict[str, str]) -> Reply:
        clock.move(moment(asked.get("now", "")))
        return document({"now": clock().isoformat()})

    def _mend(self, number: int) -> Reply:
        if not self._faults.end(number, self._clock()):
            return refusal(404, f"no fault has the number {number}")
        self._streams.flood(self._faults.floods())
        return Reply(204, b"")


def _fields(body: bytes, allowed: set[str]) -> dict[str, str]:
    """Parse a JSON object of texts; raise UsageError."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UsageError.literal("the body must be a JSON object") from error
    if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
        raise UsageError.literal("the body must be a JSON object of texts")
    if unknown := set(found) - allowed:
        raise UsageError.literal(
            f"{', '.join(sorted(unknown))[:80]} is not known here; there are {', '.join(sorted(allowed))}"
        )
    return found


def _run(one: ScheduledRun) -> dict[str, object]:
    return {
        "run": one.name,
        "scenario": one.scenario,
        "site": one.site,
        "start": one.start.isoformat(),
        "ends": one.ends.isoformat(),
        "state": one.state,
        "sites": list(one.sites[:_SITES_NAMED]),
    }


def _fault(entry: Entry) -> dict[str, object]:
    fault = entry.fault
    return {
        "id": entry.id,
        "fault": fault.text,
        "kind": fault.kind,
        "number": fault.number,
        "site": fault.site,
        "feed": fault.feed,
        "begins": fault.begins.isoformat(),
        "ends": fault.ends.isoformat(),
        "answers": entry.answers,
        "lines": entry.lines,
    }


def _site(place: int, town: Municipality) -> dict[str, object]:
    return {
        "code": town.code,
        "province": town.province,
        "networks_of": town.index,
        "vendor": town.vendor.name,
        "provider": town.provider.name,
        "firewall": town.firewall,
        "syslog_from": sender(place),
    }
