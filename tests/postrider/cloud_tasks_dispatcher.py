"""Makes the requests of tasks that are due, as Cloud Tasks makes them, and what a test wants to go wrong with them.

Trouble is given to the stand-in's trouble(); each is played for the attempts that it is meant for.
"""

import http.client
import random
import ssl
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from .cloud_tasks_clock import SECOND

WORKERS = 64
LONGEST_TURN = 600  # real seconds for all answers to what a turned clock dispatches
MOST_BODY = 1 << 20


@dataclass
class Delayed:
    """The attempt is made so many seconds later (of the clock) than it should be; its headers do not tell."""

    seconds: float


@dataclass
class Duplicated:
    """The request is made once more, `after` seconds (of the clock) after its first answer, with the same headers. The
    service knows nothing of it: whatever the target answers changes nothing."""

    after: float = 0
    times: int = 1


class AnswerLost:
    """The target does the work, its answer does not arrive: for the service there was none."""


class Unreachable:
    """The target is not called, and the attempt counts as one without a response."""


@dataclass
class Dispatch:
    """One request to a target."""

    task_id: str
    queue_name: str
    number: int  # of the attempt, from 1
    at: int  # on the clock, microseconds
    method: str
    url: str
    headers: dict
    body: bytes
    is_duplicate: bool = False
    status: int | None = None  # None: no response (yet)
    retry_after: str | None = None
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None


