"""The clock that a test turns, and Google's quotas on it (developers.google.com/workspace/sheets/api/limits)."""

import threading
import time
from collections import defaultdict, deque

from . import google_errors

MINUTE = 60


class TurnedClock:
    """Starts at the present moment and stands still until it is turned. Seconds since 1970; thread-safe."""

    def __init__(self):
        self._now = time.time()
        self._lock = threading.Lock()

    def now(self):
        with self._lock:
            return self._now

    def turn(self, seconds):
        with self._lock:
            self._now += seconds


class Quotas:
    """Requests in any 60 seconds: Google refills every minute, and a client that keeps to the last 60 seconds keeps
    to that as well. Refused requests do not count. Limits may be changed at any time; None is no limit."""

    def __init__(self, clock):
        self._clock = clock
        self.per_project = {"read": 300, "write": 300}
        self.per_user = {"read": 60, "write": 60}
        self._of_project = defaultdict(deque)
        self._of_user = defaultdict(deque)
        self.refused = 0

    def used(self, kind, user=None):
        """Requests of the last minute, of the project or of a user."""
        return len(self._recent(self._of_project[kind] if user is None else self._of_user[kind, user]))

    def take(self, kind, user):
        """Counts a request, or raises the 429."""
        of_project = self._recent(self._of_project[kind])
        of_user = self._recent(self._of_user[kind, user])
        for moments, limit, per_user in ((of_user, self.per_user[kind], True),
                                         (of_project, self.per_project[kind], False)):
            if limit is not None and len(moments) >= limit:
                self.refused += 1
                raise google_errors.quota_exceeded(kind, per_user, limit)
        of_project.append(self._clock.now())
        of_user.append(self._clock.now())

    def _recent(self, moments):
        while moments and moments[0] <= self._clock.now() - MINUTE:
            moments.popleft()
        return moments
