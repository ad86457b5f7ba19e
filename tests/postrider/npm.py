"""Programs of other people from npm, for stories and benches that compare with them."""

import filecmp
import shutil
import subprocess
from pathlib import Path

from postrider.installation import ROOT


def installed(name):
    """The environment in which node finds what tests/peers/NAME/package-lock.json names. Installed
    into build/peers when it is missing or the lock file has changed."""
    source = ROOT / "tests/peers" / name
    directory = ROOT / "build/peers" / name
    directory.mkdir(parents=True, exist_ok=True)
    wanted = source / "package-lock.json"
    done = directory / "installed-lock.json"
    if not done.exists() or not filecmp.cmp(wanted, done, shallow=False):
        for file in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(source / file, directory / file)
        subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
                       cwd=directory, check=True, timeout=300)
        shutil.copyfile(wanted, done)
    return {"NODE_PATH": str(directory / "node_modules")}


def program(paths, name):
    """A program that a package brings along; `paths`: what `installed` said."""
    modules = Path(paths["NODE_PATH"])
    [found] = modules.glob(f"{name}-*/bin/{name}")
    return found
