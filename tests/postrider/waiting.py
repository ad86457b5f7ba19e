"""Waiting for something only another program can bring about, when it cannot be told to say so."""

import time


def wait_until(condition, seconds, what, every=0.05):
    """Looks again and again; returns what the condition returned, or fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        if found := condition():
            return found
        if time.monotonic() >= end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(every)
