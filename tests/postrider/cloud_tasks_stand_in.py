"""A stand-in for Google's Cloud Tasks v2 on a port of the loopback: it takes tasks as the REST API does, keeps them by
its rules, and calls their targets when they are due.

    with CloudTasksStandIn() as tasks:                    # or standing=True: time moves by turn() only
        queue = tasks.new_queue("email-campaign-queue", max_attempts=5)
        ... base URL tasks.base_url, queue queue.name, OIDC issuer tasks.base_url ...
        tasks.script(cloud_tasks_errors.throttled(), "tasks.create", times=20)
        tasks.script(google_scripts.Dropped(is_applied=True), "tasks.create", nth=3)   # answer lost
        tasks.latency = 0.08                              # seconds, of every answer of the API
        tasks.trouble(Duplicated(after=60), task="a1")
        tasks.trouble(Delayed(86_400), nth=5)
        tasks.wait_for("tasks.create", 10)
        tasks.turn(86_400)
        first, second = tasks.dispatches_of("a1")

Errors, Reply, Dropped, Held, Cut and so on come from google_scripts and cloud_tasks_errors; trouble with dispatches
from cloud_tasks_dispatcher. Access tokens are judged if `tokens` (google_tokens.Tokens) is given. What Google's own
client makes of it stands in cloud_tasks_stand_in_story.py. Not here: App Engine tasks, RunTask, UpdateQueue, filters,
HTTP/2, and the throttling of a queue whose target answers 429 or 503.
"""

import json
import re
import secrets
from collections import Counter, defaultdict
from dataclasses import dataclass
from urllib.parse import unquote

from . import cloud_tasks_errors as errors
from .cloud_tasks_clock import SECOND, RunningClock, StandingClock
from .cloud_tasks_dispatcher import Dispatcher, shuffled
from .cloud_tasks_json import VIEWS, Writer, members, read_enum, read_settings, read_task
from .cloud_tasks_model import Queues, Settings
from .cloud_tasks_tokens import IdTokens
from .google_calls import Call, CalledStandIn
from .google_errors import GoogleError, invalid_argument
from .google_scripts import Reply, Rule, html
from .google_tokens import CLOUD

PARENT = "projects/story-project/locations/us-east1"
# HTTP method, what the path looks like, operation, the permission that it needs.
LOCATION, QUEUE = r"(projects/[^/]+/locations/[^/]+)", r"(projects/[^/]+/locations/[^/]+/queues/[^/]+)"
ROUTES = [
    ("POST", LOCATION + "/queues", "queues.create", "cloudtasks.queues.create"),
    ("GET", QUEUE, "queues.get", "cloudtasks.queues.get"),
    ("DELETE", QUEUE, "queues.delete", "cloudtasks.queues.delete"),
    ("POST", QUEUE + ":purge", "queues.purge", "cloudtasks.queues.purge"),
    ("POST", QUEUE + ":pause", "queues.pause", "cloudtasks.queues.pause"),
    ("POST", QUEUE + ":resume", "queues.resume", "cloudtasks.queues.resume"),
    ("POST", QUEUE + ":testIamPermissions", "queues.testIamPermissions", None),
    ("GET", QUEUE + "/tasks", "tasks.list", "cloudtasks.tasks.list"),
    ("POST", QUEUE + "/tasks", "tasks.create", "cloudtasks.tasks.create"),
    ("GET", QUEUE + "/tasks/([^/:]+)", "tasks.get", "cloudtasks.tasks.get"),
    ("DELETE", QUEUE + "/tasks/([^/:]+)", "tasks.delete", "cloudtasks.tasks.delete"),
]
MOST_ON_PAGE = 1000


@dataclass
class CloudTasksCall(Call):
    names: tuple = ()  # of the queue (or location), and the task's id
    permission: str | None = None


