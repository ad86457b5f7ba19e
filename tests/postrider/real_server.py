"""Real mail servers on the loopback: started and ended by a story, each in a directory of its own.

They want to be root when they start and become users of their own then. Where such a user is not on this
machine, the server runs in a mount namespace that has it, so that nothing of the machine is changed.
"""

import os
import shlex
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from .authority import make_certificate
from .ports import free_port, is_listening
from .process import Process
from .waiting import wait_until

USER, PASSWORD = "ana", "open sesame"
NOBODY = 65534


class RealServer:
    """A server that lets USER in under TLS, keeps what it is given, and refuses refuse…@ as unknown."""

    name = ""

    def __init__(self):
        if os.geteuid() != 0:
            pytest.skip(f"{self.name} must be started by root")
        # Not below pytest's directory, which only its owner may enter: the servers have users of their own.
        self.directory = Path(tempfile.mkdtemp(prefix=f"postrider-{self.name}-"))
        self.directory.chmod(0o755)
        self.port = free_port()
        self.ca = make_certificate(self.directory)
        self.kept = self.directory / "kept"
        self.kept.mkdir()
        self.process = None

    def start(self):
        self.configure()
        self.process = Process(self.command(), directory=self.directory,
                               environment={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}, name=self.name)
        wait_until(lambda: is_listening(self.port) or not self.process.is_alive(), 60, f"{self.name} listens")
        assert self.process.is_alive(), self.process.output()
        return self

    def stop(self):
        try:
            if self.process and self.process.is_alive():
                self.end()
        finally:
            if self.process:
                self.process.kill()
            shutil.rmtree(self.directory, ignore_errors=True)

    def end(self):
        self.process.terminate()

    def write(self, file, text, mode=0o644):
        path = self.directory / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def in_namespace(self, accounts, preparations, command):
        """The command in a mount namespace where these accounts exist (name → number)."""
        if subprocess.run(["unshare", "--mount", "true"], capture_output=True, timeout=60, check=False).returncode:
            pytest.skip(f"{self.name} needs a mount namespace, which this container may not make (CAP_SYS_ADMIN)")
        passwd, group = Path("/etc/passwd").read_text(), Path("/etc/group").read_text()
        for name, number in accounts.items():
            passwd += f"{name}:x:{number}:{number}::/nonexistent:/usr/sbin/nologin\n"
            group += f"{name}:x:{number}:\n"
        self.write("passwd", passwd)
        self.write("group", group)
        lines = ["set -e", f"cd {shlex.quote(str(self.directory))}", "mount --bind passwd /etc/passwd",
                 "mount --bind group /etc/group", *preparations, "exec " + shlex.join(map(str, command))]
        return ["unshare", "--mount", "sh", "-c", "\n".join(lines)]

    def configure(self):
        raise NotImplementedError

    def command(self):
        raise NotImplementedError

    def deliveries(self):
        """(recipient, message as it was kept) for everything that was delivered."""
        raise NotImplementedError

    def _by_header(self, header):
        found = []
        for file in self.kept.rglob("new/*"):
            message = file.read_bytes()
            [line] = [line for line in message.split(b"\n\n")[0].split(b"\n") if line.startswith(header)]
            found.append((line.split(b":")[1].strip().decode(), message))
        return found
