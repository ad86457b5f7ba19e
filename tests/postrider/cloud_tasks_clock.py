"""Clocks of the stand-in for Cloud Tasks: whole microseconds since 1970, so that a backoff of 0.1 s is exactly that."""

import threading
import time

SECOND = 1_000_000


class StandingClock:
    """Starts at the present moment and moves when it is turned only. Thread-safe."""

    is_standing = True

    def __init__(self):
        self._lock = threading.Lock()
        self._now = time.time_ns() // 1000

    def now(self):
        with self._lock:
            return self._now

    def turn(self, micros):
        with self._lock:
            self._now += micros


class RunningClock(StandingClock):
    """Runs as fast as time does, ahead of it by as much as it was turned."""

    is_standing = False

    def __init__(self):
        super().__init__()
        self._began = time.monotonic_ns() // 1000

    def now(self):
        return super().now() + time.monotonic_ns() // 1000 - self._began
