"""The catcher: Postrider's own small mail server, and its log of what it really accepted."""

import json
import re
from collections import Counter

from .ports import free_port
from .process import Process
from .times import moment
from .waiting import wait_until


class Catcher:
    """`postrider catch` on a port of its own; it can go away and come back on the same port."""

    def __init__(self, installation, directory, *options):
        self.installation = installation
        self.directory = directory
        self.options = options
        self.port = free_port()
        self.process = None

    def start(self):
        self.process = Process(
            [self.installation.binary, "catch", "--listen", f"127.0.0.1:{self.port}",
             "--directory", self.directory, *self.options],
            directory=self.installation.directory, environment=self.installation.environment, name="catch")
        self.process.wait_for_line(rf"127\.0\.0\.1:{self.port}", seconds=60)
        shown = re.search(r"its authority is in (\S+), its pin is (\w+)", self.process.output())
        self.ca, self.pin = shown.groups() if shown else (None, None)
        return self

    def stop(self):
        if self.process and self.process.is_alive():
            self.process.terminate()

    def kill(self):
        if self.process:
            self.process.kill()

    # ---- what it saw ----

    def log(self):
        """Every message it took responsibility for, in order; what it refused is not in it."""
        file = self.directory / "log.jsonl"
        if not file.exists():
            return []
        whole = file.read_text(encoding="utf-8").rpartition("\n")[0]
        return [json.loads(line) for line in whole.splitlines()]

    def wait_for_entries(self, count, seconds=60):
        wait_until(lambda: len(self.log()) >= count, seconds, f"{count} messages in the catcher's log", every=0.01)

    def times(self):
        """When it accepted each message, in seconds since 1970, in order."""
        return sorted(moment(entry["at"]).timestamp() for entry in self.log())

    def recipients(self):
        """How often each address was delivered to."""
        return Counter(address for entry in self.log() for address in entry["to"])

    def message(self, address):
        """The message an address got, as it came over the line."""
        for entry in self.log():
            if address in entry["to"]:
                with open(self.directory / "messages", "rb") as messages:
                    messages.seek(entry["offset"])
                    return messages.read(entry["size"])
        raise AssertionError(f"{address} got no message")
