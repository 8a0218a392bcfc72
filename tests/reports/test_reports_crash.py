"""kill -9 between any two steps: one digest, and every recipient has it."""

import multiprocessing
import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from digest_centre import desk_in, enter
from killed_sender import DUE, work
from mail_servers import Post, mail_server, settings_of

from secmon.reports import archive
from secmon.settings import MailServer
from secmon.sites.scope import EVERYTHING

_MOST = 40


def life(data: Path, server: MailServer, stop_at: int) -> str:
    """One life of the process, killed at its step `stop_at`; the step's name, or 'finished'."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["secmon.reports.deliver"])  # each life would read all modules anew
    ours, theirs = context.Pipe()
    child = context.Process(target=work, args=(data, server, theirs, stop_at))
    child.start()
    theirs.close()
    said = str(ours.recv())
    if said != "finished":
        assert child.pid is not None
        os.kill(child.pid, signal.SIGKILL)
    child.join()
    ours.close()
    return said


@pytest.mark.slow
def test_a_kill_between_any_two_steps_loses_nothing_and_doubles_nothing(tmp_path: Path) -> None:
    """For each step: killed there, then started again until it finishes. One digest is kept, each of two recipients
    has one mail by its Message-ID, and a second copy comes only from a kill between a server's answer and its mark.
    """
    steps: list[str] = []
    for stop_at in range(1, _MOST):
        folder = tmp_path / str(stop_at)
        folder.mkdir()
        db = desk_in(folder)
        people = [enter(db, name, ["daily"]) for name in ("kim", "lee")]
        with mail_server() as post:
            steps.append(life(folder, settings_of(post), stop_at))
            if steps[-1] != "finished":
                assert life(folder, settings_of(post), 0) == "finished"
        (one,) = archive.digests(db, EVERYTHING)
        states = [delivery.state for delivery in archive.deliveries(db, EVERYTHING, one.id)]
        db.close()
        assert one.kind == DUE.kind
        assert states == ["sent"] * 2, f"killed at {steps[-1]}"
        assert _by_id(post) == {one.address: 1 for one in people}
        if not steps[-1].endswith(" sent"):  # two are under way at once, so also after the first one's mark
            assert len(post.mails) == 2, f"killed at {steps[-1]}"
        if steps[-1] == "finished":
            break
    assert steps[-1] == "finished"
    assert {"kept, not committed", "letters, not committed", "composed", "after claim", "before sent"} <= {*steps}


def _by_id(post: Post) -> dict[str, int]:
    """How many different mails each recipient has."""
    return dict(Counter(address for address, _ in {(address, mail["Message-ID"]) for address, mail in post.mails}))
