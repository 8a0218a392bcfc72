"""One peer, in a process of its own: the same lines through Tenzir, parsed and normalised, to a Feather file.

Less than the others do: no raw line, no totals, no index, no quarantine (a bad line is a warning), no account, nothing
synced to disk. The time includes the start of the program, about 0.1 s.
"""

import argparse
import json
import subprocess
import tempfile
from dataclasses import asdict
from importlib.metadata import distributions
from pathlib import Path

import pyarrow as pa

import corpus
import installed
from effort import watched

_TIMEOUT = 600.0
_NUMBERS = {
    "severity": "alert?.severity?",
    "src_port": "src_port?",
    "dst_port": "dest_port?",
    "bytes_in": "flow?.bytes_toclient?",
    "bytes_out": "flow?.bytes_toserver?",
    "http_status": "http?.status?",
    "alert_id": "alert?.signature_id?",
}
_TEXTS = {
    "src_ip": "src_ip?",
    "dst_ip": "dest_ip?",
    "http_method": "http?.http_method?",
    "http_hostname": "http?.hostname?",
    "http_url": "http?.url?",
    "http_user_agent": "http?.http_user_agent?",
    "dns_name": "dns?.rrname?",
    "dns_type": "dns?.rrtype?",
    "dns_rcode": "dns?.rcode?",
    "tls_sni": "tls?.sni?",
    "tls_version": "tls?.version?",
    "tls_ja3": "tls?.ja3?.hash?",
    "alert_action": "alert?.action?",
    "alert_title": "alert?.signature?",
    "alert_category": "alert?.category?",
}
_EVE = ", ".join(
    (
        "select time=timestamp",
        "kind=event_type",
        "proto=proto.to_lower()",
        *(f"{name}=uint({path}) else uint(0)" for name, path in _NUMBERS.items()),
        *(f'{name}=string({path}) else ""' for name, path in _TEXTS.items()),
    )
)
_SYSLOG = (
    "select time=timestamp, kind=app_name, severity=severity, host=hostname,"
    ' pid=string(process_id?) else "", message=string(message?) else ""'
)
_PARSE = {"suricata_eve": ("read_suricata", _EVE), "rfc5424": ("read_syslog", _SYSLOG)}


def main() -> None:
    """Print lines, exactness and effort as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    given = parser.parse_args()
    lines = sum(stretch.lines for stretch in corpus.stretches(given.corpus))
    ((name, path),) = corpus.paths(given.corpus).items()
    program = installed.tenzir(fetch=False)
    with tempfile.TemporaryDirectory(prefix="tenzir-bench-") as folder:
        out = Path(folder) / "events.feather"
        read, normalise = _PARSE[name]
        pipeline = "\n".join(
            (
                f"from_file {json.dumps(str(path))} {{ {read} }}",
                normalise,
                '@name = "events"',
                f"to_file {json.dumps(str(out))} {{ write_feather }}",
            )
        )
        process = subprocess.Popen([str(program), pipeline], stdout=subprocess.DEVNULL)
        effort = watched(process, lambda: process.poll() is not None, _TIMEOUT)
        if process.returncode:
            raise SystemExit(f"Tenzir ended with {process.returncode}")
        with out.open("rb") as stream:
            exact = sum(batch.num_rows for batch in pa.ipc.open_stream(stream)) == lines
    print(json.dumps({"lines": lines, "exact": exact, "version": _version(program), **asdict(effort)}))


def _version(program: Path) -> str:
    folders = map(str, program.parents[1].glob("lib/python*/site-packages"))
    return next((one.version for one in distributions(name="tenzir", path=list(folders))), "")


if __name__ == "__main__":
    main()
