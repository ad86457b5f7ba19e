"""A mail server of the stories' own that takes everything and judges every byte on the line.

It shares no code with Postrider. Whatever a careful server would not accept is noted as a fault: a
bare CR or LF, a NUL or another control character in a command, a second recipient, a line that is too
long, a command at the wrong moment.
"""

import asyncio
import re
import threading
from collections import namedtuple

# What one delivery said: the sender, the recipient and the message as it travelled (dots doubled).
Delivery = namedtuple("Delivery", "sender recipient wire")

PATH = re.compile(rb"(MAIL FROM|RCPT TO):<([^<>\s]+@[A-Za-z0-9.-]+)>((?: [A-Z0-9]+(?:=[!-<>-~]+)?)*)")
LONGEST_LINE = 998
LONGEST_COMMAND = 1000
OFFERS = (b"250-recorder.example\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n"
          b"250-ENHANCEDSTATUSCODES\r\n250 SIZE 100000000\r\n")


class Session(asyncio.Protocol):
    def __init__(self, recorder):
        self.recorder = recorder
        self.buffer = bytearray()
        self.scanned = 0
        self.sender = self.recipient = None
        self.in_message = False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"220 recorder.example ESMTP\r\n")

    def data_received(self, data):
        self.buffer += data
        answers = []
        while (answer := self.message() if self.in_message else self.command()) is not None:
            answers.append(answer)
        if answers:
            self.transport.write(b"".join(answers))

    def fault(self, what, seen):
        self.recorder.faults.append(f"{what}: {bytes(seen[:200])!r}")

    def message(self):
        """Takes a whole message off the buffer; None while its end has not come."""
        end = self.buffer.find(b"\r\n.\r\n", max(self.scanned - 4, 0))
        if end < 0:
            self.scanned = len(self.buffer)
            return None
        wire = bytes(self.buffer[:end + 2])
        del self.buffer[:end + 5]
        self.scanned = 0
        self.in_message = False
        without = wire.replace(b"\r\n", b"")
        if b"\r" in without or b"\n" in without or b"\0" in without:
            self.fault("a bare CR, LF or a NUL in a message", wire)
        if any(len(line) > LONGEST_LINE for line in wire.split(b"\r\n")):
            self.fault("a line over 998 octets", wire)
        if re.search(rb"(?:^|\r\n)\.(?!\.)", wire):
            self.fault("a dot that is not doubled", wire)
        self.recorder.deliveries.append(Delivery(self.sender, self.recipient, wire))
        self.sender = self.recipient = None
        return b"250 2.0.0 Recorded\r\n"

    def command(self):
        end = self.buffer.find(b"\n")
        if end < 0:
            return None
        line = bytes(self.buffer[:end + 1])
        del self.buffer[:end + 1]
        if not line.endswith(b"\r\n") or len(line) > LONGEST_COMMAND or re.search(rb"[\x00-\x1f\x7f]", line[:-2]):
            self.fault("a command that is not one clean line", line)
        line = line[:-2]
        if path := PATH.fullmatch(line):
            return self.envelope(path[1], path[2], line)
        if line == b"DATA" and self.recipient:
            self.in_message = True
            return b"354 Go on\r\n"
        if line.startswith(b"EHLO "):
            return OFFERS
        if line == b"RSET":
            self.sender = self.recipient = None
            return b"250 2.0.0 Forgotten\r\n"
        if line == b"QUIT":
            self.transport.write(b"221 2.0.0 Bye\r\n")
            self.transport.close()
            return None
        if line != b"NOOP":
            self.fault("a command at the wrong moment", line)
        return b"250 2.0.0 Well\r\n"

    def envelope(self, verb, address, line):
        if verb == b"MAIL FROM":
            if self.sender:
                self.fault("a second sender", line)
            self.sender = address.decode("utf-8")
        else:
            if self.recipient or not self.sender:
                self.fault("a second recipient, or one without a sender", line)
            self.recipient = address.decode("utf-8")
        return b"250 2.1.0 Well\r\n"


class JudgingServer:
    """Runs in a thread of its own from `start` to `stop`."""

    session = Session

    def __init__(self):
        self.deliveries = []
        self.faults = []
        self.port = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def start(self):
        self._thread.start()
        listening = asyncio.run_coroutine_threadsafe(self._listen(), self._loop)
        self.port = listening.result(20).sockets[0].getsockname()[1]
        return self

    async def _listen(self):
        return await self._loop.create_server(lambda: self.session(self), "127.0.0.1", 0, backlog=256)

    def stop(self):
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
