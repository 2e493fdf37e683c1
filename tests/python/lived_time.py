"""The time that a promise is held to: less that in which the whole machine stood still.

A shared machine may stand still for seconds; no program can keep a time then. A thread that does nothing but
sleep is woken late by as much."""

import threading
import time

TURN_NS = 10_000_000
LATE_NS = 50_000_000  # a busy machine, not one that stands still


class _Watch(threading.Thread):
    def __init__(self):
        super().__init__(daemon=True)
        self.stalls = []  # (begin, end), monotonic nanoseconds
        self.last = time.monotonic_ns()

    def run(self):
        while True:
            time.sleep(TURN_NS / 1e9)
            now = time.monotonic_ns()
            if now - self.last > LATE_NS:
                self.stalls.append((self.last + TURN_NS, now))
            self.last = now

    def stood_still_ns(self, begin, end):
        # This thread may be asked before the watch has seen that it woke late.
        last, now = self.last, time.monotonic_ns()
        seen = self.stalls + ([(last + TURN_NS, now)] if now - last > LATE_NS else [])
        return sum(max(0, min(end, until) - max(begin, since)) for since, until in seen)


_watch = _Watch()
_began = time.monotonic_ns()
_watch.start()


def lived_ns(begin, end):
    """Nanoseconds lived between two of time.monotonic_ns()."""
    return end - begin - _watch.stood_still_ns(begin, end)


def lived():
    """Like time.monotonic(), as a clock that stands still with the machine."""
    return lived_ns(_began, time.monotonic_ns()) / 1e9
