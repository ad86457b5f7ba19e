"""The HTTP/1.1 side of the stand-in for Google: connections that stay, requests read whole, answers sent."""

import gzip
import socket
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MOST_BODY = 64 * 1024 * 1024
LONGEST_IDLE = 600


class Connection(BaseHTTPRequestHandler):
    """One connection of a client. `stand_in` is set by Server."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = LONGEST_IDLE
    stand_in = None

    def setup(self):
        super().setup()
        self.stand_in.connections.add(self.connection)

    def finish(self):
        self.stand_in.connections.discard(self.connection)
        try:
            super().finish()
        except OSError:
            pass

    def _one(self):
        body = self._body()
        if body is not None:
            try:
                self.stand_in.serve(self, self.command, self.path, self.headers, body)
            except (BrokenPipeError, ConnectionError, TimeoutError, ValueError):  # ValueError: the file was closed
                self.close_connection = True

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = _one

    def _body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            pieces = []
            while size := int(self.rfile.readline(100).split(b";")[0], 16):
                pieces.append(self.rfile.read(size))
                self.rfile.readline(100)
            self.rfile.readline(100)
            return b"".join(pieces)
        length = int(self.headers.get("Content-Length", 0))
        if length > MOST_BODY:
            self.send_error(413)
            return None
        return self.rfile.read(length)

    def head(self, status, headers):
        self.send_response_only(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if headers.get("Connection") == "close":
            self.close_connection = True
        self.end_headers()

    def send(self, reply):
        kind, body = reply.content()
        headers = {"Content-Type": kind, "Vary": "Origin, X-Origin, Referer", "Date": self.date_time_string(),
                   **reply.headers}
        if reply.is_chunked and "gzip" in self.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body)
        if reply.is_chunked:
            # In pieces, as Google's front end sends what it has not measured.
            pieces = [body[i:i + 8192] for i in range(0, len(body), 8192)]
            framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
            self.head(reply.status, {**headers, "Transfer-Encoding": "chunked"})
            self.wfile.write(framed)
        else:
            self.head(reply.status, {**headers, "Content-Length": str(len(body))})
            self.wfile.write(body)

    def hang_up(self):
        self.close_connection = True
        self.wfile.flush()
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass

    def log_message(self, *_):
        """The stand-in keeps its own log."""


class Server(ThreadingHTTPServer):
    """On a port of the loopback that the kernel chose."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(self, stand_in):
        super().__init__(("127.0.0.1", 0), type("StandInConnection", (Connection,), {"stand_in": stand_in}))
        self.port = self.server_address[1]
        self._thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def handle_error(self, _request, _client_address):
        """A client that hangs up is nobody's fault."""

    def hang_up(self, connections):
        for connection in list(connections):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def stop(self, connections):
        self.shutdown()
        self.server_close()
        self.hang_up(connections)
        self._thread.join(10)
