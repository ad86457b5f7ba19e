"""A small HTTP server of the story's own: takes requests down and answers as it is told."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from .waiting import wait_until


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body


class Receiver:
    """Listens on 127.0.0.1. `answer`: called with each Request; (status, headers, body) or a status alone."""

    def __init__(self, answer=204, port=0):
        self.answer = answer if callable(answer) else lambda request: answer
        self.requests, self.connections = [], 0
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def setup(self):
                receiver.connections += 1
                super().setup()

            def respond(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                request = Request(self.command, self.path, self.headers, body)
                answer = receiver.answer(request)
                receiver.requests.append(request)
                status, headers, text = (answer, {}, b"") if isinstance(answer, int) else answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = respond

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)

    def wait_for(self, count, seconds=60):
        """The requests, as soon as there are `count` of them."""
        wait_until(lambda: len(self.requests) >= count, seconds, f"{count} requests, not {len(self.requests)}")
        return self.requests
