"""Queues and tasks as Cloud Tasks keeps them: names, tombstones, purges, the bucket of dispatches, backoff and the
end of retries. Times are whole microseconds. Nothing here knows HTTP or waits; whoever calls holds the lock.
"""

import heapq
import itertools
import random
import re
from dataclasses import dataclass, field

from . import cloud_tasks_errors as errors
from .cloud_tasks_clock import SECOND
from .google_errors import invalid_argument

DAY = 86_400 * SECOND
HORIZON = 30 * DAY
RETENTION = 31 * DAY
QUEUE_NAME = re.compile(r"projects/[A-Za-z0-9:.-]+/locations/[A-Za-z0-9-]+/queues/[A-Za-z0-9-]{1,100}")
TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,500}")
# What a response status is to Google's RPCs; other 4xx are FAILED_PRECONDITION(9), other 5xx INTERNAL(13).
RPC_CODES = {400: (3, "INVALID_ARGUMENT"), 401: (16, "UNAUTHENTICATED"), 403: (7, "PERMISSION_DENIED"),
             404: (5, "NOT_FOUND"), 409: (10, "ABORTED"), 416: (11, "OUT_OF_RANGE"), 429: (8, "RESOURCE_EXHAUSTED"),
             499: (1, "CANCELLED"), 501: (12, "UNIMPLEMENTED"), 503: (14, "UNAVAILABLE"),
             504: (4, "DEADLINE_EXCEEDED")}


def rpc_code(status):
    if 200 <= status < 300:
        return 0, "OK"
    return RPC_CODES.get(status, (9, "FAILED_PRECONDITION") if 400 <= status < 500 else
                         (13, "INTERNAL") if 500 <= status < 600 else (2, "UNKNOWN"))


