"""Episodes: join the results of a correlation with the findings it had before."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

EVIDENCE_KEPT = 20

Evidence = tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class EpisodeShare:
    """One site's share of an episode within the look-back; times in ms, `fresh` is the number of new events."""

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
    """A finding at one site; times in ms. `group_uid` holds the group's identity and the first time."""

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
class LookBack:
    """The look-back of a correlation: start (ms), timespan (ms), and the position of the actor in the key."""

    rule_id: str
    timespan: int
    seen_from: int
    actor: int | None


def changed_findings(
    parts: Iterable[EpisodeShare], stored: Iterable[GroupFinding], look: LookBack
) -> list[GroupFinding]:
    """Return the findings that are new or changed. Parts of an episode follow each other."""
    # Findings have stable uids, and an alert refers to them. A run sees only the events of its look-back, so an episode
    # must be matched with stored findings first; treating it as new would open a second alert for the same attack at
    # every run.
    known = {finding.finding_uid: finding for finding in stored}
    now = dict(known)
    # Findings just updated replace the stored ones for the next episode: if both continue the same group, the second
    # adds to the first instead of overwriting it.
    for episode in _episodes(parts, look.timespan):
        for finding in _findings(episode, _continued(episode, now.values(), look), look):
            now[finding.finding_uid] = finding
    return [finding for uid, finding in now.items() if finding != known.get(uid)]


def _episodes(parts: Iterable[EpisodeShare], timespan: int) -> Iterable[list[EpisodeShare]]:
    for _, group in groupby(sorted(parts, key=lambda part: (part.key, part.first)), key=lambda part: part.key):
        episode: list[EpisodeShare] = []
        for part in group:
            if episode and part.first - max(other.last for other in episode) > timespan:
                yield episode
                episode = []
            episode.append(part)
        yield episode


def _continued(episode: Sequence[EpisodeShare], known: Iterable[GroupFinding], look: LookBack) -> list[GroupFinding]:
    """Return the findings of the earliest group that this episode continues, empty if it is a new one."""
    prefix = _group_prefix(look.rule_id, episode[0].key)
    # Near means at most a timespan apart, the same gap that joins events into an episode. If a late event connects two
    # stored groups, the earlier one continues: it has the older alert. The later group stays as it is.
    first = min(part.first for part in episode) - look.timespan
    last = max(part.last for part in episode) + look.timespan
    same = [finding for finding in known if finding.group_uid.startswith(prefix)]
    near = [finding for finding in same if finding.last >= first and finding.first <= last]
    if not near:
        return []
    group = min(near, key=lambda finding: finding.first).group_uid
    return [finding for finding in same if finding.group_uid == group]


def _findings(episode: Sequence[EpisodeShare], before: Sequence[GroupFinding], look: LookBack) -> list[GroupFinding]:
    """Return a finding for each site of the group, sites touched earlier included: each holds the number of sites."""
    key = episode[0].key
    group_uid = (
        before[0].group_uid if before else f"{_group_prefix(look.rule_id, key)}{min(part.first for part in episode)}"
    )
    sites = {finding.site: finding for finding in before}
    # If the episode began before the look-back, the query saw only a part of it. Its count would be too low, so new
    # events are added to the stored count; otherwise the count just made is exact and replaces it.
    began_earlier = any(finding.first < look.seen_from for finding in before)
    for part in episode:
        old = sites.get(part.site)
        if old is None:
            sites[part.site] = _new(part, group_uid, "" if look.actor is None else key[look.actor])
        else:
            sites[part.site] = _added(old, part) if began_earlier else _again(old, part)
    return [replace(finding, site_count=len(sites)) for finding in sites.values()]


def _new(part: EpisodeShare, group_uid: str, actor: str) -> GroupFinding:
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


def _again(old: GroupFinding, part: EpisodeShare) -> GroupFinding:
    """Merge an episode that lies within the look-back as a whole: the new count is exact."""
    # If the new events are late, the look-back of this run may end before the episode does. The larger count is then
    # the stored one.
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


def _added(old: GroupFinding, part: EpisodeShare) -> GroupFinding:
    """Merge an episode that began before the look-back: add only new events after its last one."""
    # Without this test a batch that is processed again would be counted twice. The price is that a late event before
    # the end of such an episode is not counted.
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
