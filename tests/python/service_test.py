#!/usr/bin/python3
"""scada as a service, and the installer's small tools: what systemd is told, `scada safe`, `scada import`.

usage: service_test.py SCADA
"""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest

SCADA = ""
SOURCE = pathlib.Path(os.environ.get("HEARTH_SOURCE_DIR", pathlib.Path(__file__).parents[2]))

GRIDWORKS = {
    "MyScadaGNode": {"Alias": "d1.isone.maple.scada"}, "ShNodes": [], "DerivedChannels": [],
    "DataChannels": [{"Name": "zone1-relay1", "TelemetryName": "RelayState"},
                     {"Name": "main-temp", "TelemetryName": "AirTempFTimes1000"}],
    "OtherComponents": [{"TypeName": "i2c.multichannel.dt.relay.component.gt", "I2cAddressList": [32],
                         "ConfigList": [{"ChannelName": "zone1-relay1", "RelayIdx": 1}]}]}


def run(*words):
    return subprocess.run([SCADA, *map(str, words)], capture_output=True, text=True, timeout=60, check=False)


class Service(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "samples").symlink_to(SOURCE / "layouts" / "samples")
        text = (SOURCE / "layouts" / "simulated-house.yaml").read_text(encoding="utf-8")
        self.site = f"service-{os.getpid()}-{time.monotonic_ns() % 1_000_000}"
        self.layout = self.folder / "house.yaml"
        self.layout.write_text(text.replace(text.split("site: ")[1].split()[0], self.site, 1), encoding="utf-8")

    def listening(self):
        ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(ear.close)
        ear.bind(str(self.folder / "notify"))
        ear.settimeout(20)
        return ear

    def house(self, **environment):
        child = subprocess.Popen([SCADA, "run", str(self.layout), "--state", str(self.folder / "state")],
                                 env={**os.environ, **environment}, stderr=subprocess.DEVNULL)
        self.addCleanup(lambda: (child.kill(), child.wait()))
        return child

    def test_systemd_hears_ready_once_control_ticks_then_the_watchdog_is_fed_and_the_stop_is_told(self):
        ear = self.listening()
        child = self.house(NOTIFY_SOCKET=str(self.folder / "notify"))
        first = ear.recv(4096).decode()
        self.assertIn("READY=1", first)
        self.assertIn("WATCHDOG=1", first)
        for _ in range(2):
            self.assertIn("WATCHDOG=1", ear.recv(4096).decode())
        child.send_signal(signal.SIGTERM)
        while "STOPPING=1" not in ear.recv(4096).decode():
            pass
        self.assertEqual(0, child.wait(timeout=10))

    def wait_for(self, what, words):
        end = time.monotonic() + 20
        while not what():
            self.assertLess(time.monotonic(), end, words)
            time.sleep(0.05)

    def test_a_changed_layout_is_taken_by_command_and_by_sighup_and_a_wrong_one_changes_nothing(self):
        log = self.folder / "log"
        with log.open("w", encoding="utf-8") as out:
            child = subprocess.Popen([SCADA, "run", str(self.layout), "--state", str(self.folder / "state")], stderr=out)
        self.addCleanup(lambda: (child.kill(), child.wait()))
        self.wait_for(lambda: " started " in log.read_text(encoding="utf-8"), "it starts")
        text = self.layout.read_text(encoding="utf-8")

        same = run("reload", self.layout)
        self.assertEqual((0, True), (same.returncode, "as it was" in same.stdout), same)
        self.layout.write_text(text.replace("    poll: 5 s\n", "    poll: 2 s\n", 1), encoding="utf-8")
        done = run("reload", self.layout)
        self.assertEqual(0, done.returncode, done)
        self.assertEqual("  device hp-meter: changed", done.stdout.splitlines()[1])

        self.layout.write_text(text.replace("model: simulated-meter", "model: simulated-mater", 1), encoding="utf-8")
        wrong = run("reload", self.layout)
        self.assertEqual((2, True), (wrong.returncode, "simulated-mater" in wrong.stderr), wrong)
        child.send_signal(signal.SIGHUP)
        self.wait_for(lambda: "layout-refused" in log.read_text(encoding="utf-8"), "a wrong file is refused")

        copy = self.folder / "copy.yaml"
        copy.write_text(text, encoding="utf-8")
        elsewhere = run("reload", copy)
        self.assertEqual((1, True), (elsewhere.returncode, f"runs by {self.layout.resolve()}" in elsewhere.stdout), elsewhere)

        other = self.folder / "other.yaml"
        other.write_text(text.replace(self.site, self.site + "-b", 1), encoding="utf-8")
        nobody = run("reload", other)
        self.assertEqual((1, True), (nobody.returncode, "no scada runs site" in nobody.stderr), nobody)

        self.layout.write_text(text, encoding="utf-8")
        before = log.read_text(encoding="utf-8").count("layout-changed")
        child.send_signal(signal.SIGHUP)
        self.wait_for(lambda: log.read_text(encoding="utf-8").count("layout-changed") > before, "the first file is back")
        self.assertIsNone(child.poll())
        self.assertNotIn("actor-died", log.read_text(encoding="utf-8"))
        child.send_signal(signal.SIGTERM)
        self.assertEqual(0, child.wait(timeout=10))

    def test_visitors_who_say_nothing_or_nonsense_disturb_nobody(self):
        child = self.house()
        mute = []
        self.wait_for(lambda: (self.folder / "state").exists(), "it starts")
        for _ in range(8):
            s = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self.addCleanup(s.close)
            s.settimeout(10)
            try:
                s.connect(f"\0hearth-scada-{self.site}")
                mute.append(s)
            except BlockingIOError:
                break
        mute[0].sendall(b"x" * 100_000)
        self.assertIn(b"refused", mute[0].recv(1000))
        for s in mute:
            s.close()
        same = run("reload", self.layout)
        self.assertEqual(0, same.returncode, same)
        child.send_signal(signal.SIGTERM)
        self.assertEqual(0, child.wait(timeout=10))

    def test_a_stopped_program_feeds_no_watchdog(self):
        ear = self.listening()
        child = self.house(NOTIFY_SOCKET=str(self.folder / "notify"))
        ear.recv(4096)
        child.send_signal(signal.SIGSTOP)
        time.sleep(1)
        ear.setblocking(False)
        try:
            while True:
                ear.recv(4096)
        except BlockingIOError:
            pass
        time.sleep(5)
        self.assertRaises(BlockingIOError, ear.recv, 4096)
        child.send_signal(signal.SIGCONT)

    def test_safe_makes_a_house_safe_that_is_not_running_and_leaves_one_alone_that_is(self):
        done = run("safe", self.layout)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn(": safe", done.stdout)
        ear = self.listening()
        self.house(NOTIFY_SOCKET=str(self.folder / "notify"))
        ear.recv(4096)
        self.assertEqual(3, run("safe", self.layout).returncode)

    def test_safe_says_which_actuator_it_could_not_reach(self):
        bench = self.folder / "bench.yaml"
        bench.write_text("site: nobody-there\ntimezone: UTC\n"
                         "buses:\n  pins: { kind: gpio, chip: no-such-chip }\n"
                         "devices:\n  - { id: relay-1, model: gpio-relay, bus: pins, line: 1, "
                         "channels: { state: relay.1 } }\n", encoding="utf-8")
        done = run("safe", bench)
        self.assertEqual(1, done.returncode)
        self.assertIn("relay-1: NOT safe", done.stdout)
        self.assertIn("no-such-chip", done.stderr)
        self.assertEqual(2, run("safe", self.folder / "absent.yaml").returncode)

    def test_import_makes_a_layout_that_check_accepts_and_writes_over_nothing(self):
        theirs = self.folder / "hardware-layout.json"
        theirs.write_text(json.dumps(GRIDWORKS), encoding="utf-8")
        ours = self.folder / "imported.yaml"
        done = run("import", "gridworks", theirs, "--output", ours)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("1 channels carried over", done.stderr)
        self.assertIn("main-temp", done.stderr)
        checked = run("check", ours)
        self.assertEqual(0, checked.returncode, checked.stderr)
        again = run("import", "gridworks", theirs, "--output", ours)
        self.assertEqual(2, again.returncode)
        self.assertIn("exists already", again.stderr)
        for wrong in ("", "{}", "[1,2"):
            theirs.write_text(wrong, encoding="utf-8")
            self.assertEqual(2, run("import", "gridworks", theirs).returncode)
        self.assertEqual(2, run("import", "gridworks", self.folder / "absent").returncode)


if __name__ == "__main__":
    SCADA = sys.argv.pop(1)
    unittest.main()
