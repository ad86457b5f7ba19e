"""Postfix's smtp-sink: a mail server that takes everything, and is none of ours."""

import os

from .ports import free_port, is_listening
from .process import Process
from .waiting import wait_until

PROGRAM = "/usr/sbin/smtp-sink"


class Sink:
    def __init__(self, directory):
        self.port = free_port()
        # As root it insists on becoming another user.
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        self.process = Process([PROGRAM, *user, f"127.0.0.1:{self.port}", "256"],
                               directory=directory, environment={"PATH": os.environ["PATH"]})
        wait_until(lambda: is_listening(self.port), 20, "smtp-sink listens")

    def stop(self):
        self.process.kill()
