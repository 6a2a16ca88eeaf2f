"""python -m oil_portal.stack.audit: ask for every locked package whether a weakness is known (`make audit`).

Ends with 1 when one is known. Where nothing can be looked up, as on a machine without the outside world, it says so
in one line and ends with 0: that is no fault of the code, and no proof either.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LOCKED = ROOT / "requirements" / "base.txt"  # what the portal runs on; the tests' tools never serve anybody
ASK = ["tool", "run", "--quiet", "pip-audit", "--require-hashes", "--disable-pip", "--format", "json"]


def verdict(answer: str) -> tuple[int, list[str]]:
    """(exit status, lines to print) for what pip-audit answered."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, ["Not checked: pip-audit gave no answer, so nothing is known about the packages."]
    seen = [each for each in packages if "skip_reason" not in each]
    if not seen:
        return 0, ["Not checked: the list of weaknesses cannot be reached from here."]
    found = [
        f"{each['name']} {each['version']}: {one['id']}, mended in {', '.join(one['fix_versions']) or 'no version yet'}"
        for each in seen
        for one in each.get("vulns", [])
    ]
    left = f"; {len(packages) - len(seen)} could not be looked up" if len(seen) < len(packages) else ""
    return bool(found), [*found, f"{len(seen)} packages checked, {len(found)} known weaknesses{left}."]


def main() -> int:
    """Ask, and say what was answered."""
    try:
        command = [str(Path(sys.executable).with_name("uv")), *ASK, "--requirement", str(LOCKED)]
        said = subprocess.run(command, capture_output=True, text=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired):
        return report(*verdict(""))
    return report(*verdict(said.stdout))


def report(status: int, lines: list[str]) -> int:
    """Print the lines; the status goes on."""
    print("\n".join(lines))
    return status


if __name__ == "__main__":
    sys.exit(main())
