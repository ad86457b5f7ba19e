"""What the stand-ins for Google's services have in common: a server on the loopback, the calls that came, what a test
does between them and what it says in the place of the true answers. Everything that a test may change is changed under
`lock`; functions given to before() run with it held, so nothing is answered meanwhile.
"""

import json
import threading
import time
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

from . import google_errors as errors
from .google_errors import GoogleError
from .google_scripts import Reply, Rule, matches
from .google_wire import Server


@dataclass
class Call:
    """A request that came. `kind`: "read" or "write" of the service itself, else None."""

    number: int
    method: str
    path: str  # as it came, without the query
    query: list  # (name, value), decoded
    headers: object
    body: bytes
    operation: str | None = None
    kind: str | None = None
    user: str | None = None  # whose token it was
    at: float = field(default_factory=time.monotonic)
    status: int | None = None  # None: not answered yet, or not with a status
    answer: object = None  # the body, as it was before it became text

    def parameter(self, name, default=None):
        return next((value for key, value in self.query if key == name), default)

    def json(self):
        return json.loads(self.body)


class CalledStandIn:
    """A stand-in says with _route what a call is and with _answer what its true answer is (a Reply, or a GoogleError
    that it raises)."""

    call_type = Call

    def __init__(self):
        self.lock = threading.RLock()
        self.ended = threading.Event()
        self.connections = set()
        self.is_chunked = True  # JSON without Content-Length, as Google sends it
        self.latency = 0  # seconds by which every answer is late
        self._calls, self._hooks, self._scripts = [], [], []
        self._came = threading.Condition(self.lock)
        self._trouble = []  # what went wrong in hooks and in the stand-in itself
        self._server = Server(self)
        self.base_url = f"http://127.0.0.1:{self._server.port}"

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Nobody listens any more, and every connection is closed; what was held is let go. A hook that failed
        fails the test here."""
        self.ended.set()
        self._server.stop(self.connections)
        if self._trouble:
            raise self._trouble.pop()

    def hang_up(self):
        """Closes every connection, as Google does with those that were idle for some minutes."""
        self._server.hang_up(self.connections)

    def wait(self, event, seconds):
        """Until the event or the stand-in's end."""
        end = time.monotonic() + seconds
        while not event.wait(0.05) and not self.ended.is_set() and time.monotonic() < end:
            pass

    # ---- what happens between and instead of ----

    def before(self, function, which="any", nth=1, times=1):
        """Calls function(call) right before the nth matching call from now on is answered."""
        with self.lock:
            self._hooks.append(Rule(function, which, nth, times))

    def script(self, answer, which="any", nth=1, times=1):
        """Answers the nth matching call from now on, and those after it, with a GoogleError, a Reply or something
        else from google_scripts. What is scripted is neither carried out nor counted, unless the answer says so.
        Several scripts are played in the order they were given, one a call."""
        if isinstance(answer, GoogleError):
            answer = self._refusal(answer)
        with self.lock:
            self._scripts.append(Rule(answer, which, nth, times))

    # ---- what came ----

    def calls(self, which="any"):
        with self.lock:
            return [call for call in self._calls if matches(which, call)]

    def wait_for(self, which="any", count=1, seconds=30):
        """The matching calls, once there are `count` that were answered (or are not going to be)."""
        with self._came:
            def answered():
                return [call for call in self._calls if matches(which, call) and call.status is not None]
            if not self._came.wait_for(lambda: len(answered()) >= count, seconds):
                raise AssertionError(f"not within {seconds} s: {count} calls that are {which}; there were "
                                     f"{[(call.operation, call.status) for call in self._calls]}")
            return answered()

    # ---- answering ----

    def serve(self, connection, method, target, headers, body):
        """One request, on its connection's thread."""
        parts = urlsplit(target)
        with self.lock:
            call = self.call_type(len(self._calls) + 1, method, parts.path,
                                  parse_qsl(parts.query, keep_blank_values=True), headers, body)
            self._route(call)
            self._calls.append(call)
            for hook in [rule for rule in self._hooks if rule.is_due(call)]:
                self._guarded(hook.what, call)
            script = next((rule.what for rule in self._scripts if rule.is_due(call)), None)
        try:
            if script is None:
                reply = self._true_answer(call)
                self.ended.wait(self.latency)
                connection.send(reply)
            else:
                if isinstance(script, Reply):
                    call.status, call.answer = script.status, script.body
                script.play(connection, lambda: self._true_answer(call))
        finally:
            with self._came:
                call.status = call.status or 0
                self._came.notify_all()

    def _guarded(self, function, call):
        try:
            return function(call)
        except GoogleError:
            raise
        except Exception as trouble:
            self._trouble.append(trouble)
            return self._refusal(errors.internal())

    def _true_answer(self, call):
        with self.lock:
            try:
                reply = self._guarded(self._answer, call)
            except GoogleError as error:
                reply = self._refusal(error)
            call.status, call.answer = reply.status, reply.body
            return reply

    def _refusal(self, error):
        return Reply(error.code, error.body(), error.headers, self.is_chunked)

    def _route(self, call):
        raise NotImplementedError

    def _answer(self, call):
        raise NotImplementedError
