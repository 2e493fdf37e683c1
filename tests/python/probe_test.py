#!/usr/bin/python3
"""scada probe as an installer uses it: exit codes, what is printed, what is proposed, what is never sent.

usage: probe_test.py SCADA
"""

import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

SCADA = ""
SOURCE = pathlib.Path(os.environ.get("HEARTH_SOURCE_DIR", pathlib.Path(__file__).parents[2]))
NOBODY = 65534


def run(*words, **more):
    return subprocess.run([SCADA, *map(str, words)], capture_output=True, text=True, timeout=60, check=False, **more)


def crc(message):
    value = 0xFFFF
    for byte in message:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ 0xA001 if value & 1 else value >> 1
    return struct.pack("<H", value)


class Meter(threading.Thread):
    """An SDM120 as unit 5 at the far end of a serial line. It remembers which functions it was asked for."""

    def __init__(self, answers=True):
        super().__init__(daemon=True)
        self.master, slave = os.openpty()
        self.path = os.ttyname(slave)
        os.close(slave)
        self.answers = answers
        self.functions = set()
        self.ends = False
        self.start()

    def reply_to(self, request):
        unit, function = request[0], request[1]
        self.functions.add(function)
        if unit != 5 or not self.answers:
            return b""
        if function == 4:
            address, count = struct.unpack(">HH", request[2:6])
            registers = bytearray(2 * count)
            for at, value in ((0x0000, 121.5), (0x0046, 60.0)):
                if address <= at < address + count:
                    registers[2 * (at - address):2 * (at - address) + 4] = struct.pack(">f", value)
            return bytes([unit, 4, len(registers)]) + bytes(registers)
        if function == 0x2B:
            return bytes([unit, 0x2B, 0x0E, 1, 1, 0, 0, 1, 0, 7]) + b"Eastron"
        return bytes([unit, function | 0x80, 1])

    def run(self):
        heard = b""
        while not self.ends:
            try:
                heard += os.read(self.master, 256)
            except OSError:  # nobody has the line open
                time.sleep(0.01)
                heard = b""
                continue
            size = 7 if heard[1:2] == b"\x2b" else 8
            if len(heard) >= size:
                reply = self.reply_to(heard[:size]) if crc(heard[:size - 2]) == heard[size - 2:size] else b""
                heard = b""
                if reply:
                    os.write(self.master, reply + crc(reply))


