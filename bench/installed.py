"""Where the programs of other projects are; with `fetch`, those of a folder of their own are put there first.

Nothing is installed into the system or into secmon's own environment: Tenzir gets a virtual environment, syslog-ng is
unpacked beside it (it may not be installed where another system log daemon is). PostgreSQL is used when Debian's package
is there: `apt-get install postgresql`.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

_FETCH_SECONDS = 600
_SYSLOG_NG = ("syslog-ng-core", "libivykis0", "libnet1", "libwrap0", "libpcre3", "libjson-c5")
_DEBIAN_POSTGRESQL = Path("/usr/lib/postgresql")


class AbsentError(Exception):
    """A peer that is left out, and why."""


@dataclass(frozen=True, slots=True)
class Unpacked:
    """A program outside the system: its file, the folder of its modules, and where its libraries are."""

    program: Path
    modules: Path
    libraries: str


def cache_folder() -> Path:
    """Where fetched programs stay: SECMON_BENCH_CACHE, or a folder in the user's cache."""
    given = os.environ.get("SECMON_BENCH_CACHE", "")
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "secmon-bench"


def postgresql() -> Path:
    """The folder of PostgreSQL's programs; raises AbsentError."""
    found = sorted(_DEBIAN_POSTGRESQL.glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    program = shutil.which("initdb")
    if program is None:
        raise AbsentError("PostgreSQL is not installed: apt-get install postgresql")
    return Path(program).resolve().parent


def tenzir(*, fetch: bool) -> Path:
    """Tenzir's program, in a virtual environment of its own; raises AbsentError."""
    folder = cache_folder() / "tenzir"
    program = folder / "bin" / "tenzir"
    if not program.is_file():
        if not fetch:
            raise AbsentError("Tenzir is not there: run with --fetch (1.1 GB)")
        folder.parent.mkdir(parents=True, exist_ok=True)
        _run("Tenzir", sys.executable, "-m", "venv", str(folder))
        _run("Tenzir", str(folder / "bin" / "pip"), "install", "--quiet", "tenzir")
    return program


def syslog_ng(*, fetch: bool) -> Unpacked:
    """syslog-ng of Debian, unpacked; raises AbsentError."""
    root = cache_folder() / "syslog-ng"
    program = root / "usr" / "sbin" / "syslog-ng"
    if not program.is_file():
        if not fetch:
            raise AbsentError("syslog-ng is not there: run with --fetch (Debian only)")
        if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
            raise AbsentError("syslog-ng is fetched with Debian's tools, which are not here")
        packages = root.with_name("syslog-ng-packages")
        packages.mkdir(parents=True, exist_ok=True)
        _run("syslog-ng", "apt-get", "download", *_SYSLOG_NG, folder=packages)
        for package in sorted(packages.glob("*.deb")):
            _run("syslog-ng", "dpkg", "-x", str(package), str(root))
    modules = sorted((root / "usr/lib/syslog-ng").glob("*/libaffile.so"))
    if not modules:
        raise AbsentError(f"syslog-ng in {root} has no modules: remove the folder and fetch it again")
    libraries = [*(path.parent for path in sorted(root.glob("**/*.so.*"))), root / "usr/lib/syslog-ng"]
    return Unpacked(program, modules[-1].parent, ":".join(dict.fromkeys(map(str, libraries))))


def _run(peer: str, *command: str, folder: Path | None = None) -> None:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=_FETCH_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise AbsentError(f"{peer} could not be fetched: {error}") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise AbsentError(f"{peer} could not be fetched: {said[-1] if said else done.returncode}")
