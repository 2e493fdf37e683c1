#!/usr/bin/python3
"""scada for the Pi, on Debian's arm64 kernel in a virtual machine: what the kernel saw of each relay, and when.

Usage: pi_test.py KERNEL INITRD ATN      (run.sh makes and finds them)

The house runs in the guest on gpio-sim, on an I2C adapter with the chips of a plant room and on a 1-wire tree; the
broker and `atn` run here. What moved is asserted on the kernel's side: gpio-sim's value files, the gpio events of the
kernel's trace, the latches of the relay board in its module.
"""

import json
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import unittest

KERNEL, INITRD, ATN = "", "", ""
SITE = "pi-vm"
BEGUN = time.monotonic()


def say(text):
    print(f"{time.monotonic() - BEGUN:7.2f} s  {text}", flush=True)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Guest:
    """The virtual machine, and a shell in it."""

    def __init__(self, folder, broker):
        self.shell_port = free_port()
        self.log_file = pathlib.Path(folder) / "console.log"
        own = pathlib.Path(folder) / "own"
        own.mkdir()
        (own / "forward").write_text(f"#!/bin/sh\nexec nc 10.0.2.2 {broker}\n")
        (own / "forward").chmod(0o755)
        initrd = pathlib.Path(folder) / "initrd"
        small = subprocess.run(["cpio", "-o", "-H", "newc", "--quiet"], input=b"forward\n", cwd=own,
                               capture_output=True, check=True).stdout
        # The kernel unpacks one archive after the other.
        initrd.write_bytes(pathlib.Path(INITRD).read_bytes() + small)
        self.console = open(self.log_file, "wb")
        self.process = subprocess.Popen(
            ["qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a72", "-smp", "1", "-m", "512", "-nographic",
             "-no-reboot", "-kernel", KERNEL, "-initrd", str(initrd), "-append", "console=ttyAMA0 quiet panic=-1",
             "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{self.shell_port}-10.0.2.15:2323",
             "-device", "virtio-net-device,netdev=net"],
            stdin=subprocess.DEVNULL, stdout=self.console, stderr=subprocess.STDOUT)
        self.until(lambda: "PI ready" in self.log(), 60, "the guest boots")
        say(re.search(r"PI ready.*", self.log())[0])
        self.until(self.answers, 20, "the guest's shell answers")

    def log(self):
        return self.log_file.read_text(errors="replace")

    def answers(self):
        try:
            return self.run("echo here", 5) == "here"
        except OSError:
            return False

    def run(self, command, patience=30):
        """What a shell in the guest prints."""
        with socket.create_connection(("127.0.0.1", self.shell_port), patience) as s:
            s.settimeout(patience)
            s.sendall((command + "\necho; echo END-OF-IT\nexit\n").encode())
            got = b""
            while b"END-OF-IT" not in got:
                part = s.recv(65536)
                if not part:
                    break
                got += part
        return got.decode(errors="replace").replace("END-OF-IT", "").strip()

    def until(self, what, patience, words):
        end = time.monotonic() + patience
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise AssertionError(f"the guest has ended; {self.log()[-2000:]}")
            if what():
                return
            time.sleep(0.1)
        raise AssertionError(f"{words}: not within {patience} s\n{self.log()[-1500:]}")

    # ---- what the kernel knows

    def line(self, number):
        return int(self.run(f"cat /lines/sim_gpio{number}/value"))

    def board(self, name):
        return int(self.run(f"cat /sys/module/plant_room_i2c/parameters/{name}"))

    def set(self, name, value):
        self.run(f"echo {value} > /sys/module/plant_room_i2c/parameters/{name}")

    def gpio_events(self):
        """Each time that a line was set, or its direction: (seconds since boot, line offset, what)."""
        return [(float(at), what.strip()) for at, what in
                re.findall(r" ([0-9]+\.[0-9]+): gpio_(\S+: .*)", self.run("cat /sys/kernel/tracing/trace"))]

    def forget_gpio_events(self):
        self.run("echo > /sys/kernel/tracing/trace")

    def end(self):
        self.process.kill()
        self.process.wait()
        self.console.close()


