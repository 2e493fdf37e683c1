"""What a test of whole processes stands on: a clock, children that never outlive it, a broker,
Modbus servers that are not ours, one house with its layout, and an ear on the wire."""

import ctypes
import os
import pathlib
import signal
import socket
import struct
import subprocess
import threading
import time
from datetime import datetime

import hearth_node as hearth
from lived_time import lived

pb = hearth.pb
TESTS = pathlib.Path(__file__).resolve().parents[1]
PATIENCE = 20  # seconds for what should happen at once, on the busiest machine


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def wait_until(true, seconds=PATIENCE, what="it"):
    end = lived() + seconds
    while not (found := true()):
        if lived() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.01)
    return found


class Clock:
    """House time: the time of the day, or one that starts where told and runs faster."""

    def __init__(self, start=None, speed=1):
        self.start, self.speed = start, speed
        self.anchor_ms = int(time.time() * 1000)
        hearth.now_ms = self.now_ms  # the node in Python lives in the same time

    def now_ms(self):
        passed = time.time() * 1000 - self.anchor_ms
        if self.start is None:
            return int(self.anchor_ms + passed)
        begin = datetime.fromisoformat(self.start.replace("Z", "+00:00")).timestamp() * 1000
        return int(begin + passed * self.speed)

    def at_ms(self, monotonic_ns):
        """House time at that time of the monotonic clock."""
        return self.now_ms() - (time.monotonic_ns() - monotonic_ns) / 1e6 * self.speed

    def options(self):
        if self.start is None:
            return []
        return ["--clock-start", self.start, "--clock-anchor", str(self.anchor_ms),
                "--speed", str(self.speed)]


def die_with_parent():
    ctypes.CDLL(None).prctl(1, signal.SIGKILL)


class Child:
    """A process that ends with the test, however the test ends."""

    def __init__(self, test, command, **options):
        self.process = subprocess.Popen(command, preexec_fn=die_with_parent, **options)
        self.pid = self.process.pid
        test.addCleanup(self.kill)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe and not pipe.closed:
                try:
                    pipe.close()
                except BrokenPipeError:
                    pass

    def signal(self, number):
        self.process.send_signal(number)


