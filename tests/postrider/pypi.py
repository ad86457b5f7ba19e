"""Programs of other people from PyPI, for stories that hold ours against them."""

import hashlib
import subprocess
import sys

from .installation import ROOT


def programs(name):
    """The folder with the programs that tests/peers/NAME/requirements.txt names: a virtual environment of their own,
    made once for each list of versions."""
    wanted = ROOT / "tests/peers" / name / "requirements.txt"
    mark = hashlib.sha256(wanted.read_bytes()).hexdigest()[:16]
    home = ROOT / "build/peers" / f"{name}-{mark}"
    done = home / "complete"
    if not done.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", home], check=True, timeout=120)
        subprocess.run([home / "bin/pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
                        "--requirement", wanted], check=True, timeout=600)
        done.touch()
    return home / "bin"
