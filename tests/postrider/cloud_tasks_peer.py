"""Google's client of Cloud Tasks, for holding the stand-in (and whatever else speaks the API) against it."""

import json
import queue
import subprocess
import threading

from . import pypi
from .google_peers import PEERS, Refused, environment


class CloudTasksClient:
    """Google's client for Python, over REST; ends with its `with`."""

    def __init__(self, host):
        program = PEERS / "google_cloud_tasks/tasks.py"
        self._process = subprocess.Popen([pypi.programs("google_cloud_tasks") / "python", program, host],
                                         stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment())
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

    def call(self, method, **request):
        """The answer as JSON, of list_tasks its pages; raises Refused."""
        self._process.stdin.write(json.dumps({"call": method, "request": request}) + "\n")
        self._process.stdin.flush()
        line = self._lines.get(timeout=120)
        assert line, f"Google's client ended at {method}"
        answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["data"]
