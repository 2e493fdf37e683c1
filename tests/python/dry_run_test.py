"""`scada run LAYOUT --dry-run` prints the whole plan and opens no device node and no socket; `scada
check` knows which serial lines are too busy.

Usage: dry_run_test.py SCADA
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ.get("HEARTH_SOURCE_DIR", os.path.join(os.path.dirname(__file__), "../.."))
SCADA = ""

# What the C library and the program may open on their way: files of the system, the layout.
DEVICE = re.compile(r'open(at)?\(.*"/(dev|sys/(bus|class))/(?!null|urandom|random|tty")')


def dry_run(layout, *options):
    """Runs under strace; returns (exit code, standard output, calls)."""
    with tempfile.NamedTemporaryFile("r", suffix=".strace") as trace:
        done = subprocess.run(
            ["strace", "-f", "-e", "trace=network,open,openat,openat2", "-o", trace.name,
             SCADA, "run", os.path.join(SOURCE, "layouts", layout), "--dry-run", *options],
            capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL,
            # A leak checker cannot work under strace.
            env=os.environ | {"ASAN_OPTIONS": "detect_leaks=0"})
        return done.returncode, done.stdout, trace.read().splitlines()


class DryRun(unittest.TestCase):
    def check(self, layout):
        code, plan, calls = dry_run(layout)
        self.assertEqual(code, 0, plan)
        self.assertTrue(any("openat" in call for call in calls), "strace saw nothing at all")
        self.assertEqual([c for c in calls if "socket(" in c or "connect(" in c], [])
        self.assertEqual([c for c in calls if DEVICE.search(c)], [])
        return plan

    def test_the_maine_house_is_planned_without_opening_a_device_or_a_socket(self):
        plan = self.check("maine-house.yaml")
        with open(os.path.join(SOURCE, "layouts/maine-house.yaml"), encoding="utf-8") as file:
            text = file.read()
        names = re.findall(r"-\s*\{?\s*id: ([a-z0-9-]+)", text)
        self.assertGreater(len(names), 50)
        for name in names:
            self.assertIn(name, plan)
        for word in ("supervisor", "dispatcher", "blackboard", "upstream", "hearth/v1/", "minimum"):
            self.assertIn(word, plan)

    def test_the_simulated_house_and_the_bench_too(self):
        self.check("simulated-house.yaml")
        self.check("pi-bench.yaml")

    def test_a_wrong_layout_is_exit_2_with_every_error_on_stderr(self):
        bad = os.path.join(SOURCE, "tests/layouts/bad/many_errors.yaml")
        done = subprocess.run([SCADA, "run", bad, "--dry-run"], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 2)
        self.assertEqual(done.stdout, "")
        self.assertGreater(done.stderr.count(": error: "), 3)


METER = """  - id: m%d
    model: schneider-iem3000
    bus: line
    address: %d
    poll: 1 s
    channels: { power: m%d.power, energy_import: m%d.energy }
"""


class BusyLine(unittest.TestCase):
    def check(self, meters):
        """Meters on one line of 9600 baud; 17 + 21 bytes and 14 silent characters each: 54.2 ms."""
        with tempfile.NamedTemporaryFile("w", suffix=".yaml") as layout:
            layout.write("site: s\ntimezone: UTC\nbuses:\n"
                         "  line: { kind: modbus-rtu, port: /dev/ttyUSB0 }\ndevices:\n")
            layout.writelines(METER % ((i,) * 4) for i in range(1, meters + 1))
            layout.flush()
            return subprocess.run([SCADA, "check", layout.name], capture_output=True, text=True, timeout=60)

    def test_a_line_with_room_is_checked_without_a_word(self):
        done = self.check(14)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_a_line_that_is_busy_beyond_80_percent_is_a_warning(self):
        done = self.check(16)
        self.assertEqual(done.returncode, 0)
        self.assertIn("warning: the polls of bus 'line' take 87 % of its time at 9600 baud", done.stderr)
        self.assertIn("hint: device 'm1' takes 5 %", done.stderr)
        self.assertIn(":4:3: ", done.stderr)

    def test_a_line_that_cannot_carry_its_polls_is_an_error(self):
        done = self.check(19)
        self.assertEqual(done.returncode, 2)
        self.assertIn("error: the polls of bus 'line' take 103 % of its time", done.stderr)
        self.assertIn("cannot be polled as often as that", done.stderr)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    SCADA = os.path.abspath(sys.argv.pop(1))
    unittest.main()