class Pi(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="hearth-pi-")
        cls.addClassCleanup(shutil.rmtree, cls.folder, True)
        cls.port = free_port()
        config = pathlib.Path(cls.folder) / "mosquitto.conf"
        config.write_text(f"listener {cls.port} 127.0.0.1\nallow_anonymous true\n")
        cls.broker = subprocess.Popen(["mosquitto", "-c", str(config)], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        cls.addClassCleanup(lambda: (cls.broker.kill(), cls.broker.wait()))
        # Who listens and acknowledges; a Pi that nobody tells the time does not date what it says.
        cls.node = subprocess.Popen([ATN, "--broker", f"mqtt://127.0.0.1:{cls.port}", "--state",
                                     str(pathlib.Path(cls.folder) / "node.db"), "run", "--contracts-per-day", "0"],
                                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        cls.addClassCleanup(lambda: (cls.node.kill(), cls.node.wait()))
        cls.guest = Guest(cls.folder, cls.port)
        cls.addClassCleanup(cls.guest.end)
        cls.guest.run(f"date -s @{int(time.time())}")
        cls.warm("28-00000a1b2c3d", 21.5)
        cls.start()

    @classmethod
    def start(cls):
        cls.guest.run("setsid scada run /house.yaml --state /var/lib/hearth > /scada.log 2>&1 &")

    @classmethod
    def warm(cls, slave, degrees):
        raw = int(degrees * 1000)
        text = f"58 01 4b 46 7f ff 0c 10 00 : crc=00 YES\\n58 01 4b 46 7f ff 0c 10 00 t={raw}\\n"
        cls.guest.run(f"printf '{text}' > /w1/{slave}/w1_slave")

    def atn(self, *words):
        return subprocess.run([ATN, "--broker", f"mqtt://127.0.0.1:{self.port}", "--state",
                               str(pathlib.Path(self.folder) / "atn.db"), "send", "--timeout", "20 s", SITE, *words],
                              capture_output=True, text=True, timeout=60, check=False)

    def hold(self, channel, value, lease="5 min"):
        done = self.atn("request", "hold", channel, value, "--rank", "admin", "--lease", lease)
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def release(self):
        done = self.atn("request", "release", "--rank", "admin")
        self.assertEqual(0, done.returncode, done.stdout + done.stderr)

    def log(self):
        return self.guest.run("cat /scada.log")

    def value(self, channel):
        """As the node on this machine knows it; nothing while it is not good."""
        shown = subprocess.run([ATN, "--state", str(pathlib.Path(self.folder) / "node.db"), "show", "--json", SITE],
                               capture_output=True, text=True, timeout=60, check=False).stdout
        if not shown:
            return None  # the node has not heard of the house yet
        for known in json.loads(shown)["memory"].get("channels", []):
            if known["channel"] == channel and known["quality"] == "good":
                return known["value"]
        return None

    def is_about(self, channel, wanted, words):
        def is_so():
            # Small changes would wait for their report; whoever asks is told at once.
            self.atn("query", "snapshot")
            is_now = self.value(channel)
            return is_now is not None and abs(is_now - wanted) < 0.2

        try:
            self.guest.until(is_so, 90, words)
        except AssertionError:
            say(f"{channel}: {self.value(channel)} instead of {wanted}")
            raise
        say(f"{channel}: {self.value(channel)}")

    def test_1_at_the_start_each_relay_is_in_its_fail_safe_state_and_none_glitched(self):
        g = self.guest
        g.until(lambda: g.line(4) == 1, 30, "relay 2, closed when safe, closes")
        say(f"relay lines after the start: {g.line(3)} {g.line(4)}; the board's latches: {g.board('latches'):04x}")
        self.assertEqual(1, g.line(3), "active low and open: high")
        self.assertEqual(0xFFFF, g.board("latches"))
        self.assertEqual(0, g.board("changes"), "no relay of the board has moved")
        events = g.gpio_events()
        for at, what in events:
            say(f"  kernel {at:.3f}: gpio_{what}")
        values = [what for _, what in events if what.startswith("value") and " set " in what]
        self.assertLessEqual(len(values), 4, "each relay line was set at most once")

    def test_2_a_hold_moves_the_right_line_and_a_release_lets_it_go(self):
        g = self.guest
        g.until(lambda: self.atn("query", "snapshot").returncode == 0, 60, "the house hears the node")
        g.forget_gpio_events()
        self.hold("relay.1", "on")
        g.until(lambda: g.line(3) == 0, 10, "relay 1 closes")
        self.assertEqual(1, g.line(4))
        self.hold("board.16", "on")
        g.until(lambda: g.board("latches") == 0x7FFF, 10, "relay 16 of the board closes")
        self.hold("board.1", "on")
        g.until(lambda: g.board("latches") == 0x7FFE, 10, "relay 1 of the board closes, and 16 stays")
        self.assertEqual(2, g.board("changes"), "each command moved one relay once")
        self.hold("pump.speed", "7.5 V")
        g.until(lambda: g.board("out0") == 3071, 10, "the output goes to 7.5 V")
        self.assertEqual(0x11, g.board("range"))
        self.release()
        g.until(lambda: g.line(3) == 1 and g.board("latches") == 0xFFFF and g.board("out0") == 0, 60,
                "what nobody holds becomes safe")
        for at, what in g.gpio_events():
            say(f"  kernel {at:.3f}: gpio_{what}")
        say(f"the board's latches moved {g.board('changes')} times")

    def test_3_sensors_are_read_and_their_faults_are_faults(self):
        g = self.guest
        g.set("ain3", 5217)
        self.is_about("tank.bottom", 60, "60 °C at the tank's bottom")
        self.is_about("tank.top", 25, "25 °C at its top")
        self.is_about("wire.temp", 21.5, "21.5 °C on the wire")
        g.set("ain0", 32767)
        g.until(lambda: "out-of-range" in self.log(), 60, "a cut cable is told")
        g.set("ain0", 13200)
        g.run("echo pull-up > /lines/sim_gpio5/pull")
        self.is_about("contact", 1, "the contact closes")

    def test_4_a_bus_that_is_lost_and_back(self):
        g = self.guest
        self.hold("board.2", "on")
        g.until(lambda: g.board("latches") == 0xFFFD, 10, "relay 2 of the board closes")
        g.set("present_board", "N")
        g.until(lambda: "board" in self.log() and "no-such-device" in self.log(), 60, "the lost board is told")
        g.set("lose_power", "1")
        g.set("present_board", "Y")
        began = time.monotonic()
        g.until(lambda: g.board("latches") == 0xFFFD, 60, "the board that came back gets its relay again")
        say(f"a board without power for a while has its relay again after {time.monotonic() - began:.1f} s")
        self.release()
        g.until(lambda: g.board("latches") == 0xFFFF, 60, "and lets it go")

    def test_5_after_kill_9_nothing_stays_as_it_was(self):
        g = self.guest
        self.hold("relay.1", "on", lease="1 h")
        g.until(lambda: g.line(3) == 0, 10, "relay 1 closes")
        g.run("kill -9 $(pidof scada)")
        say("scada was killed")
        answer = g.run("scada safe /house.yaml; echo code $?")
        say(answer.replace("\n", "; "))
        self.assertIn("code 0", answer)
        self.assertEqual(0xFFFF, g.board("latches"))
        g.forget_gpio_events()
        self.start()
        g.until(lambda: g.line(3) == 1 and g.line(4) == 1, 30, "the next start makes safe")
        for at, what in g.gpio_events():
            say(f"  kernel {at:.3f}: gpio_{what}")

    def test_6_pulses_at_500_hz_are_all_counted_and_outlive_the_program(self):
        g = self.guest
        self.is_about("flow.volume", 0, "nothing was counted yet")
        said = g.run("pulses /lines/sim_gpio6/pull 10000 500", 60)
        say(said)
        self.is_about("flow.volume", 10000, "10,000 pulses of one a litre, none lost, none twice")
        # What bounces for less than 20 ms is one pulse.
        g.run("for i in 1 2 3; do pulses /lines/sim_gpio7/pull 20 400; echo pull-up > /lines/sim_gpio7/pull; sleep 0.2; "
              "echo pull-down > /lines/sim_gpio7/pull; sleep 0.2; done", 60)
        self.is_about("meter.total", 3, "three contacts that bounced twenty times each")
        g.run("kill -9 $(pidof scada)")
        self.start()
        g.until(lambda: g.line(4) == 1, 30, "it runs again")
        time.sleep(3)
        say(g.run("pulses /lines/sim_gpio6/pull 500 500", 60))
        self.is_about("flow.volume", 10500, "the former total and 500 more")
        self.is_about("meter.total", 3, "the former total")

    def test_7_sg_ready_goes_from_state_to_state_by_safe_steps(self):
        g = self.guest
        self.assertEqual((0, 0), (g.line(0), g.line(1)))
        g.forget_gpio_events()
        self.hold("sg.state", "4 count")
        g.until(lambda: (g.line(0), g.line(1)) == (1, 1), 10, "told to start")
        self.hold("sg.state", "1 count")
        g.until(lambda: (g.line(0), g.line(1)) == (1, 0), 10, "locked")
        self.release()
        g.until(lambda: (g.line(0), g.line(1)) == (0, 0), 60, "normal again")
        for at, what in g.gpio_events():
            say(f"  kernel {at:.3f}: gpio_{what}")

    def test_8_a_new_layout_moves_no_relay_that_it_leaves_as_it_was(self):
        g = self.guest
        self.hold("relay.1", "on")
        self.hold("board.2", "on")
        g.until(lambda: g.line(3) == 0 and g.board("latches") == 0xFFFD, 10, "two relays close")
        changes = g.board("changes")
        g.forget_gpio_events()
        # Another device ahead of all: every channel has another place. The contact is read otherwise.
        g.run("cp /house.yaml /house.first")
        g.run("sed -i 's|^devices:|devices:\\n  - { id: spare, model: gpio-input, bus: pins, line: 2, channels: { state: spare } }|; "
              "s|id: contact, model: gpio-input, bus: pins, line: 5,|& active: low,|' /house.yaml")
        say(g.run("scada reload /house.yaml; echo code $?"))
        self.is_about("contact", 0, "the contact is now active low")
        self.is_about("spare", 0, "the new input is read")
        self.assertEqual((0, 1), (g.line(3), g.line(4)))
        self.assertEqual(0xFFFD, g.board("latches"))
        self.assertEqual(changes, g.board("changes"), "no relay of the board moved")
        sets = set(re.findall(r"gpio_value: (\d+) set (\d)", g.run("cat /sys/kernel/tracing/trace")))
        say(f"lines set while the layout changed, and to what: {sorted(sets)}")
        by_line = {}
        for line, value in sets:
            by_line.setdefault(line, set()).add(value)
        self.assertTrue(all(len(values) == 1 for values in by_line.values()), "each line was told what it was already")
        g.run("echo nonsense >> /house.yaml; kill -HUP $(pidof scada)")
        g.until(lambda: "layout-refused" in self.log(), 20, "a wrong file is refused")
        self.assertEqual(0, g.line(3))
        changed = self.log().count("layout-changed")
        g.run("cp /house.first /house.yaml; kill -HUP $(pidof scada)")
        g.until(lambda: self.log().count("layout-changed") > changed, 20, "the first layout is back")
        # Its link begins anew, and what is said meanwhile is not heard.
        g.until(lambda: self.atn("request", "release", "--rank", "admin").returncode == 0, 60, "the release is heard")
        g.until(lambda: g.line(3) == 1 and g.board("latches") == 0xFFFF, 60, "and lets go")

    def test_9_it_ends_in_good_order_and_small(self):
        g = self.guest
        time.sleep(5)
        rss = g.run("grep VmRSS /proc/$(pidof scada)/status")
        say(f"memory: {rss}")
        began = time.monotonic()
        g.forget_gpio_events()
        g.run("kill $(pidof scada)")
        g.until(lambda: g.run("pidof scada || echo gone").strip() == "gone", 10, "scada ends")
        say(f"ended {time.monotonic() - began:.1f} s after SIGTERM")
        # A line that nobody holds shows what gpio-sim pulls it to, so the kernel's record counts.
        sets = re.findall(r"gpio_value: (\d+) set (\d)", g.run("cat /sys/kernel/tracing/trace"))
        # Two relays, and the two contacts of SG-Ready.
        self.assertEqual(4, len({line for line, _ in sets}), "each relay line is made safe")
        by_line = {int(line) % 8: value for line, value in sets}
        say(f"lines set at the end: {by_line}")

    def test_9z_the_probe_finds_what_is_there_and_moves_nothing(self):
        g = self.guest
        self.assertEqual("gone", g.run("pidof scada || echo gone"), "the house has ended")
        changes = g.board("changes")
        g.forget_gpio_events()
        chips = g.run("scada probe i2c /dev/i2c-0 2>&1; echo code $?", 60)
        lines = g.run("scada probe gpio plant-room 2>&1; echo code $?", 60)
        wire = g.run("scada probe onewire /w1 2>&1; echo code $?", 60)
        for text in (chips, lines, wire):
            say(text.replace("\n", "\n           "))
            self.assertIn("code 0", text)
        # The converter's settings are those of the house that ran, which a probe takes for nothing it knows.
        for chip in ("0x20", "PCF8575", "0x48"):
            self.assertIn(chip, chips)
        self.assertIn("28-00000a1b2c3d", wire)
        self.assertEqual(changes, g.board("changes"), "no relay of the board moved")
        self.assertEqual([], [what for _, what in g.gpio_events() if " set " in what])


if __name__ == "__main__":
    KERNEL, INITRD, ATN = sys.argv[1:4]
    unittest.main(argv=sys.argv[:1] + sys.argv[4:], verbosity=2)
