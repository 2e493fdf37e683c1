#!/usr/bin/python3
"""The benchmarks, one table: `tools/test.sh --bench`, or `run.py --build DIR` after a build.

Each figure stands beside a peer or a floor that was measured in the same run, because the machine
may be busy: the ratio holds where the figure does not. Nothing here fails for being slow; the
exit code is 1 only if a benchmark could not run. docs/benchmarks.md says what is measured.
"""
import argparse
import contextlib
import os
import pathlib
import shutil
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time

import paho.mqtt.client as mqtt

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "python"))
import hearth_node  # noqa: E402  (found through the line above)

SITE = f"bench-{os.getpid()}"
DEVICES, CHANNELS_EACH = 4, 50
SETTLE_S = 8  # both programs have connected, read everything once and said their first words
TICK_S = 1 / os.sysconf("SC_CLK_TCK")
KIB_PER_MIB = 1024
WINDOWS = (5, 128)  # the link's first and widest: limits::send_window
REPORTS_A_YEAR = 105_120
RELATIVE_MB = 50  # a day of payload of the relative's house, of as many channels


class CouldNotRun(Exception):
    pass


# ---- programs under measurement

def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_for_port(port, process):
    for _ in range(500):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        if process.poll() is not None:
            raise CouldNotRun(f"{process.args[0]} ended at once with {process.returncode}")
        time.sleep(0.02)
    raise CouldNotRun(f"{process.args[0]} does not listen")


@contextlib.contextmanager
def running(command, log, **options):
    """A child that ends with the block, asked first and then killed."""
    options.setdefault("stdout", log)
    process = subprocess.Popen([str(c) for c in command], stderr=log, **options)
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextlib.contextmanager
def mosquitto(work, at_once=True, inflight=20):
    """Without `at_once` as Debian configures it: with Nagle's algorithm, which waits for our
    kernel's delayed ACK, up to 40 ms, whenever something was sent just before. `inflight`: messages a
    client may have unconfirmed, by default mosquitto's own; 0: any number."""
    port = free_port()
    config = work / "mosquitto.conf"
    config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\nuser root\n"
                      f"set_tcp_nodelay {str(at_once).lower()}\nmax_inflight_messages {inflight}\n")
    program = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
    with open(work / "mosquitto.log", "w") as log, running([program, "-c", config], log) as broker:
        wait_for_port(port, broker)
        yield port


