"""Make .venv and install one lock file in it; run by path with any Python from 3.11, standard library only.

    python3 oil_portal/stack/install.py demo|test|bench

Quick when the lock file has not changed since the last time.
"""

import hashlib
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
INCLUDES = {"test": ("test", "demo"), "demo": ("demo",), "bench": ("bench", "demo")}  # what is installed with what


def main(wanted: str) -> int:
    """Install requirements/<wanted>.txt unless that was done; returns the exit status."""
    stamps = {name: VENV / f"{name}.stamp" for name in INCLUDES[wanted]}
    if usable() and stamps[wanted].exists() and stamps[wanted].read_text() == fingerprint(wanted):
        return 0
    if not usable():
        print("Making .venv", flush=True)
        venv.create(VENV, clear=True, with_pip=True, symlinks=True)
    status = install(ROOT / "requirements" / f"{wanted}.txt")
    if status == 0:
        see_project()
        for name, stamp in stamps.items():
            stamp.write_text(fingerprint(name))
    return status


def usable() -> bool:
    """Whether there is a virtual environment that works, of a Python we support."""
    code = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    python = VENV / "bin" / "python"
    return python.exists() and subprocess.run([python, "-c", code], capture_output=True).returncode == 0


def fingerprint(name: str) -> str:
    """Changes when the lock file does."""
    return hashlib.sha256((ROOT / "requirements" / f"{name}.txt").read_bytes()).hexdigest()


def install(lock: Path) -> int:
    """Run pip and show one line per package; on failure the end of what pip said."""
    total = len(re.findall(r"^\S+==", lock.read_text(), flags=re.MULTILINE))
    options = "--require-hashes --no-input --disable-pip-version-check --progress-bar off --root-user-action ignore"
    command = [str(VENV / "bin" / "python"), "-m", "pip", "install", *options.split(), "-r", str(lock)]
    print(f"Installing {total} packages of {lock.relative_to(ROOT)}", flush=True)
    said, done = [], 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if found := re.match(r"(?:Collecting|Requirement already satisfied:) (\S+?)==(\S+)", line):
                done += 1
                show(f"  {done}/{total} {found[1]} {found[2]}")
            elif line.startswith("Installing collected packages"):
                show("  putting them in place")
    show("  installed" if pip.returncode == 0 else "  pip could not install them", last=True)
    if pip.returncode:
        print("".join(said[-15:]), file=sys.stderr)
    return pip.returncode


def show(line: str, *, last: bool = False) -> None:
    """Progress: on one line in a terminal, else on lines of their own."""
    if sys.stdout.isatty():
        width = os.get_terminal_size().columns - 1
        print(f"\r{line:<{width}.{width}}", end="\n" if last else "", flush=True)
    else:
        print(line, flush=True)


def see_project() -> None:
    """Let the environment's programs (pytest, celery) import this folder from anywhere."""
    for packages in (VENV / "lib").glob("python*/site-packages"):
        (packages / "oil_portal_root.pth").write_text(f"{ROOT}\n")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except KeyboardInterrupt:
        sys.exit(130)
