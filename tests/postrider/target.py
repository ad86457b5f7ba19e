"""A server that tasks are sent to: takes every call down as it came over the line, and answers as it is told."""

import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class TargetCall:
    """One request. `headers`: pairs, spelled as they were sent; times are seconds since 1970."""

    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body
        self.began, self.ended, self.status = time.time(), None, None

    def header(self, name):
        """A header's value, None where there is none; one that comes twice is a fault."""
        found = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(found) <= 1, self.headers
        return found[0] if found else None

    @property
    def task(self):
        return self.header("X-CloudTasks-TaskName")

    @property
    def retry_count(self):
        return int(self.header("X-CloudTasks-TaskRetryCount"))

    @property
    def eta(self):
        return float(self.header("X-CloudTasks-TaskETA"))


class Target:
    """Listens on 127.0.0.1. `answer`: a status, or called with each TargetCall: a status, or (status, headers). While
    it is held (`with target.held():`) calls arrive and get no answer."""

    def __init__(self, answer=200, port=0):
        self.answer = answer if callable(answer) else lambda call: answer
        self.calls, self.connections = [], 0
        self.in_flight = self.most_in_flight = 0
        self._changed = threading.Condition()
        self._open = threading.Event()
        self._open.set()
        self._server = _Server(("127.0.0.1", port), type("Connection", (_Connection,), {"target": self}))
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    # ---- serving ----

    def arrived(self):
        with self._changed:
            self.connections += 1

    def begins(self, call):
        with self._changed:
            self.calls.append(call)
            self.in_flight += 1
            self.most_in_flight = max(self.most_in_flight, self.in_flight)
            self._changed.notify_all()
        self._open.wait(120)

    def ends(self, call, status):
        with self._changed:
            call.status, call.ended = status, time.time()
            self.in_flight -= 1
            self._changed.notify_all()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._open.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def held(self):
        return _Held(self._open)

    # ---- what it saw ----

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def of(self, task):
        """The calls of one task, by its id or name, in the order in which they came."""
        return [call for call in list(self.calls) if call.task == task.rpartition("/")[2]]

    def wait_for(self, count, task=None, answered=False, seconds=60):
        """The calls (of one task), as soon as there are `count` of them (that were answered)."""
        def found():
            calls = self.of(task) if task else list(self.calls)
            return [call for call in calls if call.ended] if answered else calls
        with self._changed:
            self._changed.wait_for(lambda: len(found()) >= count, timeout=seconds)
            calls = found()
        assert len(calls) >= count, f"not within {seconds} s: {count} calls{f' of {task}' if task else ''}, {len(calls)}"
        return calls


class _Connection(BaseHTTPRequestHandler):
    """One connection; `target` is set by the target."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    target = None

    def setup(self):
        self.target.arrived()
        super().setup()

    def _one(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = TargetCall(self.command, self.path, self.headers.items(), body)
        self.target.begins(call)
        said = self.target.answer(call)
        status, headers = (said, {}) if isinstance(said, int) else said
        self.target.ends(call, status)
        try:
            self.send_response_only(status)
            for name, value in headers.items():
                self.send_header(name, value)
            if status not in (204, 304):
                self.send_header("Content-Length", "0")
            self.end_headers()
        except OSError:  # the caller gave up waiting
            self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = _one

    def log_message(self, *_):
        pass


class _Held:
    def __init__(self, gate):
        self.gate = gate

    def __enter__(self):
        self.gate.clear()
        return self

    def release(self):
        self.gate.set()

    def __exit__(self, *_):
        self.gate.set()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 512

    def handle_error(self, _request, _client_address):
        """A caller that hangs up is nobody's fault."""