class Plant:
    """The Modbus server; what it printed is in `lines`."""

    def __init__(self, work, build):
        self.lines = []
        self.port = free_port()
        self.log = open(work / "plant.log", "w")
        self.command = [build / "tests" / "bench" / "modbus_plant", self.port]

    def __enter__(self):
        self.child = running(self.command, self.log, stdout=subprocess.PIPE, text=True)
        process = self.child.__enter__()
        if process.stdout.readline() != "ready\n":
            raise CouldNotRun("modbus_plant does not listen")
        self.reader = threading.Thread(target=self.read, args=[process.stdout], daemon=True)
        self.reader.start()
        return self

    def __exit__(self, *error):
        self.child.__exit__(*error)
        self.reader.join()
        self.log.close()

    def read(self, stream):
        for line in stream:
            self.lines.append(line.split())

    def wait_for(self, word, count, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = [line for line in self.lines if line[0] == word]
            if len(found) >= count:
                return found
            time.sleep(0.005)
        raise CouldNotRun(f"the plant saw no {word} within {seconds} s")


@contextlib.contextmanager
def scada(build, work, layout):
    command = [build / "scada", "run", layout, "--state", work / "state", "--log-level", "warning"]
    with open(work / "scada.log", "a") as log, running(command, log) as process:
        yield process


# ---- layouts and configurations

def head(site, broker, plant):
    return (f"site: {site}\ntimezone: America/New_York\n"
            f'link: {{ broker: "mqtt://127.0.0.1:{broker}", remote_admin: true }}\n'
            f"buses:\n  plant: {{ kind: modbus-tcp, host: 127.0.0.1, port: {plant}, timeout: 500 ms }}\n"
            "devices:\n")


def meters_layout(work, broker, plant):
    text = head(SITE, broker, plant)
    for d in range(DEVICES):
        numbers = range(d * CHANNELS_EACH, (d + 1) * CHANNELS_EACH)
        text += (f"  - id: meter{d}\n    model: modbus-generic\n    bus: plant\n    address: {d + 1}\n"
                 "    poll: 1 s\n    registers:\n")
        text += "".join(f"      p{n}: {{ table: input, address: {2 * n}, format: f32, unit: W }}\n"
                        for n in numbers)
        text += "    channels:\n"
        text += "".join(f"      p{n}: {{ id: p{n}, report: {{ on_change: 1 W }} }}\n" for n in numbers)
    path = work / "meters.yaml"
    path.write_text(text)
    return path


def relay_layout(work, broker, plant):
    path = work / "relay.yaml"
    path.write_text(head(SITE, broker, plant) +
                    "  - id: relay\n    model: modbus-generic\n    bus: plant\n    address: 1\n"
                    "    registers:\n      state: { table: coil, address: 0, writable: true }\n"
                    "    channels:\n      state: relay\n")
    return path


def collectd_config(work, broker, plant):
    names = [f"p{n}" for n in range(DEVICES * CHANNELS_EACH)]
    data = "".join(f'<Data "{name}">\n RegisterBase {2 * n}\n RegisterType float\n RegisterCmd ReadInput\n'
                   f' Type gauge\n Instance "{name}"\n</Data>\n' for n, name in enumerate(names))
    slaves = ""
    for d in range(DEVICES):
        wanted = "".join(f'  Collect "{n}"\n' for n in names[d * CHANNELS_EACH:(d + 1) * CHANNELS_EACH])
        slaves += f' <Slave {d + 1}>\n  Instance "meter{d}"\n{wanted} </Slave>\n'
    path = work / "collectd.conf"
    path.write_text(f'Hostname "bench"\nFQDNLookup false\nInterval 1\nBaseDir "{work}"\n'
                    f'PIDFile "{work}/collectd.pid"\nLoadPlugin modbus\nLoadPlugin mqtt\n'
                    f'<Plugin modbus>\n{data}<Host "plant">\n Address "127.0.0.1"\n Port "{plant}"\n'
                    f" Interval 1\n{slaves}</Host>\n</Plugin>\n"
                    f'<Plugin mqtt>\n<Publish "broker">\n Host "127.0.0.1"\n Port {broker}\n QoS 1\n'
                    ' Prefix "collectd"\n</Publish>\n</Plugin>\n')
    return path


# ---- measuring

def cpu_s(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * TICK_S


def rss_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / KIB_PER_MIB
    raise CouldNotRun(f"process {pid} is gone")


class PeerCount:
    """Counts what collectd says. Each message is one value."""

    def __init__(self, port):
        self.messages = 0
        self.client = mqtt.Client(client_id="bench-count", protocol=mqtt.MQTTv5)
        self.client.on_connect = lambda client, *_: client.subscribe("collectd/#", 1)
        self.client.on_message = self.count
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()

    def count(self, *_):
        self.messages += 1

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()


def drain_power(node):
    """How many power messages the node has heard since the last call."""
    count = 0
    while not node.heard.empty():
        count += node.heard.get().WhichOneof("body") == "power"
    return count


def steady_load(build, work, seconds):
    """Hearth and collectd at the same time on the same plant and broker."""
    collectd = shutil.which("collectd") or "/usr/sbin/collectd"
    if not pathlib.Path(collectd).exists():
        raise CouldNotRun("collectd is not installed: tools/install_packages.sh tools/packages_bench.txt")
    with contextlib.ExitStack() as stack:
        broker = stack.enter_context(mosquitto(work))
        plant = stack.enter_context(Plant(work, build))
        node = hearth_node.Node("127.0.0.1", broker, SITE)
        stack.callback(node.close)
        peer_count = PeerCount(broker)
        stack.callback(peer_count.close)
        log = stack.enter_context(open(work / "collectd.log", "w"))
        config = collectd_config(work, broker, plant.port)
        programs = [stack.enter_context(scada(build, work, meters_layout(work, broker, plant.port))),
                    stack.enter_context(running([collectd, "-f", "-C", config], log))]
        time.sleep(SETTLE_S)
        drain_power(node)
        said_before = peer_count.messages
        used = [-cpu_s(p.pid) for p in programs]
        began = time.monotonic()
        time.sleep(seconds)
        took = time.monotonic() - began
        used = [u + cpu_s(p.pid) for u, p in zip(used, programs)]
        said = [drain_power(node) / took, (peer_count.messages - said_before) / took]
        memory = [rss_mib(p.pid) for p in programs]
    if not all(said):
        raise CouldNotRun(f"messages/s of scada and collectd: {said}")
    ours, peers = ([100 * u / took, m, s] for u, m, s in zip(used, memory, said))
    return [row("200 channels at 1 Hz: CPU", ours[0], "% core", "<= collectd", "collectd", peers[0]),
            row("200 channels at 1 Hz: RSS", ours[1], "MiB", "<= 20", "collectd", peers[1]),
            row("200 channels at 1 Hz: messages", ours[2], "1/s", "", "collectd", peers[2])]


def percentile(values, p):
    return sorted(values)[min(len(values) - 1, int(len(values) * p / 100))]


def matched(sent, written):
    """ms from each command to the first later coil write with its value, before the next command."""
    out = []
    for i, (value, at) in enumerate(sent):
        until = sent[i + 1][1] if i + 1 < len(sent) else at + 1_000_000_000
        hits = [w for v, w in written if v == value and at <= w < until]
        if hits:
            out.append((hits[0] - at) / 1e6)
    return out


def latency(build, work, commands, at_once=True):
    with mosquitto(work, at_once) as broker, Plant(work, build) as plant:
        with scada(build, work, relay_layout(work, broker, plant.port)):
            done = subprocess.run([str(build / "tests" / "bench" / "command_latency"),
                                   f"tcp://127.0.0.1:{broker}", SITE, str(commands)],
                                  stdout=subprocess.PIPE, text=True, timeout=60 + commands)
            if done.returncode:
                raise CouldNotRun("command_latency found no house")
    said = [line.split() for line in done.stdout.splitlines()]
    sent = [(int(w[1]), int(w[2])) for w in said if w[0] == "sent"]
    echoes = [(int(w[2]) - int(w[1])) / 1e6 for w in said if w[0] == "echo"]
    written = [(int(w[2]), int(w[3])) for w in plant.lines if w[0] == "coil"]
    took = matched(sent, written)
    if not took or not echoes:
        raise CouldNotRun("no command reached the coil")
    # A command that the next one overtook was not carried out: it has no time, and is told apart.
    name = f"command to coil{'' if at_once else ', Nagle'}, {len(took)} of {commands}"
    return [row(f"{name}: p{p}", percentile(took, p), "ms", goal if at_once else "", "Paho echo",
                percentile(echoes, p)) for p, goal in ((50, "< 1"), (99, "< 5"))]


def latency_nagle(build, work, commands):
    return latency(build, work, commands, at_once=False)


def timed(command):
    began = time.monotonic()
    subprocess.run([str(c) for c in command], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - began


def tells_a_reading(message):
    kind = message.WhichOneof("body")
    return kind == "power" or (kind == "snapshot" and any(
        p.quality == hearth_node.pb.QUALITY_GOOD for p in message.snapshot.points))


def first_reading(build, work, runs):
    asked, told, floor = [], [], []
    with mosquitto(work) as broker, Plant(work, build) as plant:
        layout = meters_layout(work, broker, plant.port)
        for n in range(runs):
            floor.append(1000 * timed([build / "scada", "--version"]))
            node = hearth_node.Node("127.0.0.1", broker, SITE)
            began = time.monotonic_ns()
            with contextlib.closing(node), scada(build, work, layout):
                if not any(tells_a_reading(message) for message in node.listen(10)):
                    raise CouldNotRun("the node heard no reading within 10 s")
                told.append((time.monotonic_ns() - began) / 1e6)
                asked.append((int(plant.wait_for("first", n + 1, 10)[n][1]) - began) / 1e6)
    return [row(name, statistics.median(took), "ms", "< 300", "scada --version", statistics.median(floor))
            for name, took in (("start to first Modbus request", asked),
                               ("start to first reading at the node", told))]


def check(build, _work, runs):
    took, floor = [], []
    for _ in range(runs):
        floor.append(timed([build / "scada", "--version"]))
        took.append(timed([build / "scada", "check", ROOT / "layouts" / "maine-house.yaml"]))
    return [row("scada check maine-house.yaml", 1000 * statistics.median(took), "ms", "< 50",
                "scada --version", 1000 * statistics.median(floor))]


def house_tick(build, _work, runs):
    program = [str(build / "tests" / "bench" / "house_tick"), str(ROOT / "layouts" / "maine-house.yaml")]
    seen = []
    for _ in range(runs):
        said = subprocess.run(program, stdout=subprocess.PIPE, text=True, check=True).stdout
        seen.append({word: float(value) for word, value in map(str.split, said.splitlines())})
    of = {word: statistics.median(s[word] for s in seen) for word in seen[0]}
    us = {word: of[word] / 1000 for word in ("tick", "second", "reading", "message")}
    house = f"{of['channels']:.0f} channels"
    return [row(f"{house}, one control tick: CPU", us["tick"], "us", "", "actor message", us["message"]),
            row(f"{house}, one second of all: CPU", us["second"], "us", "", "actor message", us["message"]),
            row(f"{house}, one reading of all: CPU", us["reading"], "us", "", "actor message", us["message"]),
            (f"{house}, virtual time", f"{of['days_per_s']:.2f} days/s", "", "", "")]


def wire_day(build, _work, _runs):
    program = [str(build / "tests" / "bench" / "wire_day"), str(ROOT / "layouts" / "maine-house.yaml"),
               str(ROOT / "layouts" / "samples" / "january-weather.csv")]
    said = subprocess.run(program, stdout=subprocess.PIPE, text=True, check=True).stdout
    kinds = [line.split()[1:] for line in said.splitlines() if line.startswith("kind ")]
    rows, payload_all, wire_all = [], 0, 0
    for kind, messages, payload, wire in kinds:
        payload_all, wire_all = payload_all + int(payload), wire_all + int(wire)
        rows.append(row(f"a day: {kind}, {messages} messages", int(wire) / 1e6, "MB", "", "payload", int(payload) / 1e6))
    return [*rows, row("a day: all payload", payload_all / 1e6, "MB", "<= 2", "relative", RELATIVE_MB),
            row("a day: all with MQTT, TLS, TCP/IP", wire_all / 1e6, "MB", "<= 2", "relative", RELATIVE_MB)]


def journal_cost(build, *arguments):
    done = subprocess.run([str(build / "tests" / "bench" / "journal_cost"), *map(str, arguments)],
                          stdout=subprocess.PIPE, text=True, check=True)
    return {word: float(value) for word, value in map(str.split, done.stdout.splitlines())}


def journal_append(build, work, _amount):
    of = journal_cost(build, "append", work)
    return [row(f"journal, append of {n} x 4 KiB", of[f"append{n}"] / 1000, "ms", "",
                "write + fdatasync", of[f"floor{n}"] / 1000) for n in (1, 32)]


@contextlib.contextmanager
def small_disk(work):
    """An ext4 file system of its own: its folder, and a call for the bytes written to its disk."""
    image, folder = work / "disk.img", work / "disk"
    folder.mkdir()
    with open(image, "wb") as file:
        file.truncate(512 << 20)
    try:
        subprocess.run(["mkfs.ext4", "-q", "-F", "-b", "4096", image], check=True)
        loop = subprocess.run(["losetup", "-f", "--show", image], stdout=subprocess.PIPE, text=True,
                              check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError) as error:
        raise CouldNotRun(f"no loop device: {error}; this one needs root") from error
    stat = pathlib.Path("/sys/block", pathlib.Path(loop).name, "stat")
    try:
        subprocess.run(["mount", "-o", "noatime", loop, folder], check=True)
        yield folder, lambda: 512 * int(stat.read_text().split()[6])
    finally:
        subprocess.run(["umount", folder], check=False)
        subprocess.run(["losetup", "-d", loop], check=True)


def journal_day(build, work, _amount):
    with small_disk(work) as (folder, written):
        journal_cost(build, "paced", folder, 0, 1)  # makes the journal, which a day does not
        subprocess.run(["sync", "-f", folder], check=True)
        before = written()
        dirtied = journal_cost(build, "day", folder)["write_bytes"]
        subprocess.run(["sync", "-f", folder], check=True)
        day = written() - before
    return [row("journal, a day of 86 channels: blocks", day / 1e6, "MB", "<= 30", "/proc/self/io",
                dirtied / 1e6)]


# ---- the drain of a backlog

def status_mib(pid, field):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1]) / KIB_PER_MIB
    raise CouldNotRun(f"process {pid} is gone")


def drain_program(build, *arguments):
    done = subprocess.run([str(build / "tests" / "bench" / "drain"), *map(str, arguments)],
                          stdout=subprocess.PIPE, text=True, check=True)
    return {word: float(value) for word, value in map(str.split, done.stdout.splitlines())}


def house_layout(work, broker):
    """The simulated house, with this site and broker."""
    text = (ROOT / "layouts" / "simulated-house.yaml").read_text()
    shutil.copytree(ROOT / "layouts" / "samples", work / "samples", dirs_exist_ok=True)
    path = work / "house.yaml"
    path.write_text(text.replace("maple-12", SITE, 1).replace("127.0.0.1:1883", f"127.0.0.1:{broker}"))
    return path


def taken_by(memory, boot):
    """How many messages of this boot stand in a node's ledger."""
    with contextlib.suppress(sqlite3.Error), \
            contextlib.closing(sqlite3.connect(f"file:{memory}?mode=ro", uri=True)) as db:
        return db.execute("select count(*) from ledger where boot = ?", (boot,)).fetchone()[0]
    return 0


def drained(seen, wanted, seconds):
    """Messages a second from the first seen to the last wanted."""
    end, began, first = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        count = seen()
        if count and not began:
            began, first = time.monotonic(), count
        if count >= wanted:
            return (count - first) / (time.monotonic() - began)
        time.sleep(0.1)
    raise CouldNotRun(f"{seen()} of {wanted} messages drained in {seconds} s")


def drain_to_atn(build, work, reports, inflight=20):
    """Speed of the drain to a real node, and the house's peak memory in MiB."""
    state, memory = work / "state", work / "atn.db"
    with mosquitto(work, inflight=inflight) as broker, open(work / "atn.log", "w") as log:
        shutil.rmtree(state, ignore_errors=True)
        state.mkdir()
        if reports:
            drain_program(build, "fill", state / f"{SITE}.journal", SITE, reports)
        node = [build / "atn", "--broker", f"mqtt://127.0.0.1:{broker}", "--state", memory, "run",
                "--contracts-per-day", "0"]
        with running(node, log), scada(build, work, house_layout(work, broker)) as house:
            speed = drained(lambda: taken_by(memory, "old"), reports, 120) if reports else time.sleep(SETTLE_S)
            return speed, status_mib(house.pid, "VmHWM")


def drain_to_answer(build, work, reports, inflight):
    """Speed of the drain to a node that only acks, beside a bare publisher at the same broker."""
    state = work / "state"
    shutil.rmtree(state, ignore_errors=True)
    state.mkdir()
    size = drain_program(build, "fill", state / f"{SITE}.journal", SITE, reports)["bytes"]
    with mosquitto(work, inflight=inflight) as broker, open(work / "answer.log", "w") as log:
        uri = f"mqtt://127.0.0.1:{broker}"
        bare = {window: drain_program(build, "bare", uri.replace("mqtt", "tcp"), reports, window, int(size))
                ["per_second"] for window in WINDOWS}
        program = [build / "tests" / "bench" / "drain", "answer", uri, SITE, reports]
        with running(program, log, stdout=subprocess.PIPE, text=True) as node:
            if node.stdout.readline() != "ready\n":
                raise CouldNotRun("drain answer did not start")
            with scada(build, work, house_layout(work, broker)):
                line = node.stdout.readline().split()
    if not line:
        raise CouldNotRun("drain answer did not hear all")
    return float(line[1]), bare, size


def drain(build, work, reports):
    rows = []
    for inflight in (20, 0):
        link, bare, size = drain_to_answer(build, work, reports, inflight)
        node, _ = drain_to_atn(build, work, reports, inflight)
        (work / "atn.db").unlink()
        name = f"drain, {size:.0f}-byte reports, max_inflight {inflight}"
        rows += [row(f"{name}: {to}", speed, "1/s", ">= 0.5 x", f"bare Paho, window {window},", bare[window])
                 for to, speed in (("acked unread", link), ("atn", node)) for window in WINDOWS]
    return rows


def drain_year(build, work, _amount):
    _, idle = drain_to_atn(build, work, 0)
    (work / "atn.db").unlink()
    speed, peak = drain_to_atn(build, work, REPORTS_A_YEAR)
    return [row(f"drain of a year ({REPORTS_A_YEAR} reports, {speed:.0f}/s): peak RSS", peak, "MiB", "<= +8",
                "without a backlog", idle)]


# ---- the table

def row(name, value, unit, goal, beside, beside_value):
    return (name, f"{value:.2f} {unit}", goal, f"{beside} {beside_value:.2f} {unit}",
            f"{value / beside_value:.2f}" if beside_value else "")


def print_table(rows):
    table = [("benchmark", "value", "goal", "peer or floor, same run", "ratio"), *rows]
    widths = [max(len(r[i]) for r in table) for i in range(5)]
    for r in table:
        print("  ".join(cell.ljust(width) for cell, width in zip(r, widths)).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--build", required=True, type=pathlib.Path, help="the folder that was built")
    parser.add_argument("--only", nargs="*",
                        help="steady, latency, nagle, start, check, tick, wire, append, day, drain, year; all if left away")
    parser.add_argument("--seconds", type=float, default=30, help="of the steady load")
    options = parser.parse_args()
    benchmarks = {"steady": (steady_load, options.seconds), "latency": (latency, 300),
                  "nagle": (latency_nagle, 300),
                  "start": (first_reading, 10), "check": (check, 20), "tick": (house_tick, 3),
                  "wire": (wire_day, 1),
                  "append": (journal_append, 1), "day": (journal_day, 1),
                  "drain": (drain, 40_000), "year": (drain_year, 1)}
    rows, failed = [], False
    for name, (benchmark, amount) in benchmarks.items():
        if options.only and name not in options.only:
            continue
        print(f"bench: {name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="hearth-bench-") as work:
            try:
                rows += benchmark(options.build, pathlib.Path(work), amount)
            except (CouldNotRun, OSError, subprocess.SubprocessError) as error:
                print(f"bench: {name} could not run: {error}", file=sys.stderr)
                for log in sorted(pathlib.Path(work).glob("*.log")):
                    print(f"-- {log.name}\n{log.read_text()[-2000:]}", file=sys.stderr)
                failed = True
    print_table(rows)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
