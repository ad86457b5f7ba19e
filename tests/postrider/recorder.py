"""A mail server that takes everything and keeps every byte it was sent, and notes who speaks out of turn."""

import re
import socket
import threading


class Session:
    """One connection: what came over it, and what came earlier than it may."""

    def __init__(self):
        self.raw = b""
        self.commands = []
        self.messages = []
        self.early = []  # commands behind which more came before they were answered


class Recorder:
    """`offers`: what EHLO is answered, line by line. `silent_at_dot`: the dot never gets an answer."""

    def __init__(self, offers=("PIPELINING", "8BITMIME"), greeting=b"220 recorder\r\n", silent_at_dot=False):
        self.offers, self.greeting, self.silent_at_dot = offers, greeting, silent_at_dot
        self.sessions = []
        self.got_dot = threading.Event()
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def stop(self):
        self._ended.set()
        self._listener.close()

    # ---- what it saw ----

    def raw(self):
        return b"".join(session.raw for session in self.sessions)

    def commands(self):
        return [command for session in self.sessions for command in session.commands]

    def messages(self):
        """As they came over the line, dots and all, without the final dot."""
        return [message for session in self.sessions for message in session.messages]

    def recipients(self):
        return [command[9:-1].decode() for command in self.commands() if command.startswith(b"RCPT TO:<")]

    def early(self):
        return [command for session in self.sessions for command in session.early]

    # ---- serving ----

    def _serve(self):
        while not self._ended.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.sessions.append(Session())
            threading.Thread(target=self._follow, args=(line, self.sessions[-1]), daemon=True).start()

    def _follow(self, line, session):
        buffer = b""

        def more():
            nonlocal buffer
            data = line.recv(65536)
            session.raw += data
            buffer += data
            return bool(data)

        def take(end):
            nonlocal buffer
            while end not in buffer:
                if not more():
                    return None
            taken, buffer = buffer.split(end, 1)
            return taken

        def note_early(command):
            """Nothing may follow this command before its answer: a moment is given to whoever would."""
            line.settimeout(0.05)
            try:
                more()
            except TimeoutError:
                pass
            line.settimeout(60)
            if buffer:
                session.early.append(command)

        with line:
            line.settimeout(60)
            try:
                note_early(b"(greeting)")
                line.sendall(self.greeting)
                while (command := take(b"\r\n")) is not None:
                    session.commands.append(command)
                    verb = command.split(b" ")[0].upper()
                    if verb in (b"EHLO", b"AUTH", b"DATA", b"STARTTLS") or not "PIPELINING" in self.offers:
                        note_early(command)
                    if verb == b"EHLO":
                        lines = ["recorder", *self.offers]
                        marks = ["-"] * (len(lines) - 1) + [" "]
                        line.sendall("".join(f"250{m}{text}\r\n" for m, text in zip(marks, lines)).encode())
                    elif verb == b"AUTH":
                        line.sendall(b"235 2.7.0 in\r\n")
                    elif verb == b"DATA":
                        line.sendall(b"354 go on\r\n")
                        buffer = b"\r\n" + buffer
                        message = take(b"\r\n.\r\n")
                        if message is None:
                            return
                        session.messages.append(message[2:] + b"\r\n")
                        self.got_dot.set()
                        if self.silent_at_dot:
                            self._ended.wait(60)
                            return
                        line.sendall(b"250 2.0.0 kept\r\n")
                    elif verb == b"QUIT":
                        line.sendall(b"221 bye\r\n")
                        return
                    else:
                        line.sendall(b"250 2.0.0 ok\r\n")
            except OSError:
                return


COMMAND = re.compile(rb"EHLO \S+|AUTH \S+( \S+)?|MAIL FROM:<[^\s<>]+@[^\s<>@]+>( SIZE=\d+)?( BODY=8BITMIME)?( SMTPUTF8)?"
                     rb"|RCPT TO:<[^\s<>]+@[^\s<>@]+>|DATA|RSET|QUIT")
