"""Find a Chromium for the browser journeys and the pictures; run as a module by root it installs one.

A missing one is not an error: the journeys are then left out, and one line says so.
"""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Nothing of a browser's own life: no sandbox (containers), no updates, no sync.
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip


def find() -> str | None:
    """CHROMIUM, one on the PATH, or Playwright's own."""
    cache = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    own = [*cache.glob("chromium*/chrome-linux*/*"), *cache.glob("chromium*/chrome-mac*/*.app/Contents/MacOS/*")]
    playwright = sorted(str(file) for file in own if file.name in ("chrome", "headless_shell", "Chromium"))
    candidates = (os.environ.get("CHROMIUM"), *map(shutil.which, NAMES), *playwright)
    return next((path for path in candidates if path and os.access(path, os.X_OK)), None)


def install() -> None:
    """With root's rights and apt-get: Debian's package. Quiet when that does not work."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium with apt-get", flush=True)
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    for command in ("apt-get -qq update", "apt-get -qq install -y --no-install-recommends chromium"):
        try:
            subprocess.run(command.split(), env=environ, capture_output=True, timeout=300)
        except subprocess.TimeoutExpired:
            return


if __name__ == "__main__":
    if not find():
        install()
    if not find():
        print("No Chromium: the browser journeys are left out. Set CHROMIUM, or: .venv/bin/playwright install chromium")
