#!/usr/bin/python3
"""The swarm itself, and `scada swarm` as its user meets it.

Usage: swarm_test.py SCADA     HEARTH_SEEDS=10000 in the environment lives through so many instead of 300
"""

import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import time
import unittest

from lived_time import lived

ROOT = pathlib.Path(os.environ.get("HEARTH_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
LAYOUTS = ROOT / "layouts"
SAMPLES = LAYOUTS / "samples"
SCADA = ""

OPTIONS = {"--weather", "--prices", "--seeds", "--jobs", "--timeout", "--keep", "--first", "--no-shrink", "--help"}
LAST_LINE = re.compile(r"^(\d+) seeds, (\d+) simulated days in ([0-9.]+) s \(([0-9.]+) days/s\): (.*)$")


def children_of(pid):
    """Processes, living or not yet reaped, whose parent it is."""
    found = []
    for stat in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
        except (OSError, IndexError):
            pass  # it ended while we looked
    return found


def wait_until(what, within=30):
    until = time.monotonic() + within
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.01)
    raise AssertionError("nothing came of it")


class Swarm(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hearth-swarm-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def command(self, *options, houses=("leaky-house.yaml",), weather=SAMPLES / "january-weather.csv"):
        return [SCADA, "swarm", *(str(LAYOUTS / house) for house in houses), "--weather", str(weather),
                "--prices", str(SAMPLES / "january-prices.csv"), *options]

    def ask(self, *options, **files):
        return subprocess.run(self.command(*options, **files), capture_output=True, text=True, timeout=900,
                              stdin=subprocess.DEVNULL, check=False)

    def begun(self, *options):
        process = subprocess.Popen(self.command(*options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                   stdin=subprocess.DEVNULL)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        return process


class Promises(Swarm):
    def test_three_hundred_seeds_break_no_promise(self):
        seeds = os.environ.get("HEARTH_SEEDS", "300")
        houses = ("simulated-house.yaml", "leaky-house.yaml", "cabin.yaml") * 3 + ("maine-house.yaml",)
        done = self.ask("--seeds", seeds, houses=houses)
        self.assertEqual(done.returncode, 0, "\n" + done.stdout)
        print(done.stdout.strip(), file=sys.stderr)


class Command(Swarm):
    def test_help_names_every_option_and_exit_code(self):
        done = subprocess.run([SCADA, "swarm", "--help"], capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertEqual(set(re.findall(r"(?m)^\s+(?:-h,)?(--[a-z-]+)", done.stdout)), OPTIONS)
        self.assertRegex(done.stdout, r"Exit codes: 0 .*, 1 .*,\n2 ")

    def test_the_last_line_counts_seeds_days_and_seconds_and_progress_goes_to_standard_error(self):
        done = self.ask("--seeds", "11..20", "--jobs", "2")
        self.assertEqual(done.returncode, 0, done)
        last = LAST_LINE.match(done.stdout)
        self.assertEqual(last[1], "10")
        self.assertEqual(last[2], "30")
        self.assertEqual(last[5], "every promise was kept")
        self.assertEqual(len(done.stdout.splitlines()), 1)
        self.assertLessEqual(len(done.stderr.splitlines()), 10)
        self.assertRegex(done.stderr, r"(?m)^10 of 10 seeds, [0-9.]+/s, 0 failed, ")
        self.assertNotIn("\r", done.stderr)

    def test_what_cannot_be_begun_says_why_in_a_line(self):
        brief = self.folder / "brief.csv"
        brief.write_text("".join((SAMPLES / "january-weather.csv").read_text().splitlines(keepends=True)[:72]))
        for options, files, why in (
                (("--seeds", "x"), {}, "--seeds 'x' is no range"),
                (("--seeds", "9..3"), {}, "--seeds '9..3' is no range"),
                (("--seeds", "1..18446744073709551616"), {}, "is no range"),
                (("--keep", str(brief / "sub")), {}, "Not a directory"),
                ((), {"houses": ("pi-bench.yaml",)}, "has no 'plant'"),
                ((), {"houses": ("nowhere.yaml",)}, "nowhere.yaml"),
                ((), {"weather": self.folder / "none.csv"}, "none.csv"),
                ((), {"weather": brief}, "have less than 72 h in common")):
            with self.subTest(why):
                done = self.ask(*options, **files)
                self.assertEqual(done.returncode, 2, done)
                self.assertEqual(done.stdout, "")
                self.assertIn(why, done.stderr)
                self.assertLessEqual(len(done.stderr.splitlines()), 2, done)
        self.assertEqual(self.ask("--jobs", "0").returncode, 2)
        self.assertEqual(self.ask("--timeout", "0").returncode, 2)

    def test_a_seed_that_hangs_is_told_kept_and_not_the_end(self):
        done = self.ask("--seeds", "3", "--timeout", "0.001", "--no-shrink", "--keep", str(self.folder / "a/b"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("broken: no-hang by 3", done.stdout)
        kept = {file.name: file.read_text() for file in (self.folder / "a/b").iterdir()}
        self.assertEqual(set(kept), {f"no-hang-seed-{seed}.txt" for seed in (1, 2, 3)})
        for text in kept.values():
            self.assertIn(text, done.stdout)
            self.assertIn("not lived through within 0.001 s", text)
            self.assertRegex(text, r"(?m)^  scada simulate .*leaky-house.yaml --weather .* --seed [123]( --fault '.*')*$")

    def test_at_the_first_failure_no_more_seeds_are_begun(self):
        done = self.ask("--seeds", "1000", "--timeout", "0.001", "--no-shrink", "--first", "--jobs", "2")
        self.assertEqual(done.returncode, 1)
        self.assertLessEqual(int(LAST_LINE.match(done.stdout.splitlines()[-1])[1]), 2)

    def test_a_seed_that_is_killed_is_told_and_the_others_go_on(self):
        process = self.begun("--seeds", "6", "--jobs", "1", "--no-shrink")
        victim = wait_until(lambda: children_of(process.pid))[0]
        os.kill(victim, signal.SIGSEGV)
        out, _ = process.communicate(timeout=120)
        self.assertEqual(process.returncode, 1, out)
        self.assertIn("no-crash: killed by signal 11", out)
        self.assertRegex(out.splitlines()[-1], r"^6 seeds, 18 .*: broken: no-crash by 1$")

    def test_a_signal_ends_it_at_once_with_all_its_children_and_what_there_is_by_then(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(number):
                process = self.begun("--seeds", "1000000", "--jobs", "2")
                children = wait_until(lambda: len(found := children_of(process.pid)) == 2 and found)
                began = lived()
                process.send_signal(number)
                out, err = process.communicate(timeout=30)
                self.assertLess(lived() - began, 5)
                self.assertEqual(process.returncode, 1)
                self.assertRegex(err, r"stopped before seed \d+")
                self.assertRegex(out, LAST_LINE)
                for child in children:
                    self.assertFalse(pathlib.Path(f"/proc/{child}").exists())

    def test_children_die_with_a_swarm_that_is_killed(self):
        process = self.begun("--seeds", "1000000", "--jobs", "2")
        children = wait_until(lambda: len(found := children_of(process.pid)) == 2 and found)
        process.kill()
        process.wait(timeout=30)

        def gone(child):
            try:  # a zombie waits for whoever adopted it
                return pathlib.Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
            except OSError:
                return True
        wait_until(lambda: all(gone(child) for child in children))


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    SCADA = sys.argv.pop(1)
    unittest.main(verbosity=2)
