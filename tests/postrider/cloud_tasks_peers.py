"""Google's own clients for Cloud Tasks, unmodified, and what each of them makes of an error."""

import json

from . import npm, pypi
from .google_peers import PEERS, environment
from .line_program import LineProgram

# Node.js in two versions, because a program sees other errors in each.
KINDS = ("node-6", "node-7", "python")

# Status of Google → HTTP, number in gRPC, class in Python.
STATUSES = {
    "INVALID_ARGUMENT": (400, 3, "BadRequest"),
    "FAILED_PRECONDITION": (400, 9, "BadRequest"),
    "UNAUTHENTICATED": (401, 16, "Unauthorized"),
    "PERMISSION_DENIED": (403, 7, "Forbidden"),
    "NOT_FOUND": (404, 5, "NotFound"),
    "ALREADY_EXISTS": (409, 6, "Conflict"),
    "RESOURCE_EXHAUSTED": (429, 8, "TooManyRequests"),
    "UNIMPLEMENTED": (501, 12, "MethodNotImplemented"),
}


class Refused(Exception):
    """What a client threw. One of them gives the whole answer for a message, of which the message is taken."""

    def __init__(self, error):
        self.kind, self.code, self.message = error["kind"], error.get("code"), error["message"]
        self.reason = error.get("reason")
        if self.message.startswith('{"error"'):
            self.message = json.loads(self.message)["error"]["message"]
        super().__init__(f"{self.kind} {self.code}: {self.message}")


def bare(value):
    """JSON without what proto3 leaves out: one client tells defaults, another does not."""
    if isinstance(value, dict):
        members = {name: bare(member) for name, member in value.items()}
        return {name: member for name, member in members.items()
                if member not in (None, "", 0, [], {}) and not str(member).endswith("_UNSPECIFIED")}
    return [bare(item) for item in value] if isinstance(value, list) else value


class TasksClient:
    """One of Google's clients; ends with its `with`. Requests and answers are proto3 JSON, masks lists of paths."""

    def __init__(self, kind, port, key=None):
        self.kind = kind
        if kind == "python":
            command = [pypi.programs("cloud_tasks") / "python", PEERS / "cloud_tasks/tasks.py", port]
            paths = {}
        else:
            paths = npm.installed("cloud_tasks" if kind == "node-6" else "cloud_tasks_7")
            node = "node" if kind == "node-6" else npm.program(paths, "node")
            command = [node, PEERS / "cloud_tasks/tasks.cjs", port]
        given = {"POSTRIDER_KEY": key} if key else {}
        self._program = LineProgram(command, environment() | paths | given | {"METADATA_SERVER_DETECTION": "none"},
                                    f"Google's client ({kind})")

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self._program.__exit__(*error)

    def call(self, method, **request):
        """The answer; raises Refused. A list is one page, as it came."""
        return bare(self._ask({"method": method, "request": request}))

    def every(self, method, **request):
        """All items of a list, as a program gets them that goes over it."""
        [items] = self._ask({"method": method, "request": request, "all": True}).values()
        return bare(items)

    def _ask(self, asked):
        answer = self._program.ask(asked)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer["answer"]

    def refused(self, status, method, **request):
        """The message of a call that must end in this status, told as this client tells it."""
        try:
            answer = self.call(method, **request)
        except Refused as error:
            assert (error.kind, error.code) == self.sees(status), error
            return error.message
        raise AssertionError(f"{method} was not refused: {answer}")

    def sees(self, status):
        """Class and code of the error by which a program knows a status."""
        http, grpc, python = STATUSES[status]
        return {"node-6": ("GaxiosError", http), "node-7": ("GoogleError", grpc), "python": (python, http)}[self.kind]


def verified_id_tokens(url, *tokens):
    """What Google's library says of ID tokens, each (token, audience), by the keys that are published at a server:
    {"header", "claims"} or {"error"} for each."""
    program = [pypi.programs("cloud_tasks") / "python", PEERS / "cloud_tasks/check_id_tokens.py", url]
    with LineProgram(program, environment(), "Google's library for ID tokens") as library:
        return [library.ask({"token": token, "audience": audience}) for token, audience in tokens]
