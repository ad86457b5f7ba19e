"""A program under test: its output is collected line by line, and can be waited for."""

import os
import re
import signal
import subprocess
import threading
import time


class Process:
    """Started at once; ends with the story whatever happens (see `stop`)."""

    def __init__(self, command, *, directory, environment, name=None):
        self.name = name or os.path.basename(command[0])
        self.lines = []
        self._changed = threading.Condition()
        self._open_streams = 2
        self.popen = subprocess.Popen(
            [str(word) for word in command], cwd=directory, env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, encoding="utf-8", errors="replace", start_new_session=True)
        for stream in (self.popen.stdout, self.popen.stderr):
            threading.Thread(target=self._collect, args=(stream,), daemon=True).start()

    def _collect(self, stream):
        for line in stream:
            with self._changed:
                self.lines.append(line.rstrip("\n"))
                self._changed.notify_all()
        with self._changed:
            self._open_streams -= 1
            self._changed.notify_all()

    @property
    def pid(self):
        return self.popen.pid

    def output(self):
        return "\n".join(self.lines)

    def wait_for_line(self, pattern, seconds=30):
        """The match of the first line, past or future, that fits; fails when the program ends without it."""
        fits = re.compile(pattern)
        end = time.monotonic() + seconds
        seen = 0
        with self._changed:
            while True:
                for line in self.lines[seen:]:
                    if match := fits.search(line):
                        return match
                seen = len(self.lines)
                if self._open_streams == 0:
                    raise AssertionError(f"{self.name} ended without saying {pattern!r}:\n{self.output()}")
                left = end - time.monotonic()
                if left <= 0:
                    raise AssertionError(
                        f"{self.name} did not say {pattern!r} within {seconds} s:\n{self.output()}")
                self._changed.wait(left)

    def wait(self, seconds=30):
        """The exit code; a program that does not end in time is killed and fails the story."""
        try:
            code = self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"{self.name} did not end within {seconds} s:\n{self.output()}") from None
        with self._changed:
            self._changed.wait_for(lambda: self._open_streams == 0, timeout=5)
        return code

    def is_alive(self):
        return self.popen.poll() is None

    def terminate(self, seconds=20):
        """SIGTERM, and the exit code that came of it."""
        if self.is_alive():
            self.popen.send_signal(signal.SIGTERM)
        return self.wait(seconds)

    def kill(self):
        """SIGKILL: no clean-up of any sort, as in a crash."""
        if self.is_alive():
            self.popen.kill()
        self.popen.wait(10)
