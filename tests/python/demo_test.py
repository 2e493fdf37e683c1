#!/usr/bin/python3
"""Runs `scada demo` as people and build machines do. Usage: demo_test.py PATH_OF_SCADA"""

import fcntl
import os
import pathlib
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
import unittest

from lived_time import lived

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCADA = None
LAYOUT = ROOT / "layouts" / "simulated-house.yaml"
ENDS_WITHIN_S = 2.0


def children_of(parent):
    """Pid and command line of every child of a process."""
    found = {}
    for entry in pathlib.Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
            if int(fields[1]) == parent:
                found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except (FileNotFoundError, ProcessLookupError):
            pass
    return found


def lives(pid):
    return pathlib.Path(f"/proc/{pid}").exists()


class Demo(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.environment = dict(os.environ, TMPDIR=self.folder.name, TERM="xterm-256color")
        self.environment.pop("NO_COLOR", None)

    def start(self, *options, **how):
        process = subprocess.Popen([SCADA, "demo", "--layout", LAYOUT, *options],
                                   env=self.environment, **how)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process

    def left_behind(self):
        return list(pathlib.Path(self.folder.name).iterdir())

    def wait_for_children(self, process, count):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            found = children_of(process.pid)
            # Before they have become what they shall be, they look like their parent.
            if len(found) == count and not any(c.startswith(str(SCADA)) for c in found.values()):
                return found
            time.sleep(0.02)
        self.fail(f"wanted {count} children, have {children_of(process.pid)}")

    def stop(self, process, with_signal):
        began = lived()
        process.send_signal(with_signal)
        code = process.wait(timeout=30)
        self.assertLess(lived() - began, ENDS_WITHIN_S)
        self.assertEqual(code, 0)

    def test_six_hours_end_by_themselves_with_a_summary_that_balances(self):
        process = self.start("--for", "6h", "--speed", "600", stdout=subprocess.PIPE, text=True)
        text, _ = process.communicate(timeout=240)
        self.assertEqual(process.returncode, 0, text)
        self.assertEqual(self.left_behind(), [])
        self.assertIn("broker   mqtt://127.0.0.1:", text)
        self.assertRegex(text, r"page     http://127\.0\.0\.1:\d+/  claim code [0-9A-Z]{4}-[0-9A-Z]{4}")
        self.assertRegex(text, r"drive    atn --broker mqtt://\S+ --clock-start \S+ .* send maple-12 ")
        hours = re.findall(r"^2020\S+ Mon 0[1-6]:0\d  outdoor .*price .*\$\d+\.\d\d$", text, re.M)
        self.assertGreaterEqual(len(hours), 5, text)
        # At this speed a pause of the machine of a second costs the node ten minutes: which one is open.
        self.assertRegex(text, r"contract maple-12/2020-01-13T\d\d:00:00Z: active")

        self.assertRegex(text, r"(?m)^house time .* 6 h")
        worst = float(re.search(r"worst deviation ([−+]?[\d.]+) K", text).group(1).replace("−", "-"))
        self.assertLess(abs(worst), 1.0)
        self.assertGreater(float(re.search(r"money +\$([\d.]+)", text).group(1)), 0.5)
        self.assertLess(abs(float(re.search(r"imbalance (\S+) Wh", text).group(1))), 0.001)
        self.assertGreaterEqual(int(re.search(r"(\d+) completed", text).group(1)), 1)
        self.assertGreater(int(re.search(r"(\d+) acknowledged", text).group(1)), 10)
        self.assertEqual(re.findall(r"actor-died|\balarm\b", text), [])

    def test_ctrl_c_ends_all_of_it_and_leaves_nothing_behind(self):
        process = self.start("--speed", "600", stdout=subprocess.PIPE, text=True)
        found = self.wait_for_children(process, 2)
        self.assertEqual(sorted("mosquitto" in c for c in found.values()), [False, True])
        self.assertEqual(len(self.left_behind()), 1)
        time.sleep(3)
        self.stop(process, signal.SIGINT)
        self.assertEqual([p for p in found if lives(p)], [])
        self.assertEqual(self.left_behind(), [])
        self.assertIn("imbalance", process.stdout.read())
        process.stdout.close()

    def test_without_node_the_house_is_its_own_and_sigterm_ends_it(self):
        process = self.start("--no-atn", "--speed", "600", stdout=subprocess.PIPE, text=True)
        found = self.wait_for_children(process, 1)
        deadline = time.monotonic() + 60
        for line in process.stdout:
            if " outdoor " in line:
                self.assertIn("by local/", line)
                break
            self.assertLess(time.monotonic(), deadline)
        self.stop(process, signal.SIGTERM)
        self.assertEqual([p for p in found if lives(p)], [])
        self.assertEqual(self.left_behind(), [])
        process.stdout.close()

    def test_killed_it_takes_its_children_along(self):
        process = self.start(stdout=subprocess.DEVNULL)
        found = self.wait_for_children(process, 2)
        process.kill()
        process.wait()
        deadline = time.monotonic() + 10
        while any(lives(p) for p in found) and time.monotonic() < deadline:
            time.sleep(0.02)
        self.assertEqual([p for p in found if lives(p)], [])

    def test_wrong_options_start_nothing(self):
        for options in (["--speed", "0"], ["--for", "6 apples"], ["--weather", "/nowhere.csv"],
                        ["--start", "tomorrow"], ["--layout", "/nowhere.yaml"],
                        ["--layout", ROOT / "layouts" / "pi-bench.yaml"]):
            done = subprocess.run([SCADA, "demo", *options], env=self.environment, cwd=ROOT,
                                  capture_output=True, text=True, timeout=20)
            self.assertEqual(done.returncode, 2, (options, done.stderr))
            self.assertTrue(done.stderr, options)
            self.assertEqual(self.left_behind(), [])

    def test_on_a_terminal_there_is_a_live_view_and_the_terminal_comes_back(self):
        controller, terminal = pty.openpty()
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
        before = termios.tcgetattr(terminal)
        process = self.start("--speed", "600", stdin=terminal, stdout=terminal, stderr=terminal,
                             start_new_session=True,
                             preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        shown = b""

        def read_until(wanted, seconds):
            nonlocal shown
            deadline = time.monotonic() + seconds
            while not wanted() and time.monotonic() < deadline:
                if select.select([controller], [], [], 0.05)[0]:
                    shown += os.read(controller, 65536)

        # The last words of a frame: what was read may end in its middle.
        read_until(lambda: "● ".encode() in shown and b"Ctrl-C ends" in shown[shown.rfind(b"TANK"):], 20)
        for part in ("\x1b[?1049h", "\x1b[?25l", "HEARTH  maple-12", "ROOM", "living", "TANK", "PRICE",
                     "LINK", "MONEY", "Ctrl-C ends"):
            self.assertIn(part.encode(), shown)
        self.assertFalse(termios.tcgetattr(terminal)[3] & termios.ECHO)

        # Ctrl-C as it is typed: the terminal itself makes it a signal.
        began = lived()
        os.write(controller, b"\x03")
        read_until(lambda: process.poll() is not None, 10)
        self.assertEqual(process.poll(), 0)
        self.assertLess(lived() - began, ENDS_WITHIN_S)
        read_until(lambda: b"imbalance" in shown, 2)
        restored = shown.index(b"\x1b[?1049l")
        self.assertGreater(shown.index(b"\x1b[?25h"), shown.rindex(b"\x1b[?25l"))
        self.assertIn(b"imbalance", shown[restored:])
        self.assertEqual(termios.tcgetattr(terminal), before)
        self.assertEqual(self.left_behind(), [])
        os.close(controller)
        os.close(terminal)


if __name__ == "__main__":
    SCADA = str(pathlib.Path(sys.argv.pop(1)).resolve())
    unittest.main(verbosity=2)
