"""Cloud Tasks v2 of a running server, in plain HTTP: what no client would send can be sent, and every answer is held
against what all answers have in common."""

import http.client
import itertools
import json
from contextlib import contextmanager
from datetime import datetime, timedelta, timezone

from .waiting import wait_until

PARENT = "projects/p1/locations/us-central1"
ACCOUNT = "pusher@p1.iam.gserviceaccount.com"

_numbers = itertools.count(1)


def fresh(word="queue"):
    """A name that nothing had before."""
    return f"{word}-{next(_numbers)}"


def at(seconds):
    """A moment so many seconds from now."""
    when = datetime.now(timezone.utc) + timedelta(seconds=seconds)
    return when.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@contextmanager
def serving_tasks(here, **environment):
    """A server whose tasks may go to this machine, and who speaks to it."""
    settings = {"POSTRIDER_ALLOW_PRIVATE_TARGETS": "true", "TASKS_SERVICE_ACCOUNTS": ACCOUNT, **environment}
    key = new_key(here)
    with here.serving(**settings) as server:
        yield Tasks(here, server, key)


def new_key(here, *options):
    return here.ask("key", "create", "--name", fresh("key"), *(options or ("--scope", "tasks")))["key"]


class TasksAnswer:
    def __init__(self, asked, response, body):
        self.asked, self.status, self.body = asked, response.status, body
        self.headers = dict(response.getheaders())

    @property
    def json(self):
        return json.loads(self.body)

    def __str__(self):
        return f"{self.asked} → {self.status} {self.headers}\n{self.body[:2000]!r}"


class Tasks:
    """`refuse` and `ask` check status and shape of an answer; `raw` checks nothing."""

    def __init__(self, here, server, key):
        self.here, self.server, self.key, self.port = here, server, key, server.port

    def raw(self, method, path, body=None, key=None, **headers):
        """`path`: what comes after /v2/, or a whole path."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            if body is not None and not isinstance(body, (str, bytes)):
                body = json.dumps(body)
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            if key := self.key if key is None else key:
                sent["Authorization"] = f"Bearer {key}"
            if body is not None:
                sent.setdefault("Content-Type", "application/json")
            path = path if path.startswith("/") else f"/v2/{path}"
            connection.request(method, path, body=body, headers=sent)
            response = connection.getresponse()
            return TasksAnswer(f"{method} {path}", response, response.read())
        finally:
            connection.close()

    def ask(self, method, path, body=None, **more):
        """What a call that succeeds answers: 200 and a JSON object, whatever was asked."""
        answer = self.raw(method, path, body, **more)
        assert answer.status == 200, answer
        assert answer.headers["Content-Type"] == "application/json; charset=UTF-8", answer
        assert isinstance(answer.json, dict), answer
        return answer.json

    def refuse(self, status, method, path, body=None, code=None, **more):
        """The error of a call that must end in this status of Google's."""
        answer = self.raw(method, path, body, **more)
        assert answer.headers["Content-Type"] == "application/json; charset=UTF-8", answer
        assert set(answer.json) == {"error"}, answer
        error = answer.json["error"]
        assert error["status"] == status and error["code"] == answer.status, answer
        assert set(error) <= {"code", "message", "status", "details"} and error["message"], answer
        assert code in (None, answer.status), answer
        return error

    # ---- what most stories do ----

    def new_queue(self, parent=PARENT, paused=False, rates=None, **retries):
        """A queue's name. `retries`: of its retryConfig; without, a failure is tried again after an hour."""
        name = f"{parent}/queues/{fresh()}"
        retry = retries or {"minBackoff": "3600s"}
        self.ask("POST", f"{parent}/queues", {"name": name, "rateLimits": rates or {}, "retryConfig": retry})
        if paused:
            self.ask("POST", f"{name}:pause", {})
        return name

    def create(self, queue, url, id=None, http=None, **task):
        """Creates a task that calls `url`; the task as it is told. `http`: more of its httpRequest."""
        named = {"name": f"{queue}/tasks/{id}"} if id else {}
        return self.ask("POST", f"{queue}/tasks", {"task": {**named, **task, "httpRequest": {"url": url, **(http or {})}}})

    def get(self, task, view="FULL"):
        return self.ask("GET", f"{task}?responseView={view}")

    def list(self, queue, view="BASIC"):
        """The tasks of a queue; a story has less than a page of them."""
        answer = self.ask("GET", f"{queue}/tasks?responseView={view}")
        assert not answer.get("nextPageToken")
        return answer.get("tasks", [])

    def wait_for(self, task, condition, seconds=60):
        """The task as soon as it fulfils the condition."""
        def look():
            shown = self.get(task)
            return shown if condition(shown) else None
        return wait_until(look, seconds, f"{task} as it should be")

    def wait_until_gone(self, task, seconds=60):
        """The message by which a task is told to be gone, as soon as it is."""
        wait_until(lambda: self.raw("GET", task).status == 404, seconds, f"{task} is gone")
        return self.refuse("NOT_FOUND", "GET", task)["message"]
