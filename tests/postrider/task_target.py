"""A target of tasks: an HTTP server that answers what a test tells it to and keeps what it heard."""

import threading
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Heard:
    method: str
    path: str
    headers: object
    body: bytes


class TaskTarget:
    """`answer(heard)` says a status, or (status, headers); None: the line is closed without an answer."""

    def __init__(self, answer=lambda heard: 200):
        self.answer = answer
        self.heard = []
        self._lock = threading.Lock()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._http.shutdown()
        self._http.server_close()
        self._thread.join(10)

    def _handler(target):  # pylint: disable=no-self-argument
        class Handler(BaseHTTPRequestHandler):
            def _one(self):
                heard = Heard(self.command, self.path, self.headers,
                              self.rfile.read(int(self.headers.get("Content-Length", 0))))
                with target._lock:
                    target.heard.append(heard)
                    said = target.answer(heard)
                if said is None:
                    return
                status, headers = said if isinstance(said, tuple) else (said, {})
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_HEAD = _one

            def log_message(self, *_):
                pass

        return Handler
