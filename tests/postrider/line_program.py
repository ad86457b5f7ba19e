"""A program of other people that answers JSON lines, one for one, over its standard streams."""

import json
import queue
import subprocess
import threading


class LineProgram:
    """Runs until the end of its `with`."""

    def __init__(self, command, environment, name):
        self.name = name
        self._process = subprocess.Popen([str(word) for word in command], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE, text=True, env=environment)
        self._lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self._process.stdout:
            self._lines.put(line)
        self._lines.put("")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stdin.close()
        self._process.kill()
        self._process.wait(30)

    def ask(self, asked, seconds=60):
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        try:
            line = self._lines.get(timeout=seconds)
        except queue.Empty:
            raise AssertionError(f"{self.name} did not answer within {seconds} s: {str(asked)[:500]}") from None
        assert line, f"{self.name} ended at {str(asked)[:500]}"
        return json.loads(line)