class CloudTasksStandIn(CalledStandIn):
    call_type = CloudTasksCall

    def __init__(self, tokens=None, standing=False):
        super().__init__()
        self.clock = StandingClock() if standing else RunningClock()
        self.tokens = tokens
        self.id_tokens = IdTokens(self.base_url)
        self.is_enabled = True  # the API, for the project
        self.lacking = set()  # permissions that callers do not have; "iam.serviceAccounts.actAs" is one
        self.service_accounts = None  # those that there are; None: all
        self.create_statuses = defaultdict(list)  # by the ids of tasks, what each CreateTask was answered
        self._queues = Queues(self.clock)
        self._pages = {}
        self._dispatcher = Dispatcher(self)

    def stop(self):
        """Nothing is answered or dispatched any more. What went wrong inside fails the test here."""
        self.ended.set()
        self._dispatcher.stop()
        super().stop()

    close = stop

    # ---- queues and time ----

    @property
    def queues(self):
        return self._queues.queues

    def new_queue(self, queue_id="email-campaign-queue", parent=PARENT, **settings):
        """Settings as in cloud_tasks_model.Settings, durations in seconds."""
        made = Settings(**{name: round(value * SECOND) if name.endswith(("backoff", "duration")) else value
                           for name, value in settings.items()})
        with self.lock:
            return self._queues.add(f"{parent}/queues/{queue_id}", made)

    def change(self, function):
        """Runs function() under the lock, and looks for what is due: for states and settings of queues."""
        with self._dispatcher.changed:
            function()
            self._dispatcher.changed.notify_all()

    def pause(self, queue):
        self.change(lambda: setattr(queue, "state", "PAUSED"))

    def resume(self, queue):
        self.change(lambda: setattr(queue, "state", "RUNNING"))

    def purge(self, queue):
        self.change(queue.purge)

    def turn(self, seconds):
        """Moves the clock. A standing one goes from task to task, and this returns when all were answered."""
        self._dispatcher.turn(round(seconds * SECOND))

    # ---- dispatches ----

    def trouble(self, what, task=None, nth=1, times=1):
        """What happens at the nth attempt from now on, and those after it. `task`: an id, or a function of the task
        (cloud_tasks_model.Task); None: any."""
        def which(one):
            return task is None or (task(one) if callable(task) else one.id == task)
        with self.lock:
            self._dispatcher.rules.append(Rule(what, which, nth, times))

    def shuffle(self, seed, seconds=0):
        """From now on tasks that are due together are dispatched in any order, new ones up to so many seconds late."""
        with self.lock:
            self._dispatcher.shuffle = shuffled(seed, seconds)

    @property
    def dispatches(self):
        with self.lock:
            return list(self._dispatcher.dispatches)

    def dispatches_of(self, task_id):
        return [one for one in self.dispatches if one.task_id == task_id]

    @property
    def statuses(self):
        """How often targets answered what; None: not at all."""
        return Counter(one.status for one in self.dispatches if one.ended is not None)

    def wait_for_dispatches(self, count, task_id=None, seconds=30):
        """The requests that ended, once there are so many."""
        changed = self._dispatcher.changed
        with changed:
            def ended():
                return [one for one in self._dispatcher.dispatches
                        if one.ended is not None and task_id in (None, one.task_id)]
            if not changed.wait_for(lambda: len(ended()) >= count, seconds):
                raise AssertionError(f"not within {seconds} s: {count} dispatches; there were {len(ended())}")
            return ended()

    def wait_until_empty(self, queue, seconds=30):
        """Until no task is left in a queue."""
        changed = self._dispatcher.changed
        with changed:
            if not changed.wait_for(lambda: not queue.tasks, seconds):
                raise AssertionError(f"not within {seconds} s: an empty queue; it holds {len(queue.tasks)} tasks")

    def token_for(self, task):
        """What the Authorization header of a task's request holds."""
        if task.oidc:
            return self.id_tokens.token(task.oidc["serviceAccountEmail"], task.oidc.get("audience") or task.url)
        return "ya29.c." + secrets.token_urlsafe(90)

    def note_trouble(self, trouble):
        with self.lock:
            self._trouble.append(trouble)

    # ---- answering ----

    def _route(self, call):
        if call.method == "GET" and call.path == "/.well-known/openid-configuration":
            call.operation = "configuration"
        elif call.method == "GET" and call.path == "/oauth2/v3/certs":
            call.operation = "keys"
        elif re.fullmatch(r"/v1/projects/-/serviceAccounts/[^/]+:testIamPermissions", call.path):
            call.operation = "serviceAccounts.testIamPermissions"
        else:
            for method, shape, operation, permission in ROUTES:
                found = re.fullmatch(shape, unquote(call.path.removeprefix("/v2/")))
                if found and call.method == method and call.path.startswith("/v2/"):
                    call.operation, call.names, call.permission = operation, found.groups(), permission
                    call.kind = "read" if method == "GET" else "write"

    def _answer(self, call):
        max_age = {"Cache-Control": f"public, max-age={self.id_tokens.max_age}"}
        if call.operation == "configuration":
            return Reply(200, self.id_tokens.configuration(), max_age)
        if call.operation == "keys":
            return Reply(200, self.id_tokens.key_set(), max_age)
        if call.operation is None:
            return Reply(404, html(404, "Error 404 (Not Found)!!1").body)
        self._authenticate(call)
        if not self.is_enabled:
            raise errors.service_disabled()
        if call.operation == "serviceAccounts.testIamPermissions":
            return self._test_account(call)
        if call.permission in self.lacking:
            raise errors.no_permission(call.permission, call.names[0])
        writer = Writer(by_number="enum-encoding=int" in (call.parameter("$alt") or ""))
        answer = getattr(self, "_" + call.operation.replace(".", "_"))(call, writer)
        self._dispatcher.changed.notify_all()
        return Reply(200, answer)

    def _authenticate(self, call):
        if self.tokens is None:
            return
        scheme, _, text = (call.headers.get("Authorization") or "").partition(" ")
        if not scheme:
            raise errors.no_token()
        token, is_good = self.tokens.find(text.strip() if scheme.lower() == "bearer" else "")
        if token is None:
            raise errors.bad_token("ACCESS_TOKEN_TYPE_UNSUPPORTED")
        call.user = token.email
        if not is_good:
            raise errors.bad_token()
        if CLOUD not in token.scopes:
            raise errors.too_small_scope()

    @staticmethod
    def _body(call):
        try:
            return json.loads(call.body or b"{}")
        except ValueError:
            raise invalid_argument("Invalid JSON payload received. Unexpected token.") from None

    def _granted(self, call):
        asked = members(self._body(call), {"permissions"}, "").get("permissions", [])
        granted = [one for one in asked if one not in self.lacking]
        return {"permissions": granted} if granted else {}

    def _test_account(self, call):
        email = unquote(call.path.rpartition("/")[2].removesuffix(":testIamPermissions"))
        if self.service_accounts is not None and email not in self.service_accounts:
            raise GoogleError(404, "NOT_FOUND", "Unknown service account")
        return Reply(200, self._granted(call))

    def _queues_testIamPermissions(self, call, _):
        return self._granted(call) if call.names[0] in self.queues else {}

    def _queues_create(self, call, writer):
        name, settings = read_settings(self._body(call))
        if not name.startswith(call.names[0] + "/queues/"):
            raise invalid_argument(f"{name} must begin with {call.names[0]}.")
        return writer.queue(self._queues.add(name, settings))

    def _queues_get(self, call, writer):
        return writer.queue(self._queues.find(call.names[0]))

    def _queues_delete(self, call, _):
        self._queues.remove(call.names[0])
        return {}

    def _queues_purge(self, call, writer):
        queue = self._queues.find(call.names[0])
        queue.purge()
        return writer.queue(queue)

    def _queues_pause(self, call, writer, state="PAUSED"):
        queue = self._queues.find(call.names[0])
        queue.state = state
        return writer.queue(queue)

    def _queues_resume(self, call, writer):
        return self._queues_pause(call, writer, "RUNNING")

    def _view(self, call):
        asked = call.parameter("responseView") or "BASIC"
        view = read_enum(int(asked) if asked.isdigit() else asked, VIEWS, "response_view")
        if view == "FULL" and "cloudtasks.tasks.fullView" in self.lacking:
            raise errors.no_permission("cloudtasks.tasks.fullView", call.names[0])
        return "FULL" if view == "FULL" else "BASIC"

    def _tasks_list(self, call, writer):
        queue = self._queues.find(call.names[0])
        size = int(call.parameter("pageSize") or 0)
        if size < 0:
            raise invalid_argument("ListTasksRequest.pageSize cannot be negative.")  # the text is ours
        token, after = call.parameter("pageToken"), 0
        if token:
            if token not in self._pages:
                raise invalid_argument("Invalid page token.")  # the text is ours
            after = self._pages[token]
        rest = [task for task in queue.tasks.values() if task.number > after]
        page = rest[:min(size or MOST_ON_PAGE, MOST_ON_PAGE)]
        answer = {"tasks": [writer.task(task, self._view(call)) for task in page]} if page else {}
        if len(rest) > len(page):
            answer["nextPageToken"] = secrets.token_urlsafe(12) + "+/="  # whoever does not encode it finds out
            self._pages[answer["nextPageToken"]] = page[-1].number
        return answer

    def _tasks_create(self, call, writer):
        body = self._body(call)
        asked = body.get("task") if isinstance(body, dict) else None
        name = str(asked.get("name") or "") if isinstance(asked, dict) else ""
        statuses = self.create_statuses[name.rpartition("/")[2]]
        try:
            queue = self._queues.find(call.names[0])
            task_id, schedule, fields = read_task(queue, body)
            account = (fields["oidc"] or fields["oauth"] or {}).get("serviceAccountEmail")
            if account and self.service_accounts is not None and account not in self.service_accounts:
                raise errors.not_found()
            if account and "iam.serviceAccounts.actAs" in self.lacking:
                raise errors.no_permission("iam.serviceAccounts.actAs", account)
            task = queue.add(task_id, schedule, **fields)
        except GoogleError as error:
            statuses.append(error.code)
            raise
        statuses.append(200)
        return writer.task(task)

    def _tasks_get(self, call, writer):
        return writer.task(self._queues.find(call.names[0]).find(call.names[1]), self._view(call))

    def _tasks_delete(self, call, _):
        queue = self._queues.queues.get(call.names[0])
        if queue is None:
            raise errors.not_found()
        queue.remove(queue.find(call.names[1]))
        return {}
