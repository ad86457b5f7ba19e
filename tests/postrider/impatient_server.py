"""A mail server that takes everything and hangs up on whoever says nothing for a moment after a message."""

from . import judging_server


class ImpatientSession(judging_server.Session):
    timer = None

    def data_received(self, data):
        if self.timer:
            self.timer.cancel()
        super().data_received(data)

    def message(self):
        answer = super().message()
        if answer is not None:
            self.timer = self.recorder.call_later(self.hang_up)
        return answer

    def hang_up(self):
        if self.transport.is_closing() or self.sender or self.buffer:
            return
        self.recorder.hung_up += 1
        self.transport.write(b"421 4.4.2 Idle too long\r\n")
        self.transport.close()


class ImpatientServer(judging_server.JudgingServer):
    """`patience`: in seconds."""

    session = ImpatientSession

    def __init__(self, patience=0.2):
        super().__init__()
        self.patience, self.hung_up = patience, 0

    def call_later(self, function):
        return self._loop.call_later(self.patience, function)
