"""Every shell block of the README does what it says, in order, against the catcher."""

import csv
import os
import re
import signal
import subprocess

import pytest

from postrider.installation import INHERITED, ROOT, binary
from postrider.ports import free_port, is_listening
from postrider.waiting import wait_until

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LISTEN = re.compile(r"--listen 127\.0\.0\.1:(\d+)")


def shell_blocks():
    return BLOCK.findall((ROOT / "README.md").read_text(encoding="utf-8"))


def on_free_ports(blocks):
    """The same blocks with the ports of this story instead of the README's."""
    for port in sorted(set(LISTEN.findall("\n".join(blocks)))):
        ours = str(free_port())
        blocks = [re.sub(rf"\b{port}\b", ours, block) for block in blocks]
    return blocks


class Reader:
    """Somebody who types the README's blocks into one shell, in a new directory."""

    def __init__(self, directory):
        self.directory = directory
        self.directory.mkdir()
        programs = directory.parent / "bin"
        programs.mkdir()
        (programs / "postrider").symlink_to(binary())
        self.environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
        self.environment["PATH"] = f"{programs}:{self.environment['PATH']}"
        self.sessions = []

    def type(self, block):
        output = self.directory.parent / f"block-{len(self.sessions)}.txt"
        with open(output, "wb") as file:
            shell = subprocess.Popen(["bash", "-eu", "-c", block], cwd=self.directory, env=self.environment,
                                     stdin=subprocess.DEVNULL, stdout=file, stderr=file, start_new_session=True)
        self.sessions.append(shell.pid)
        code = shell.wait(120)
        text = output.read_text(encoding="utf-8", errors="replace")
        assert code == 0, f"exit {code}\n{block}\n---\n{text}"
        # A program left in the background is ready when it listens.
        for port in LISTEN.findall(block) if "&\n" in block else []:
            wait_until(lambda p=int(port): is_listening(p), 60, f"port {port} answers:\n{text}")
        return text

    def leave(self):
        """Ends what the blocks left in the background."""
        for session in self.sessions:
            try:
                os.killpg(session, signal.SIGTERM)
            except ProcessLookupError:
                pass


@pytest.fixture
def reader(tmp_path):
    somebody = Reader(tmp_path / "work")
    yield somebody
    somebody.leave()


def test_every_shell_block_of_the_readme_works(reader):
    blocks = on_free_ports(shell_blocks())
    assert len(blocks) >= 3
    for block in blocks:
        reader.type(block)
    with open(reader.directory / "outcome.csv", encoding="utf-8", newline="") as file:
        outcome = list(csv.DictReader(file))
    assert len(outcome) >= 2
    assert {row["status"] for row in outcome} == {"sent"}


def test_files_the_readme_points_to_exist():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", text):
        assert (ROOT / target).exists(), target
