"""Debian packages that cannot be installed beside each other, unpacked under build/ instead."""

import os
import subprocess

import pytest

from .installation import ROOT


def unpacked(name, seconds=180):
    """Where the package's files are; fetched at the first call, which needs Debian's archive."""
    place = ROOT / "build" / "real-servers" / name
    if (place / "done").exists():
        return place
    place.mkdir(parents=True, exist_ok=True)

    def run(*command):
        return subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=seconds, check=False)

    try:
        fetched = run("apt-get", "-q", "download", name)
        if fetched.returncode != 0 and os.geteuid() == 0:  # a fresh container has no lists yet
            run("apt-get", "-q", "update")
            fetched = run("apt-get", "-q", "download", name)
    except subprocess.TimeoutExpired:
        pytest.fail(f"Debian's package {name} could not be fetched within {seconds} s: is there a network?")
    archives = list(place.glob("*.deb"))
    if fetched.returncode != 0 or not archives:
        pytest.fail(f"Debian's package {name} could not be fetched (apt-get download {name}):\n{fetched.stderr}")
    subprocess.run(["dpkg-deb", "-x", archives[-1], place], check=True, timeout=seconds)
    (place / "done").touch()
    return place
