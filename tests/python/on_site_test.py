#!/usr/bin/python3
"""The installer's terminal: `scada live` and `scada commission`, on Modbus devices that are not ours and
on the simulated house. Usage: on_site_test.py SCADA RELAY_SERVER"""

import fcntl
import json
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
import types
import unittest

import house_bench as bench
from lived_time import lived

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAMS = types.SimpleNamespace()
ENDS_WITHIN_S = 2.5
SENSORS = ["", "60.5", "50", ""]  # hp.power, tank.top, tank.bottom, living.temp
GOOD = [*SENSORS, "y", "y", "Ada Lovelace"]


class Screen:
    """A program at a terminal of its own, and what it has written there so far."""

    def __init__(self, test, command, rows=24, columns=80):
        self.controller, self.terminal = pty.openpty()
        test.addCleanup(os.close, self.controller)
        test.addCleanup(os.close, self.terminal)
        self.size(rows, columns)
        self.before = termios.tcgetattr(self.terminal)
        environment = dict(os.environ, TERM="xterm-256color")
        environment.pop("NO_COLOR", None)
        self.process = subprocess.Popen(
            command, env=environment, stdin=self.terminal, stdout=self.terminal, stderr=self.terminal,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        test.addCleanup(self.process.wait)
        test.addCleanup(self.process.kill)
        self.shown = b""

    def size(self, rows, columns):
        fcntl.ioctl(self.terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def until(self, true, what, seconds=bench.PATIENCE):
        end = lived() + seconds
        while not true():
            if lived() > end:
                raise AssertionError(f"{what}: not within {seconds} s; shown:\n{self.text()[-3000:]}")
            if select.select([self.controller], [], [], 0.05)[0]:
                try:
                    self.shown += os.read(self.controller, 65536)
                except OSError:
                    pass

    def text(self):
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.shown.decode(errors="replace"))

    def frame(self):
        """The latest whole page."""
        pages = self.shown.split(b"\x1b[?2026h\x1b[H")
        page = pages[-1] if b"\x1b[?2026l" in pages[-1] else (pages[-2] if len(pages) > 1 else b"")
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", page.decode(errors="replace"))

    def shows(self, part, seconds=bench.PATIENCE):
        self.until(lambda: part in self.frame(), part, seconds)

    def asks(self, part, seconds=bench.PATIENCE):
        """Waits for a question that has this in it, after what was answered last."""
        found = lambda: part in self.text()[self.told:]
        self.until(found, part, seconds)

    told = 0

    def say(self, line):
        self.told = len(self.text())
        self.type(line + "\r")

    def type(self, keys):
        os.write(self.controller, keys.encode())

    def ends(self, code):
        began = lived()
        self.until(lambda: self.process.poll() is not None, "its end", 10)
        assert self.process.returncode == code, (self.process.returncode, self.text()[-2000:])
        assert lived() - began < ENDS_WITHIN_S
        # Whatever else there is to read.
        while select.select([self.controller], [], [], 0.1)[0]:
            self.shown += os.read(self.controller, 65536)
        assert termios.tcgetattr(self.terminal) == self.before


class OnSite(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.report = self.folder / "report.md"

    def house(self, **options):
        """Relays, meter and thermometers on Modbus TCP; its node is away."""
        site = f"site-{os.getpid()}-{time.monotonic_ns() % 1_000_000}"
        return bench.House(self, PROGRAMS, bench.Clock(), self.folder, f"mqtt://127.0.0.1:{bench.free_port()}",
                           site=site, remote_admin="false", **options)

    def words(self, command, house, *more):
        return [PROGRAMS.scada, command, str(house.layout), "--state", str(house.state), *map(str, more)]

    def commission(self, house, answers, *more):
        lines = self.folder / "answers"
        lines.write_text("".join(a + "\n" for a in answers))
        return subprocess.run(self.words("commission", house, "--report", self.report, "--answers", lines, *more),
                              capture_output=True, text=True, timeout=240, check=False)

    def found(self):
        written = json.loads(self.report.with_suffix(".json").read_text())
        return written, {(f["check"], f["subject"]): f for f in written["findings"]}

    # ---- live

    def test_live_shows_every_channel_and_switches_a_relay_by_hand_until_it_is_released(self):
        house = self.house()
        screen = Screen(self, self.words("live", house))
        for part in ("HEARTH  " + house.site, "hp.power", "hp.enable", "tank.top", "60.0 °C", "20.5 °C", "good",
                     "relay", "sensors", "● local"):
            screen.shows(part)
        self.assertFalse(termios.tcgetattr(screen.terminal)[3] & (termios.ECHO | termios.ICANON))
        screen.type("j")
        screen.shows(">*hp.enable")
        screen.type(" ")
        screen.until(house.relays.closed, "the relay is closed by hand")
        screen.shows("● admin")
        screen.shows("on 4:5")
        screen.shows("4000 W")
        time.sleep(2.5)  # its minimum run time
        screen.type(" ")
        screen.until(house.relays.opened, "the relay is opened by hand")
        screen.shows("off 4:5")
        screen.type("r")
        screen.shows("● local")
        self.assertNotIn("off 4:5", screen.frame())
        screen.type("?")
        screen.shows("release everything that is held by hand")
        screen.type("?")
        screen.shows("CHANNEL")
        screen.type("q")
        screen.ends(0)
        self.assertIn(b"\x1b[?1049l", screen.shown)

    def test_live_follows_the_size_of_its_terminal(self):
        screen = Screen(self, self.words("live", self.house()))
        screen.shows("BUS")
        screen.size(10, 40)
        screen.until(lambda: len(screen.frame().split("\n")) == 10, "ten rows")
        self.assertTrue(all(len(line.rstrip("\r")) <= 40 for line in screen.frame().split("\n")))
        screen.size(40, 120)
        screen.until(lambda: len(screen.frame().split("\n")) == 40, "forty rows")
        screen.type("q")
        screen.ends(0)

    def test_ctrl_c_at_the_live_view_makes_everything_safe(self):
        house = self.house()
        screen = Screen(self, self.words("live", house))
        screen.shows("60.0 °C")
        screen.type("j ")
        screen.until(house.relays.closed, "the relay is closed by hand")
        screen.type("\x03")
        screen.ends(0)
        bench.wait_until(house.relays.opened, what="the relay is safe")

    def test_live_in_a_pipe_prints_a_line_for_each_change(self):
        house = self.house()
        child = bench.Child(self, self.words("live", house), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            text=True)
        self.assertEqual(child.process.stdout.readline(), "time\tchannel\tvalue\tunit\tquality\tcause\n")
        heard = {}
        while heard.get("tank.top") != "60":
            _at, channel, value, _unit, quality, _cause = child.process.stdout.readline().rstrip("\n").split("\t")
            heard[channel] = value
            self.assertIn(quality, ("good", "never", "fault", "stale"))
        house.cool_down()
        while heard.get("tank.top") != "40":
            fields = child.process.stdout.readline().split("\t")
            heard[fields[1]] = fields[2]
        child.signal(signal.SIGTERM)
        self.assertEqual(child.process.wait(timeout=10), 0)

    def test_a_site_that_is_run_already_is_left_alone(self):
        house = self.house().start()
        bench.wait_until(lambda: house.said("started"), what="the house runs")
        for command in ("live", "commission"):
            done = subprocess.run(self.words(command, house), capture_output=True, text=True, timeout=20, check=False,
                                  cwd=self.folder)
            self.assertEqual(done.returncode, 3, done.stderr)
            self.assertIn("systemctl stop hearth", done.stderr)
        self.assertFalse(self.report.exists())

    def test_what_went_over_the_buses_is_written_down_for_each_device(self):
        house = self.house()
        transcripts = self.folder / "transcripts"
        screen = Screen(self, self.words("live", house, "--record-transcripts", transcripts))
        screen.shows("60.0 °C")
        screen.type("j ")
        screen.until(house.relays.closed, "the relay is closed by hand")
        house.sensors.kill()
        screen.shows("! disconnected")
        screen.type("q")
        screen.ends(0)
        self.assertEqual(sorted(f.name for f in transcripts.iterdir()),
                         ["hp-meter.txt", "relay.txt", "thermometers.txt"])
        relay = (transcripts / "relay.txt").read_text()
        self.assertIn("# relay: modbus-generic on relays of " + house.site, relay)
        self.assertIn("\n>> write unit 1 coil 0x0000 0001\n<< done\n", relay)
        self.assertIn("\npoll\n>> read unit 1 coil 0x0000 1\n<< words 0001\n", relay)
        self.assertIn("\n<< words 0258 01F4 00CD\n", (transcripts / "thermometers.txt").read_text())
        self.assertIn("\n<< fault disconnected\n", (transcripts / "thermometers.txt").read_text())
        again = subprocess.run(self.words("live", house, "--record-transcripts", transcripts), capture_output=True,
                               text=True, timeout=20, check=False)
        self.assertEqual(again.returncode, 2)
        self.assertIn("not empty", again.stderr)

    # ---- commission

    def test_a_house_in_which_all_is_well_is_commissioned_and_signed(self):
        house = self.house()
        done = self.commission(house, GOOD, "--record-transcripts", self.folder / "transcripts")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        written, found = self.found()
        self.assertEqual(written["signed_by"], "Ada Lovelace")
        self.assertEqual((written["failed"], written["skipped"]), (0, 0))
        self.assertEqual(found["sensor", "tank.top"]["values"]["instrument"], {"amount": 60.5, "unit": "°C"})
        self.assertEqual(found["meter", "hp.power"]["values"]["after"]["amount"], 4000)
        self.assertIn("read back", found["fail-safe", "hp.enable"]["seen"])
        text = self.report.read_text()
        self.assertIn(f"# Commissioning of {house.site}", text)
        self.assertIn("| signed by | Ada Lovelace |", text)
        # The relay was closed once, by us; nothing started by itself.
        changes = [value for i, (_, value, _) in enumerate(house.relays.writes)
                   if i == 0 or house.relays.writes[i - 1][1] != value]
        self.assertEqual(changes, [0, 1, 0])
        self.assertTrue((self.folder / "transcripts" / "relay.txt").exists())

    def test_while_commissioning_the_house_does_not_start_its_heat_pump_by_itself(self):
        house = self.house()
        house.cool_down()
        child = bench.Child(self, self.words("commission", house, "--report", self.report), stdin=subprocess.PIPE,
                            stdout=subprocess.PIPE, text=True)
        for line in child.process.stdout:
            if line.startswith("? Is hp.power"):
                break
        time.sleep(4)  # beyond its minimum off time it would run now
        self.assertFalse(house.relays.closed())
        child.process.stdin.close()
        self.assertEqual(child.process.wait(timeout=20), 1)
        self.assertIn("interrupted", self.report.read_text())

    def test_a_reversed_meter_and_upside_down_sensors_are_named(self):
        house = self.house()
        house.draw_w = -4000
        house.sensors.set("holding:0", "300")
        done = self.commission(house, GOOD[:1] + ["", "", ""] + GOOD[4:])
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        _, found = self.found()
        self.assertIn("the meter is reversed", found["meter", "hp.power"]["seen"])
        self.assertIn("upside down: swap tank.top with tank.bottom", found["tank", house.site]["seen"])
        self.assertIn("| **failed** |", self.report.read_text())

    def test_stopped_in_the_middle_everything_is_safe_and_resume_goes_on(self):
        house = self.house()
        screen = Screen(self, self.words("commission", house, "--report", self.report), columns=160)
        for part, answer in (("? Is hp.power", ""), ("? Is tank.top", "60"), ("? Is tank.bottom", "49,5"),
                             ("? Is living.temp", ""), ("? hp.enable", "y")):
            screen.asks(part)
            screen.say(answer)
        screen.asks("Did it move?")
        self.assertTrue(house.relays.closed())
        screen.type("\x03")
        screen.ends(1)
        bench.wait_until(house.relays.opened, what="the relay is safe")
        written, found = self.found()
        self.assertFalse(written["complete"])
        self.assertIn(("sensor", "living.temp"), found)
        self.assertNotIn(("actuator", "hp.enable"), found)

        again = self.commission(house, GOOD)
        self.assertEqual(again.returncode, 2)
        self.assertIn("exists already", again.stderr)
        done = self.commission(house, ["y", "y", "Ada"], "--resume")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("? Is tank.top", done.stdout)
        after, found = self.found()
        self.assertEqual(after["began"], written["began"])
        self.assertEqual(found["sensor", "tank.bottom"]["values"]["instrument"]["amount"], 49.5)

    def test_a_silent_device_fails_and_the_rest_is_commissioned(self):
        house = self.house()
        house.sensors.kill()
        done = self.commission(house, ["", "y", "y", "Ada"])
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        _, found = self.found()
        self.assertEqual(found["sensor", "tank.top"]["verdict"], "failed")
        self.assertIn("disconnected", found["sensor", "tank.top"]["seen"])

    def test_the_simulated_house_passes_with_its_pump_before_its_heat_pump(self):
        house = types.SimpleNamespace(layout=self.folder / "simulated.yaml", state=self.folder / "state")
        (self.folder / "samples").symlink_to(ROOT / "layouts" / "samples")
        text = (ROOT / "layouts" / "simulated-house.yaml").read_text()
        text = text.replace("site: maple-12", f"site: sim-{os.getpid()}", 1)
        house.layout.write_text(re.sub(r"min_(on|off): 10 min", r"min_\1: 2 min", text))
        sensors = text.count("simulated-thermometer") + 2 * text.count("simulated-meter")
        done = self.commission(house, [""] * sensors + ["y", "y"] * 5 + ["Ada"],
                               "--clock-start", "2020-01-13T05:00:00Z", "--speed", "20")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        _, found = self.found()
        self.assertEqual(found["pump-first", "hp.pump"]["verdict"], "passed")
        self.assertEqual(found["meter", "hp.power"]["verdict"], "passed")
        self.assertEqual(found["meter", "house.power"]["verdict"], "passed")
        self.assertEqual(found["range", "living.temp"]["verdict"], "passed")

    def test_wrong_usage_moves_nothing(self):
        house = self.house()
        broken = self.folder / "broken.json"
        broken.write_text("{")
        for options, word in ((["--report", broken], "ending"),
                              (["--report", self.folder / "broken.md", "--resume"], "no report"),
                              (["--report", self.folder / "none.md", "--resume"], "nothing to go on with"),
                              (["--answers", self.folder / "none"], "cannot be read"),
                              (["--speed", "2"], "--clock-start")):
            done = subprocess.run(self.words("commission", house, *options), capture_output=True, text=True,
                                  timeout=20, check=False, cwd=self.folder)
            self.assertEqual(done.returncode, 2, (options, done.stderr))
            self.assertIn(word, done.stderr)
        self.assertEqual(house.relays.writes, [])


if __name__ == "__main__":
    PROGRAMS.scada, PROGRAMS.relay_server = (str(pathlib.Path(p).resolve()) for p in sys.argv[1:3])
    unittest.main(argv=sys.argv[:1] + sys.argv[3:], verbosity=2)
