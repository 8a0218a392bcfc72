"""One peer, in a process of its own: the same lines through syslog-ng, parsed, to a file.

What it is there for, receiving, is left out; so is most of what the others do: no types, no table, no totals, no
quarantine, no account, nothing synced to disk. The time goes from its start to the last change of the file.
"""

import argparse
import json
import os
import subprocess
import tempfile
import time
from dataclasses import asdict, replace
from pathlib import Path

import corpus
import installed
from effort import watched

_TIMEOUT = 600.0
_STILL = 1.0  # seconds without a change after which the file is taken to be whole
_CONFIGURATION = """@version: {version}
options {{ keep-hostname(yes); use-dns(no); dns-cache(no); flush-lines(1000); log-fifo-size(100000); stats-freq(0); }};
source s {{ file("{path}" flags(no-parse) follow-freq(0.1) log-fetch-limit(1000) log-iw-size(10000) log-msg-size(1048576)); }};
parser p {{ {parser}; }};
destination d {{ file("{out}" template("{template}\\n")); }};
log {{ source(s); parser(p); destination(d); flags(flow-control); }};
"""
_JSON = ('json-parser(prefix(".eve."))', "$(format-json --key .eve.* --shift-levels 2)")
_FIELDS = "$ISODATE $HOST $PROGRAM $PID $FACILITY $PRIORITY $MESSAGE"
_PARSE = {
    "suricata_eve": _JSON,
    "rfc5424": ("syslog-parser(flags(syslog-protocol))", _FIELDS),
    "rfc3164": ("syslog-parser()", _FIELDS),
}


def main() -> None:
    """Print lines, exactness and effort as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    given = parser.parse_args()
    lines = sum(stretch.lines for stretch in corpus.stretches(given.corpus))
    ((name, path),) = corpus.paths(given.corpus).items()
    unpacked = installed.syslog_ng(fetch=False)
    parse, template = _PARSE[name]
    with tempfile.TemporaryDirectory(prefix="syslog-ng-bench-") as text:
        folder = Path(text)
        out = folder / "out"
        configuration = folder / "syslog-ng.conf"
        configuration.write_text(
            _CONFIGURATION.format(
                version=unpacked.modules.name, path=path, parser=parse, out=out, template=template.replace('"', '\\"')
            ),
            encoding="utf-8",
        )
        began = time.time()
        process = subprocess.Popen(
            [
                *(str(unpacked.program), "--foreground", "--no-caps"),
                *("--cfgfile", str(configuration)),
                *("--persist-file", str(folder / "persist")),
                *("--control", str(folder / "control")),
                *("--pidfile", str(folder / "pid")),
                *("--module-path", str(unpacked.modules)),
            ],
            env={**os.environ, "LD_LIBRARY_PATH": unpacked.libraries},
            stdout=subprocess.DEVNULL,
        )
        effort = watched(process, lambda: _still(out), _TIMEOUT)
        effort = replace(effort, seconds=out.stat().st_mtime - began)
        exact = out.read_bytes().count(b"\n") == lines
    print(json.dumps({"lines": lines, "exact": exact, "version": unpacked.modules.name, **asdict(effort)}))


def _still(out: Path) -> bool:
    return out.exists() and out.stat().st_size > 0 and time.time() - out.stat().st_mtime > _STILL


if __name__ == "__main__":
    main()