class Dispatcher:
    """Of a stand-in's queues, under its lock. With a standing clock it dispatches while the clock is turned, else on a
    thread of its own."""

    def __init__(self, stand_in):
        self.stand_in, self.clock = stand_in, stand_in.clock
        self.changed = threading.Condition(stand_in.lock)
        self.rules = []
        self.dispatches = []
        self.shuffle = None  # (random, micros within which a task may be late)
        self.longest_call = None  # real seconds; None: the task's dispatchDeadline
        self.honours_retry_after = True
        self._later = []  # (moment, what to do) of duplicates
        self._pool = ThreadPoolExecutor(WORKERS, "dispatch")
        self._thread = threading.Thread(target=self._guarded, args=(self._run,), daemon=True)
        if not self.clock.is_standing:
            self._thread.start()

    def stop(self):
        with self.changed:
            self.changed.notify_all()
        if not self.clock.is_standing:
            self._thread.join(10)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def turn(self, micros):
        """Moves the clock; a standing one from task to task, each in its time, with its answer and its retries."""
        if not self.clock.is_standing:
            self.clock.turn(micros)
            with self.changed:
                self.changed.notify_all()
            return
        end, limit = self.clock.now() + micros, time.monotonic() + LONGEST_TURN
        while not self.stand_in.ended.is_set():
            with self.changed:
                moment = self._next_moment()
            if moment is None or moment > end:
                break
            self.clock.turn(max(0, moment - self.clock.now()))
            with self.changed:
                work = self._take_due()
            _, late = wait([self._pool.submit(self._guarded, one) for one in work], limit - time.monotonic())
            if late or time.monotonic() > limit:
                raise AssertionError(f"not within {LONGEST_TURN} s: the answers to all that is due")
        self.clock.turn(end - self.clock.now())

    def _run(self):
        while not self.stand_in.ended.is_set():
            with self.changed:
                work = self._take_due()
                if not work:
                    moment = self._next_moment()
                    idle = 60 if moment is None else max((moment - self.clock.now()) / SECOND, 0.0005)
                    self.changed.wait(min(idle, 60))
            for one in work:
                self._pool.submit(self._guarded, one)

    def _guarded(self, function):
        try:
            function()
        except Exception as trouble:  # the test hears of it at the stand-in's end
            if not self.stand_in.ended.is_set():
                self.stand_in.note_trouble(trouble)

    # ---- what is due; under the lock ----

    def _next_moment(self):
        moments = [queue.next_moment() for queue in self.stand_in.queues.values()]
        moments += [moment for moment, _ in self._later]
        return min((moment for moment in moments if moment is not None), default=None)

    def _take_due(self):
        now = self.clock.now()
        work = [act for moment, act in self._later if moment <= now]
        self._later = [one for one in self._later if one[0] > now]
        for queue in list(self.stand_in.queues.values()):
            while task := queue.take_due():
                if one := self._begun(queue, task):
                    work.append(one)
        if self.shuffle:
            self.shuffle[0].shuffle(work)
        return work

    def _begun(self, queue, task):
        """The attempt as something to do on a thread; None: it is made later."""
        if self.shuffle and not task.dispatch_count and not task.held_until:
            queue.put_back(task, self.shuffle[0].randrange(self.shuffle[1] + 1))
            return None
        trouble = next((rule.what for rule in self.rules if rule.is_due(task)), None)
        if isinstance(trouble, Delayed):
            queue.put_back(task, int(trouble.seconds * SECOND))
            return None
        previous = queue.begin(task)
        dispatch = Dispatch(task.id, queue.name, task.dispatch_count, self.clock.now(), task.method, task.url,
                            self._headers(task, previous), task.body)
        if not isinstance(trouble, Unreachable):
            self.dispatches.append(dispatch)
        return lambda: self._attempt(queue, task, dispatch, trouble)

    def _headers(self, task, previous):
        eta = f"{task.schedule // SECOND}.{task.schedule % SECOND:06}"
        headers = task.headers | {
            "User-Agent": "Google-Cloud-Tasks",
            "X-CloudTasks-QueueName": task.queue.id, "X-CloudTasks-TaskName": task.id,
            "X-CloudTasks-TaskRetryCount": str(task.dispatch_count - 1),
            "X-CloudTasks-TaskExecutionCount": str(task.execution_count), "X-CloudTasks-TaskETA": eta}
        if previous:
            status = 504 if previous["status"] is None else previous["status"]
            headers |= {"X-CloudTasks-TaskPreviousResponse": str(status), "X-CloudTasks-TaskRetryReason": ""}
        if task.oidc or task.oauth:
            headers = {name: value for name, value in headers.items() if name.lower() != "authorization"}
            headers["Authorization"] = "Bearer " + self.stand_in.token_for(task)
        return headers

    # ---- calling; without the lock ----

    def _attempt(self, queue, task, dispatch, trouble):
        if not isinstance(trouble, Unreachable):
            self._call(dispatch, task.deadline / SECOND)
        status = None if isinstance(trouble, (AnswerLost, Unreachable)) else dispatch.status
        with self.changed:
            asked = self._retry_after(dispatch) if self.honours_retry_after else None
            queue.end(task, status, asked)
            if isinstance(trouble, Duplicated):
                for _ in range(trouble.times):
                    self._repeat(dispatch, task.deadline, int(trouble.after * SECOND))
            self.changed.notify_all()

    def _repeat(self, dispatch, deadline, after):
        again = Dispatch(dispatch.task_id, dispatch.queue_name, dispatch.number, self.clock.now() + after,
                         dispatch.method, dispatch.url, dispatch.headers, dispatch.body, is_duplicate=True)

        def make():
            with self.changed:
                again.began = time.monotonic()
                self.dispatches.append(again)
            self._call(again, deadline / SECOND)
            with self.changed:
                self.changed.notify_all()

        self._later.append((again.at, make))

    def _call(self, dispatch, deadline):
        """Any status is an answer; redirects are not followed. Without one the status stays None."""
        parts = urlsplit(dispatch.url)
        seconds = min(deadline, self.longest_call or deadline)
        if parts.scheme == "https":
            line = http.client.HTTPSConnection(parts.netloc, timeout=seconds,
                                               context=ssl._create_unverified_context())
        else:
            line = http.client.HTTPConnection(parts.netloc, timeout=seconds)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            line.putrequest(dispatch.method, path, skip_accept_encoding=True)
            if dispatch.method in ("POST", "PUT", "PATCH"):
                line.putheader("Content-Length", str(len(dispatch.body)))
            for name, value in dispatch.headers.items():
                line.putheader(name, value)
            line.endheaders(dispatch.body or None)
            answer = line.getresponse()
            answer.read(MOST_BODY)
            dispatch.retry_after = answer.headers.get("Retry-After")
            dispatch.status = answer.status
        except (OSError, http.client.HTTPException):
            pass
        finally:
            line.close()
            dispatch.ended = time.monotonic()

    @staticmethod
    def _retry_after(dispatch):
        """In microseconds, an hour at most, of answers that mean "later"."""
        if dispatch.status not in (429, 503) or not dispatch.retry_after:
            return None
        try:
            seconds = (float(dispatch.retry_after) if dispatch.retry_after.strip().isdigit() else
                       parsedate_to_datetime(dispatch.retry_after).timestamp() - time.time())
        except (TypeError, ValueError):
            return None
        return int(min(max(seconds, 0), 3600) * SECOND)


def shuffled(seed, seconds):
    """For Dispatcher.shuffle: new tasks are up to so late, and those due together go in any order."""
    return random.Random(seed), int(seconds * SECOND)