class Broker:
    """A real mosquitto whose port stays the same while it comes and goes."""

    def __init__(self, test, folder, extra="allow_anonymous true\n"):
        self.test, self.port, self.child = test, free_port(), None
        self.config = pathlib.Path(folder) / "mosquitto.conf"
        self.config.write_text(f"listener {self.port} 127.0.0.1\npersistence false\nuser root\n" + extra)

    def start(self):
        program = "/usr/sbin/mosquitto" if os.path.exists("/usr/sbin/mosquitto") else "mosquitto"
        self.child = Child(self.test, [program, "-c", str(self.config)],
                           stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until(self.answers, what="mosquitto")
        return self

    def answers(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.child.kill()


class Relays:
    """The libmodbus relay board. `writes` holds (coil, value, monotonic nanoseconds)."""

    def __init__(self, test, program):
        self.writes, self.coils, self.on_write = [], {}, None
        self.child = Child(test, [program, "0"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.child.process.stdout.readline())
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        test.addCleanup(self.reader.join, 5)
        test.addCleanup(self.child.process.kill)

    def read(self):
        for line in self.child.process.stdout:
            coil, value, at = (int(word) for word in line.split())
            changed = self.coils.get(coil) != value
            self.coils[coil] = value
            self.writes.append((coil, value, at))
            if changed and self.on_write:
                self.on_write(coil, value)

    def closed(self, coil=0):
        return self.coils.get(coil) == 1

    def opened(self, coil=0):
        return self.coils.get(coil) == 0

    def first(self, coil, value, since=0):
        """When the coil was first written so after `since`; None if it was not."""
        return next((at for c, v, at in self.writes if (c, v) == (coil, value) and at >= since), None)


class Registers:
    """The pymodbus server; it may die and come back on the same port."""

    def __init__(self, test, *registers):
        self.test, self.registers, self.port = test, dict(r.split("=") for r in registers), 0
        self.start()

    def start(self):
        command = ["/usr/bin/python3", "-B", str(TESTS / "support" / "modbus_peer.py"), str(self.port)]
        self.child = Child(self.test, command + [f"{k}={v}" for k, v in self.registers.items()],
                           stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.child.process.stdout.readline())

    def kill(self):
        self.child.kill()

    def set(self, place, values):
        self.registers[place] = values
        self.child.process.stdin.write(f"{place}={values}\n")
        self.child.process.stdin.flush()

    def set_float(self, place, value):
        self.set(place, "{},{}".format(*struct.unpack(">HH", struct.pack(">f", value))))


class Ear:
    """A node in Python that remembers all it has heard; it acknowledges like any node."""

    def __init__(self, test, port, site):
        self.node = hearth.Node("127.0.0.1", port, site)
        self.site, self.messages = site, []
        test.addCleanup(self.node.close)

    def all(self, kind):
        while not self.node.heard.empty():
            self.messages.append(self.node.heard.get())
        return [m for m in self.messages if m.WhichOneof("body") == kind]

    def expect(self, kind, where=lambda body: True, seconds=PATIENCE, after=0):
        """The first message of this kind, `after` so many, whose body is so."""
        def found():
            fitting = [m for m in self.all(kind)[after:] if where(getattr(m, kind))]
            return fitting[:1]
        try:
            return getattr(wait_until(found, seconds)[0], kind)
        except AssertionError:
            heard = [str(getattr(m, kind)).replace("\n", " ") for m in self.all(kind)][-10:]
            raise AssertionError(f"no such {kind} within {seconds} s; heard {heard}") from None

    def event(self, kind, subject=None, seconds=PATIENCE):
        return self.expect("event", lambda e: e.kind == kind and subject in (None, e.subject), seconds)

    def contract(self, name, status, seconds=PATIENCE):
        number = pb.ContractStatus.Value("CONTRACT_STATUS_" + status.upper())
        return self.expect("contract_report", lambda r: (r.contract_id, r.status) == (name, number), seconds)

    def state(self, authority, seconds=PATIENCE, after=0):
        number = pb.Authority.Value("AUTHORITY_" + authority.upper())
        return self.expect("state", lambda s: s.in_charge == number, seconds, after)

    def outcome(self, request_id):
        return self.expect("outcome", lambda o: o.request_id == request_id)

    def publish(self, kind, payload, site=None):
        """Any bytes on a downstream topic."""
        topic = f"hearth/v1/{site or self.site}/down/{kind}"
        self.node.client.publish(topic, payload, qos=1).wait_for_publish(10)


LAYOUT = """\
site: {site}
timezone: America/New_York
link: {{ broker: "{broker}", remote_admin: {remote_admin}{keys} }}

buses:
  meters: {{ kind: modbus-tcp, port: {meter} }}
  relays: {{ kind: modbus-tcp, port: {relays}, timeout: {relay_timeout} }}
  sensors: {{ kind: modbus-tcp, port: {sensors} }}

devices:
  - {{ id: hp-meter, model: eastron-sdm120, bus: meters, address: 1, poll: 1 s,
      channels: {{ power: {{ id: hp.power, max_age: {max_age} }} }} }}
  - id: relay
    model: modbus-generic
    bus: relays
    address: 1
    poll: 1 s
    registers: {{ enable: {{ table: coil, address: 0, writable: true }} }}
    channels: {{ enable: {{ id: hp.enable, max_age: {max_age} }} }}
  - id: thermometers
    model: modbus-generic
    bus: sensors
    address: 1
    poll: 1 s
    registers:
      top: {{ table: holding, address: 0, format: s16, scale: 0.1, unit: °C }}
      bottom: {{ table: holding, address: 1, format: s16, scale: 0.1, unit: °C }}
      living: {{ table: holding, address: 2, format: s16, scale: 0.1, unit: °C }}
    channels:
      top: {{ id: tank.top, max_age: {max_age} }}
      bottom: {{ id: tank.bottom, max_age: {max_age} }}
      living: {{ id: living.temp, max_age: {max_age} }}

plant:
  heat_pump: {{ enable: hp.enable, power: hp.power, max_power: 9.7 kW, min_on: 2 s, min_off: 2 s,
               starts_per_hour: 60 }}
  store: {{ volume: 454 L, layers: [tank.top, tank.bottom], max: 77 °C }}
  zones: [ {{ id: living, temperature: living.temp, setpoint: 20 °C, critical: true }} ]

tariff: {{ energy: from-node, distribution: 50 USD/MWh }}
"""


class House:
    """One house with warm tanks, whose heat pump draws `draw_w` while its relay is closed."""

    draw_w = 4000

    def __init__(self, test, programs, clock, folder, broker_uri, **options):
        self.test, self.programs, self.clock, self.folder = test, programs, clock, pathlib.Path(folder)
        self.site = options.pop("site")
        self.relays = Relays(test, programs.relay_server)
        self.meter = Registers(test, "input:12=0,0")
        self.sensors = Registers(test, "holding:0=600", "holding:1=500", "holding:2=205")
        self.relays.on_write = lambda coil, value: self.draw(self.draw_w if value else 0)
        self.layout = self.folder / "house.yaml"
        words = {"remote_admin": "true", "keys": "", "relay_timeout": "500 ms", "max_age": "30 s", **options}
        self.layout.write_text(LAYOUT.format(
            site=self.site, broker=broker_uri, meter=self.meter.port, relays=self.relays.port,
            sensors=self.sensors.port, **words))
        self.log, self.state = self.folder / "scada.log", self.folder / "state"
        self.child = None

    def command(self):
        # A bench warms and cools its tanks at will, which no plan expects.
        return [self.programs.scada, "run", str(self.layout), "--state", str(self.state), "--no-plan",
                *self.clock.options()]

    def start(self):
        with self.log.open("ab") as log:
            self.child = Child(self.test, self.command(), stdout=log, stderr=log)
        return self

    def draw(self, watts):
        try:
            self.meter.set_float("input:12", watts)
        except (OSError, ValueError):
            pass  # the meter is dead just now; it comes back with what it last knew

    def cool_down(self):
        """The tank falls under what local control keeps: it wants to heat."""
        self.sensors.set("holding:0", "400")

    def warm_up(self):
        self.sensors.set("holding:0", "600")

    def said(self, text):
        return text in self.log.read_text()

    def stop(self, number=signal.SIGTERM):
        """Ends it by signal; how long that took, and its exit code."""
        began = lived()
        self.child.signal(number)
        code = self.child.process.wait(timeout=30)
        return lived() - began, code
