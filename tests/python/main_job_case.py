"""What every test of the main job begins with: a folder, a site of its own, and the programs."""

import os
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest

import house_bench as bench

PROGRAMS = types.SimpleNamespace(scada=None, atn=None, relay_server=None)
NOON = "2026-01-15T12:03:00Z"


class MainJob(unittest.TestCase):
    houses = 0

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        MainJob.houses += 1
        self.site = f"house-{os.getpid()}-{MainJob.houses}"

    def tearDown(self):
        log = pathlib.Path(self.folder) / "scada.log"
        if log.exists() and not self._outcome.success:
            sys.stderr.write(f"\n--- scada of {self.id()}:\n{log.read_text()}---\n")

    def broker(self, *extra):
        return bench.Broker(self, self.folder, *extra)

    def house(self, clock, broker, **options):
        uri = options.pop("uri", f"mqtt://127.0.0.1:{broker.port}")
        return bench.House(self, PROGRAMS, clock, self.folder, uri, site=self.site, **options)

    def running(self, clock, **options):
        """A broker, a house on it that has spoken, and an ear."""
        broker = self.broker().start()
        ear = bench.Ear(self, broker.port, self.site)
        house = self.house(clock, broker, **options).start()
        ear.expect("birth", lambda b: b.online)
        ear.expect("snapshot")
        return broker, house, ear

    def atn(self, clock, broker, *arguments, state="atn.db"):
        """`atn` run to its end."""
        return subprocess.run([PROGRAMS.atn, "--broker", f"mqtt://127.0.0.1:{broker.port}", "--state",
                               os.path.join(self.folder, state), *clock.options(), *arguments],
                              capture_output=True, text=True, timeout=60, check=False)

    def send(self, clock, broker, *arguments):
        return self.atn(clock, broker, "send", "--timeout", "15 s", self.site, *arguments)

    def node(self, clock, broker):
        """`atn run`, which only listens and acknowledges."""
        return bench.Child(self, [PROGRAMS.atn, "--broker", f"mqtt://127.0.0.1:{broker.port}", "--state",
                                  os.path.join(self.folder, "node.db"), *clock.options(), "run",
                                  "--contracts-per-day", "0"],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