@dataclass
class Settings:
    """Of a queue; durations in microseconds. attempts -1 and retry_duration 0 are no limit."""

    rate: float = 500.0
    concurrent: int = 1000
    max_attempts: int = 100
    max_retry_duration: int = 0
    min_backoff: int = SECOND // 10
    max_backoff: int = 3600 * SECOND
    max_doublings: int = 16

    @property
    def burst(self):
        return min(500, max(10, -int(-self.rate // 5)))

    def backoff(self, attempt):
        """Before the next try, when `attempt` of them failed."""
        step, doublings = attempt - 1, self.max_doublings
        factor = 2 ** step if step <= doublings else 2 ** doublings * (step - doublings + 1)
        return min(self.max_backoff, self.min_backoff * factor)

    def is_given_up(self, attempts, since_first):
        limits = [attempts >= self.max_attempts] if self.max_attempts != -1 else []
        limits += [since_first >= self.max_retry_duration] if self.max_retry_duration else []
        return bool(limits) and all(limits)


@dataclass(eq=False)
class Task:
    queue: object
    id: str
    number: int  # the order of creation, over all queues
    created: int
    schedule: int
    url: str
    method: str = "POST"
    headers: dict = field(default_factory=dict)
    body: bytes = b""
    oidc: dict | None = None
    oauth: dict | None = None
    deadline: int = 600 * SECOND
    dispatch_count: int = 0
    response_count: int = 0
    execution_count: int = 0  # responses but 5xx
    first_dispatch: int | None = None
    last: dict | None = None  # schedule, dispatch, response, status (None: there was no response)
    held_until: int = 0  # by a test
    is_running: bool = False

    @property
    def name(self):
        return f"{self.queue.name}/tasks/{self.id}"

    @property
    def is_alive(self):
        return self.queue.tasks.get(self.id) is self


class Queue:
    _numbers = itertools.count(1)

    def __init__(self, name, clock, settings=None):
        if not QUEUE_NAME.fullmatch(name):
            raise errors.bad_queue_name()
        self.name, self.clock, self.settings = name, clock, settings or Settings()
        self.state = "RUNNING"
        self.purge_time = None
        self.name_window = DAY  # how long the name of a task that ended stays taken
        self.tasks, self.tombstones = {}, {}
        self.given_up, self.expired = [], []  # ids of tasks that were deleted by the service
        self.in_flight = 0
        self._due = []  # (moment, a number, task); what is gone or was moved is skipped
        self._tokens, self._filled = float(self.settings.burst), clock.now()
        self._random = random.Random(name)

    @property
    def id(self):
        return self.name.rpartition("/")[2]

    # ---- names ----

    def find(self, task_id):
        self._forget_old()
        if task_id in self.tasks:
            return self.tasks[task_id]
        raise errors.task_gone() if self.tombstones.get(task_id, 0) > self.clock.now() else errors.not_found()

    def add(self, task_id, schedule, **fields):
        now = self.clock.now()
        self._forget_old()
        if task_id is None:
            task_id = str(self._random.getrandbits(64))
        if not TASK_ID.fullmatch(task_id):
            raise errors.bad_task_id(task_id)
        if schedule is not None and schedule > now + HORIZON:
            raise errors.too_far(schedule)
        if task_id in self.tasks or self.tombstones.get(task_id, 0) > now:
            raise errors.task_exists()
        task = Task(self, task_id, next(self._numbers), now, max(schedule or now, now), **fields)
        self.tasks[task_id] = task
        self._wait(task)
        return task

    def remove(self, task):
        del self.tasks[task.id]
        self.tombstones[task.id] = self.clock.now() + self.name_window

    def purge(self):
        """All tasks that there are now go; what runs is not aborted, but not tried again."""
        for task in list(self.tasks.values()):
            self.remove(task)
        self.purge_time = self.clock.now()

    def _forget_old(self):
        limit = self.clock.now() - RETENTION
        while self.tasks:  # in the order of creation
            oldest = next(iter(self.tasks.values()))
            if oldest.created > limit:
                break
            self.expired.append(oldest.id)
            self.remove(oldest)

    # ---- dispatch ----

    def _wait(self, task):
        heapq.heappush(self._due, (max(task.schedule, task.held_until), next(self._numbers), task))

    def hold(self, task, micros):
        """It will not be dispatched before so long from now, whatever its scheduleTime says."""
        task.held_until = self.clock.now() + micros
        self._wait(task)

    def _next(self):
        """The task that waits least long, and until when."""
        self._forget_old()
        while self._due:
            moment, _, task = self._due[0]
            if task.is_alive and not task.is_running and moment == max(task.schedule, task.held_until):
                return moment, task
            heapq.heappop(self._due)
        return None, None

    def _fill(self):
        now = self.clock.now()
        self._tokens = min(self.settings.burst, self._tokens + (now - self._filled) * self.settings.rate / SECOND)
        self._filled = now

    def next_moment(self):
        """When a task may be dispatched next; None: not until something changes."""
        moment, task = self._next()
        if task is None or self.state != "RUNNING" or self.in_flight >= self.settings.concurrent:
            return None
        self._fill()
        lacking = max(0.0, 1 - self._tokens)
        return max(moment, self._filled + -int(-lacking * SECOND // self.settings.rate))

    def take_due(self):
        """Begins the attempt of a task that is due and may be dispatched; None: there is none now."""
        moment = self.next_moment()
        if moment is None or moment > self.clock.now():
            return None
        _, task = self._next()
        heapq.heappop(self._due)
        task.is_running = True
        return task

    def put_back(self, task, micros):
        """It was taken but is dispatched later."""
        task.is_running = False
        self.hold(task, micros)

    def begin(self, task):
        now = self.clock.now()
        self._tokens -= 1
        self.in_flight += 1
        task.dispatch_count += 1
        task.first_dispatch = task.first_dispatch or now
        previous = task.last
        task.last = {"schedule": task.schedule, "dispatch": now, "response": None, "status": None}
        return previous

    def end(self, task, status, retry_after=None):
        """`status`: of the response; None: none came. `retry_after`: microseconds that the target asked for."""
        now = self.clock.now()
        self.in_flight -= 1
        task.is_running = False
        task.last |= {"status": status, "response": now}
        if status is not None:
            task.response_count += 1
            task.execution_count += not 500 <= status <= 599
        if not task.is_alive:
            return
        if status is not None and 200 <= status <= 299:
            self.remove(task)
        elif self.settings.is_given_up(task.dispatch_count, now - task.first_dispatch):
            self.given_up.append(task.id)
            self.remove(task)
        else:
            task.schedule = now + max(self.settings.backoff(task.dispatch_count), retry_after or 0)
            self._wait(task)


class Queues:
    """All queues, by name; a deleted one's name is taken for three days."""

    NAME_WINDOW = 3 * DAY

    def __init__(self, clock):
        self.clock, self.queues, self.tombstones = clock, {}, {}

    def find(self, name):
        if not QUEUE_NAME.fullmatch(name):
            raise errors.bad_queue_name()
        if name not in self.queues:
            raise errors.no_queue()
        return self.queues[name]

    def add(self, name, settings=None):
        if name in self.queues:
            raise errors.queue_exists()
        if self.tombstones.get(name, 0) > self.clock.now():
            raise errors.queue_name_taken()
        self.queues[name] = Queue(name, self.clock, settings)
        return self.queues[name]

    def remove(self, name):
        if name not in self.queues:
            raise errors.not_found()
        queue = self.queues.pop(name)
        queue.tasks.clear()
        self.tombstones[name] = self.clock.now() + self.NAME_WINDOW


def checked_target(url, method, body):
    if not url:
        raise invalid_argument("HttpRequest.url is required.")
    if not url.startswith(("http://", "https://")):
        raise invalid_argument("HttpTarget.url must start with 'http://' or 'https://'.")
    if len(url) > 2083:
        raise invalid_argument("HttpRequest.url must be at most 2083 characters.")  # the text is ours
    if body and method not in ("POST", "PUT", "PATCH"):
        raise invalid_argument("HttpRequest.body is not allowed with this method.")  # the text is ours
    return url
