"""Answers that a test gives the stand-in to play in the place of the true one, and which calls they are for.

Any GoogleError can be scripted as it is. `play` is called on the connection's own thread, with the connection and a
function that makes the true answer (and by that carries the call out).
"""

import json
import threading
from dataclasses import dataclass, field

LONGEST_WAIT = 600


@dataclass
class Reply:
    """An answer with a body of one piece: a dict or a list is JSON, a text is HTML, bytes are sent as they are."""

    status: int
    body: object = b""
    headers: dict = field(default_factory=dict)
    is_chunked: bool = False
    is_pretty: bool = True

    def play(self, connection, _true_answer):
        connection.send(self)

    def content(self):
        """(type, bytes)."""
        if isinstance(self.body, bytes):
            return self.headers.get("Content-Type", "application/octet-stream"), self.body
        if isinstance(self.body, str):
            return "text/html; charset=UTF-8", self.body.encode()
        text = json.dumps(self.body, indent=2 if self.is_pretty else None, ensure_ascii=False)
        return "application/json; charset=UTF-8", (text + "\n").encode()


def html(status, title="Error 502 (Server Error)!!1"):
    """The page that Google's front end shows when it has nothing better to say."""
    return Reply(status, "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n"
                 f"  <title>{title}</title>\n  <p><b>{status}.</b> <ins>That’s an error.</ins>\n"
                 "  <p>The server encountered a temporary error and could not complete your request."
                 "<p>Please try again in 30 seconds.  <ins>That’s all we know.</ins>\n")


class Huge:
    """So many MB of one ValueRange, whose length nobody says beforehand. `sent`: bytes that went out so far."""

    def __init__(self, megabytes):
        self.megabytes, self.sent = megabytes, 0
        self.ended = threading.Event()

    def play(self, connection, _true_answer):
        row = json.dumps(["x" * 60 + "@example.org"] * 12).encode()
        piece = row + (b"," + row) * 63
        self.sent = 0
        try:
            connection.head(200, {"Content-Type": "application/json; charset=UTF-8", "Connection": "close"})
            self._write(connection, b'{"range":"Leads!A1:L1000000","majorDimension":"ROWS","values":[' + piece)
            while self.sent < self.megabytes * 1_000_000 and not connection.stand_in.ended.is_set():
                self._write(connection, b"," + piece)
            self._write(connection, b"]}")
        finally:
            self.ended.set()
            connection.close_connection = True

    def _write(self, connection, piece):
        connection.wfile.write(piece)
        self.sent += len(piece)


class Cut:
    """The true answer, of which the line brings only the first part before it breaks. The call is carried out."""

    def __init__(self, share=0.5):
        self.share = share

    def play(self, connection, true_answer):
        answer = true_answer()
        kind, body = answer.content()
        connection.head(answer.status, {**answer.headers, "Content-Type": kind, "Content-Length": str(len(body))})
        connection.wfile.write(body[:int(len(body) * self.share)])
        connection.hang_up()


class Dropped:
    """The line breaks without an answer. `is_applied`: the call was carried out all the same."""

    def __init__(self, is_applied):
        self.is_applied = is_applied

    def play(self, connection, true_answer):
        if self.is_applied:
            true_answer()
        connection.hang_up()


class Held:
    """Nothing comes until the test calls release(), then the true answer; a test that never does sees a server that
    never answers. `after`: what is sent before, "nothing" or the "head" with the first byte. `is_applied`: the call
    is carried out when it comes and not when it is released. `arrived` is set when the call has come."""

    def __init__(self, after="nothing", is_applied=False):
        self.after, self.is_applied = after, is_applied
        self.arrived = threading.Event()
        self._released = threading.Event()

    def release(self):
        self._released.set()

    def play(self, connection, true_answer):
        answer = true_answer() if self.is_applied or self.after == "head" else None
        kind, body = answer.content() if answer else (None, b"")
        if self.after == "head":
            connection.head(answer.status, {**answer.headers, "Content-Type": kind, "Content-Length": str(len(body))})
            connection.wfile.write(body[:1])
        self.arrived.set()
        connection.stand_in.wait(self._released, LONGEST_WAIT)
        if connection.stand_in.ended.is_set() or not self._released.is_set():
            connection.hang_up()
        elif self.after == "head":
            connection.wfile.write(body[1:])
        else:
            connection.send(answer or true_answer())


class Trickle:
    """An answer that never stops and never gets anywhere: a blank every `pause` seconds until release(), or until the
    client hangs up. `ended` is set then."""

    def __init__(self, pause=0.02):
        self.pause = pause
        self.ended = threading.Event()
        self._released = threading.Event()

    def release(self):
        self._released.set()

    def play(self, connection, _true_answer):
        try:
            connection.head(200, {"Content-Type": "application/json; charset=UTF-8", "Connection": "close"})
            for _ in range(int(LONGEST_WAIT / self.pause)):
                if self._released.wait(self.pause) or connection.stand_in.ended.is_set():
                    break
                connection.wfile.write(b" ")
        finally:
            self.ended.set()
            connection.close_connection = True


def matches(which, call):
    """`which`: an operation ("spreadsheets.values.get", "token", "metadata"), "read" or "write" (of Sheets), "sheets",
    "any", or a function of the call."""
    if callable(which):
        return which(call)
    kinds = {"any": True, "sheets": call.kind is not None, "read": call.kind == "read", "write": call.kind == "write"}
    return kinds[which] if which in kinds else call.operation == which


@dataclass
class Rule:
    """Something that happens at the `nth` matching call from now on, and the ones after it, `times` times."""

    what: object
    which: object
    nth: int
    times: int

    def is_due(self, call):
        if self.times <= 0 or not matches(self.which, call):
            return False
        self.nth -= 1
        if self.nth > 0:
            return False
        self.times -= 1
        return True
