"""Episodes: what a correlation found, joined with what it had found before."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

EVIDENCE_KEPT = 20

Evidence = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Part:
    """One site's share of an episode as seen in the look-back; times in ms, `fresh` counts the new events."""

    key: tuple[str, ...]
    site: str
    first: int
    last: int
    events: int
    fresh: int
    received: int
    evidence: Evidence


@dataclass(frozen=True)
class GroupFinding:
    """A finding at one site; times in ms. What identifies its group, the first time, is in `group_uid`."""

    finding_uid: str
    group_uid: str
    site: str
    actor: str
    first: int
    last: int
    received: int
    event_count: int
    site_count: int
    batch_id: str
    seq: int
    evidence: Evidence


@dataclass(frozen=True)
class Look:
    """How a correlation looked: from when (ms), with which timespan (ms), and which key part is the actor."""

    rule_id: str
    timespan: int
    seen_from: int
    actor: int | None


def changed(parts: Iterable[Part], stored: Iterable[GroupFinding], look: Look) -> list[GroupFinding]:
    """The findings that are new, or say something new; parts of an episode follow each other."""
    known = {finding.finding_uid: finding for finding in stored}
    now = dict(known)
    for episode in _episodes(parts, look.timespan):
        for finding in _findings(episode, _continued(episode, now.values(), look), look):
            now[finding.finding_uid] = finding
    return [finding for uid, finding in now.items() if finding != known.get(uid)]


def _episodes(parts: Iterable[Part], timespan: int) -> Iterable[list[Part]]:
    for _, group in groupby(sorted(parts, key=lambda part: (part.key, part.first)), key=lambda part: part.key):
        episode: list[Part] = []
        for part in group:
            if episode and part.first - max(other.last for other in episode) > timespan:
                yield episode
                episode = []
            episode.append(part)
        yield episode


def _continued(episode: Sequence[Part], known: Iterable[GroupFinding], look: Look) -> list[GroupFinding]:
    """The findings of the earliest group that this episode carries on, none if it is a new one."""
    prefix = _group_prefix(look.rule_id, episode[0].key)
    first = min(part.first for part in episode) - look.timespan
    last = max(part.last for part in episode) + look.timespan
    same = [finding for finding in known if finding.group_uid.startswith(prefix)]
    near = [finding for finding in same if finding.last >= first and finding.first <= last]
    if not near:
        return []
    group = min(near, key=lambda finding: finding.first).group_uid
    return [finding for finding in same if finding.group_uid == group]


def _findings(episode: Sequence[Part], before: Sequence[GroupFinding], look: Look) -> list[GroupFinding]:
    """A finding for each site of the group, those touched earlier included: all know how many there are."""
    key = episode[0].key
    group_uid = (
        before[0].group_uid if before else f"{_group_prefix(look.rule_id, key)}{min(part.first for part in episode)}"
    )
    sites = {finding.site: finding for finding in before}
    began_earlier = any(finding.first < look.seen_from for finding in before)
    for part in episode:
        old = sites.get(part.site)
        if old is None:
            sites[part.site] = _new(part, group_uid, "" if look.actor is None else key[look.actor])
        else:
            sites[part.site] = _added(old, part) if began_earlier else _again(old, part)
    return [replace(finding, site_count=len(sites)) for finding in sites.values()]


def _new(part: Part, group_uid: str, actor: str) -> GroupFinding:
    return GroupFinding(
        finding_uid=f"{group_uid}:{part.site}",
        group_uid=group_uid,
        site=part.site,
        actor=actor,
        first=part.first,
        last=part.last,
        received=part.received,
        event_count=part.events,
        site_count=1,
        batch_id=part.evidence[0][0],
        seq=part.evidence[0][1],
        evidence=part.evidence,
    )


def _again(old: GroupFinding, part: Part) -> GroupFinding:
    """The whole episode was seen again: what was counted now is exact."""
    return replace(
        old,
        first=min(old.first, part.first),
        last=max(old.last, part.last),
        received=max(old.received, part.received),
        event_count=max(old.event_count, part.events),
        batch_id=part.evidence[0][0],
        seq=part.evidence[0][1],
        evidence=part.evidence,
    )


def _added(old: GroupFinding, part: Part) -> GroupFinding:
    """The episode began before the look-back: only new events after its last one are added."""
    if part.last <= old.last:
        return old
    return replace(
        old,
        last=part.last,
        received=max(old.received, part.received),
        event_count=old.event_count + part.fresh,
        evidence=tuple(dict.fromkeys((*old.evidence, *part.evidence)))[:EVIDENCE_KEPT],
    )


def _group_prefix(rule_id: str, key: Sequence[str]) -> str:
    digest = hashlib.sha256(json.dumps(list(key), ensure_ascii=True).encode()).hexdigest()[:16]
    return f"{rule_id}:{digest}:"