class Probe(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def meter(self, **how):
        meter = Meter(**how)
        self.addCleanup(setattr, meter, "ends", True)
        return meter

    def child(self, *words, **more):
        child = subprocess.Popen(list(map(str, words)), **more)
        self.addCleanup(lambda: (child.kill(), child.wait()))
        return child

    def broker(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        config = self.folder / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n", encoding="utf-8")
        program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.child(program, "-c", config, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as there:
                if there.connect_ex(("127.0.0.1", port)) == 0:
                    return port
            time.sleep(0.05)
        self.fail("mosquitto does not start")
        return 0

    def as_nobody(self):
        """For `run`: another user, who may execute a copy of the program."""
        self.folder.chmod(0o755)
        shutil.copy(SCADA, self.folder / "scada")
        return {"user": NOBODY, "group": NOBODY, "extra_groups": [], "executable": str(self.folder / "scada")}

    def checked(self, layout):
        done = run("check", layout)
        self.assertEqual(0, done.returncode, done.stderr + layout.read_text(encoding="utf-8"))

    def test_wrong_usage_is_2_and_says_what_to_write(self):
        for words in (["modbus-rtu"], ["modbus-rtu", "/dev/x", "--baud", "9601"], ["mqtt"], ["modbus-tcp"],
                      ["modbus-rtu", "/dev/x", "--parity", "evn"], ["mqtt", "127.0.0.1", "--for", "0"], ["canbus"],
                      ["onewire", "--json", "--tsv"], ["onewire", "--output", "x.yaml"], ["modbus-tcp", "h:99999"]):
            done = run("probe", *words)
            self.assertEqual(2, done.returncode, f"{words}: {done.stderr}")
        done = run("probe", "modbus-tcp", "127.0.0.1", "--units", "0-5")
        self.assertEqual(2, done.returncode)
        self.assertIn("write 1-247", done.stderr)
        done = run("probe", "onewire", "--output", self.folder / "x.yaml", "--site", "Oak Street")
        self.assertEqual(2, done.returncode)
        self.assertIn("a-z, 0-9", done.stderr)

    def test_help_has_examples_and_exit_codes(self):
        self.assertIn("Exit codes: 0", run("probe", "--help").stdout)
        for bus in ("gpio", "i2c", "onewire", "modbus-rtu", "modbus-tcp", "mqtt"):
            done = run("probe", bus, "--help")
            self.assertEqual(0, done.returncode)
            self.assertIn("Example: scada probe " + bus, done.stdout)

    def test_without_a_bus_the_machine_s_buses_are_listed_or_missed(self):
        done = run("probe", "--tsv")
        rows = done.stdout.splitlines()
        self.assertEqual("kind\tname\tdetail\tcommand", rows[0])
        self.assertEqual(0 if len(rows) > 1 else 1, done.returncode)
        self.assertEqual(len(rows) - 1, len(json.loads(run("probe", "--json").stdout)))
        if len(rows) == 1:
            self.assertIn("dtparam=i2c_arm=on", done.stderr)

    def test_an_adapter_that_is_not_there_is_1_with_a_list_of_what_to_look_at(self):
        no_adapter = self.folder / "i2c-8"
        no_adapter.touch()
        for device in (self.folder / "i2c-9", no_adapter):
            done = run("probe", "i2c", device)
            self.assertEqual(1, done.returncode)
            for word in ("wiring", "dtparam=i2c_arm=on", "group i2c", "cannot open"):
                self.assertIn(word, done.stderr)
        done = run("probe", "modbus-rtu", self.folder / "ttyUSB9")
        self.assertEqual(1, done.returncode)
        self.assertIn("is the adapter plugged in", done.stderr)
        done = run("probe", "gpio", "no-such-chip")
        self.assertEqual(1, done.returncode)
        self.assertIn("scada probe lists", done.stderr)
        done = run("probe", "onewire", self.folder / "nowhere")
        self.assertEqual(1, done.returncode)
        self.assertIn("dtoverlay=w1-gpio", done.stderr)

    def test_permission_denied_names_the_group(self):
        closed = self.folder / "i2c-1"
        closed.touch()
        closed.chmod(0)
        line = self.meter()
        who = self.as_nobody() if os.getuid() == 0 else {}
        os.chmod(line.path, 0)
        for words, group in ((["i2c", closed], "group i2c"), (["modbus-rtu", line.path], "group dialout")):
            done = run("probe", *words, **who)
            self.assertEqual(1, done.returncode, done.stderr)
            self.assertIn("permission", done.stderr.lower())
            self.assertIn(group, done.stderr)

    def test_onewire_slaves_become_a_layout_that_check_accepts_and_nothing_is_written_over(self):
        slave = self.folder / "w1" / "28-00000a1b2c3d"
        slave.mkdir(parents=True)
        (slave / "w1_slave").write_text("73 01 4b 46 7f ff 0d 10 41 : crc=41 YES\n"
                                        "73 01 4b 46 7f ff 0d 10 41 t=23187\n", encoding="utf-8")
        house = self.folder / "house.yaml"
        words = ["probe", "onewire", slave.parent, "--output", house, "--site", "maple-12"]
        done = run(*words)
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("23.19 °C now", done.stdout)
        self.assertNotIn("\r", done.stderr)
        self.assertIn("1 questions: 1 answers", done.stderr)
        self.assertIn("site: maple-12", house.read_text(encoding="utf-8"))
        self.checked(house)
        done = run(*words)
        self.assertEqual(2, done.returncode)
        self.assertIn("exists already", done.stderr)
        rows = run("probe", "onewire", slave.parent, "--tsv").stdout.splitlines()
        self.assertEqual("where\tsure\twhat\tmodel\tevidence", rows[0])
        self.assertEqual(["28-00000a1b2c3d", "certain", "DS18B20 thermometer", "ds18b20", "23.19 °C now"],
                         rows[1].split("\t"))

    def test_a_meter_on_a_serial_line_is_found_asked_who_it_is_and_only_read(self):
        line = self.meter()
        house = self.folder / "house.yaml"
        done = run("probe", "modbus-rtu", line.path, "--units", "4-6", "--baud", "9600", "--json",
                   "--output", house, "--site", "maple-12")
        self.assertEqual(0, done.returncode, done.stderr)
        found = json.loads(done.stdout)
        self.assertEqual(["unit 5"], [f["where"] for f in found["found"]])
        self.assertEqual(["eastron-sdm120"], found["found"][0]["models"])
        self.assertIn("121.5 V, 60.00 Hz now", found["found"][0]["evidence"])
        self.assertIn("calls itself Eastron", found["found"][0]["evidence"])
        self.assertGreater(found["faults"]["timeout"], 0)
        self.assertIn("parity: even", house.read_text(encoding="utf-8"))
        self.checked(house)
        self.assertEqual({3, 4, 0x2B}, line.functions)

    def test_ctrl_c_ends_it_at_once_and_says_so(self):
        line = self.meter(answers=False)
        child = self.child(SCADA, "probe", "modbus-rtu", line.path, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL,
                           text=True)
        until = time.monotonic() + 10
        while not line.functions and time.monotonic() < until:
            time.sleep(0.05)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=5)
        self.assertEqual(1, child.returncode)
        self.assertIn("ended before its end", said)

    def test_a_bus_that_somebody_holds_is_left_alone(self):
        line = self.meter()
        mine = os.open(line.path, os.O_RDWR | os.O_NOCTTY)
        done = run("probe", "modbus-rtu", line.path)
        os.close(mine)
        self.assertEqual(1, done.returncode)
        self.assertIn(f"(process {os.getpid()})", done.stderr)
        self.assertEqual(set(), line.functions)

    def test_a_bus_that_a_running_house_holds_is_3(self):
        line = self.meter()
        house = self.folder / "house.yaml"
        site = f"probe-{os.getpid()}-{time.monotonic_ns() % 1_000_000}"
        house.write_text(f"site: {site}\ntimezone: UTC\n"
                         f"buses:\n  line: {{ kind: modbus-rtu, port: {line.path} }}\n"
                         "devices:\n  - { id: meter, model: eastron-sdm120, bus: line, address: 5, "
                         "channels: { voltage: volts } }\n", encoding="utf-8")
        self.child(SCADA, "run", house, "--state", self.folder / "state", stderr=subprocess.DEVNULL)
        until = time.monotonic() + 20
        while not line.functions and time.monotonic() < until:
            time.sleep(0.05)
        self.assertIn(4, line.functions)
        done = run("probe", "modbus-rtu", line.path)
        self.assertEqual(3, done.returncode, done.stderr)
        self.assertIn("stop the house first", done.stderr)
        if os.getuid() == 0:
            os.chmod(line.path, 0o666)
            done = run("probe", "modbus-rtu", line.path, **self.as_nobody())
            self.assertEqual(3, done.returncode, done.stderr)
            self.assertIn("may be in use by scada", done.stderr)

    def test_a_modbus_tcp_server_that_is_not_ours_is_recognised(self):
        peer = self.child("/usr/bin/python3", "-B", SOURCE / "tests/support/modbus_peer.py", "0",
                          "input:0x0000=17254,6554", "input:0x0046=16968,0", stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, text=True)
        port = int(peer.stdout.readline())
        house = self.folder / "house.yaml"
        done = run("probe", "modbus-tcp", f"127.0.0.1:{port}", "--units", "1-3", "--output", house, "--site", "maple-12")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("SDM120", done.stdout)
        self.assertIn("does not look at the unit", done.stderr)
        self.checked(house)
        peer.kill()
        peer.communicate(timeout=10)
        done = run("probe", "modbus-tcp", f"127.0.0.1:{port}")
        self.assertEqual(1, done.returncode)
        self.assertIn("Modbus TCP is switched on", done.stderr)

    def test_devices_of_a_broker_are_listed_and_nothing_is_published_unless_asked(self):
        port = self.broker()
        for topic, payload in (("shellyplus1pm-a8/online", "true"),
                               ("shellyplus1pm-a8/status/switch:0", '{"id":0,"apower":1.5}'),
                               ("attic/fan", "7")):
            subprocess.run(["mosquitto_pub", "-p", str(port), "-r", "-t", topic, "-m", payload], check=True)
        ear = self.child("mosquitto_sub", "-p", port, "-v", "-R", "-t", "#", stdout=subprocess.PIPE, text=True)
        house = self.folder / "house.yaml"
        done = run("probe", "mqtt", f"127.0.0.1:{port}", "--for", "2", "--output", house, "--site", "maple-12")
        self.assertEqual(0, done.returncode, done.stderr)
        self.assertIn("Shelly Plus or Pro", done.stdout)
        self.assertIn("3 messages heard", done.stderr)
        self.assertIn("1 topics, such as attic/fan", done.stdout)
        self.assertIn("model: shelly-relay", house.read_text(encoding="utf-8"))
        self.checked(house)
        done = run("probe", "mqtt", f"mqtt://127.0.0.1:{port}", "--for", "1", "--ask", "--json")
        self.assertEqual(0, done.returncode, done.stderr)
        subprocess.run(["mosquitto_pub", "-p", str(port), "-t", "the", "-m", "end"], check=True)
        heard = []
        while not heard or heard[-1] != "the end":
            heard.append(ear.stdout.readline().strip())
        self.assertEqual(["shellies/command announce", "the end"], heard)
        ear.stdout.close()

    def test_a_broker_that_is_not_there_is_1(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            done = run("probe", "mqtt", f"127.0.0.1:{taken.getsockname()[1]}")
        self.assertEqual(1, done.returncode)
        self.assertIn("the broker's address", done.stderr)
        self.assertEqual(2, run("probe", "mqtt", "http://127.0.0.1").returncode)


if __name__ == "__main__":
    SCADA = sys.argv.pop(1)
    unittest.main()
