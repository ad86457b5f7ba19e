"""Google's client of Cloud Tasks, for holding the stand-in (and whatever else speaks the API) against it."""

from . import pypi
from .google_peers import PEERS, Refused, environment
from .line_program import LineProgram


class CloudTasksClient(LineProgram):
    """Google's client for Python, over REST; ends with its `with`."""

    def __init__(self, host):
        program = PEERS / "google_cloud_tasks/tasks.py"
        super().__init__([pypi.programs("google_cloud_tasks") / "python", program, host], environment(), "Google's client")

    def call(self, method, **request):
        """The answer as JSON, of list_tasks its pages; raises Refused."""
        answer = self.ask({"call": method, "request": request}, 120)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["data"]
