#!/usr/bin/python3
"""A house, a broker and a node for half an hour of bad luck, then the books.

  soak.py SCADA ATN [--minutes 30] [--seed N] [--speed 60] [--keep FOLDER]

Everything runs in a network namespace of its own (root only; without one the network keeps its
manners, which is said aloud). By lot, from the seed: the broker is restarted or killed, the
network loses packets or is cut, one of the three is frozen (SIGSTOP), scada and atn are killed
with SIGKILL and started again. House time runs faster, so that half an hour holds a day's reports.

In the end the network is good again, the house empties its journal, and three witnesses are asked:
`atn audit`, the node's ledger read with plain SQL, and what an ear at the broker overheard.
Exit 0: no gaps, nothing applied twice, everything overheard has its one line in the ledger.
"""
import argparse
import collections
import json
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

import house_bench as bench
import hearth_node as hearth

SITE = f"soak-{os.getpid()}"
START = "2020-01-15T05:00:00Z"


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


class Namespace:
    """Loopback of our own, so that its packets may be lost and nobody else's are."""

    def __init__(self):
        self.name = f"hearth-soak-{os.getpid()}"
        self.there = False
        missing = [tool for tool in ("ip", "nft") if not shutil.which(tool)]
        if os.geteuid() != 0 or missing:
            return say(f"SKIPPED: packet loss and partitions (needs root{', ' + ', '.join(missing) if missing else ''})")
        if subprocess.run(["ip", "netns", "add", self.name], capture_output=True, check=False).returncode:
            return say("SKIPPED: packet loss and partitions (no network namespaces here)")
        self.there = True
        self.run("ip", "link", "set", "lo", "up")
        self.run("nft", "add", "table", "ip", "bad")
        self.run("nft", "add", "chain", "ip", "bad", "in", "{ type filter hook input priority 0; }")

    def run(self, *command):
        subprocess.run([*self.prefix(), *command], check=True, capture_output=True)

    def prefix(self):
        return ["ip", "netns", "exec", self.name] if self.there else []

    def lose(self, per_cent):
        """Drops so many packets in a hundred; 100 is a partition, 0 a good network."""
        if not self.there:
            return
        self.run("nft", "flush", "chain", "ip", "bad", "in")
        if per_cent:
            some = ["numgen", "random", "mod", "100", "<", str(per_cent)] if per_cent < 100 else []
            self.run("nft", "add", "rule", "ip", "bad", "in", *some, "drop")

    def remove(self):
        if self.there:
            subprocess.run(["ip", "netns", "del", self.name], check=False)


class Program:
    """A process of the soak that may be killed, frozen and started again."""

    def __init__(self, name, command, log):
        self.name, self.command, self.log, self.starts, self.process = name, command, log, 0, None

    def start(self):
        self.starts += 1
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                                            preexec_fn=bench.die_with_parent)

    def end(self, number=signal.SIGKILL):
        self.process.send_signal(number)
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()


class Soak:
    def __init__(self, options, folder, namespace):
        self.random = random.Random(options.seed)
        self.namespace, self.folder = namespace, folder
        self.counts = collections.Counter()
        self.speed = options.speed
        port = bench.free_port()
        (folder / "mosquitto.conf").write_text(
            f"listener {port} 127.0.0.1\npersistence false\nallow_anonymous true\nuser root\n"
            "set_tcp_nodelay true\n")
        layout = (bench.TESTS.parent / "layouts" / "simulated-house.yaml").read_text()
        layout = layout.replace("site: maple-12", f"site: {SITE}").replace(
            "mqtt://127.0.0.1:1883", f"mqtt://127.0.0.1:{port}")
        house = folder / "house.yaml"
        house.write_text(layout)
        samples = bench.TESTS.parent / "layouts" / "samples"
        if samples.exists():
            shutil.copytree(samples, folder / "samples", dirs_exist_ok=True)
        clock = ["--clock-start", START, "--clock-anchor", str(int(time.time() * 1000)), "--speed", str(self.speed)]
        inside = namespace.prefix()
        self.node_db = folder / "node.db"
        mosquitto = "/usr/sbin/mosquitto" if os.path.exists("/usr/sbin/mosquitto") else "mosquitto"
        self.broker = Program("broker", [*inside, mosquitto, "-c", str(folder / "mosquitto.conf")], folder / "broker.log")
        self.house = Program("scada", [*inside, options.scada, "run", str(house), "--state", str(folder / "state"), *clock],
                             folder / "scada.log")
        self.atn_command = [*inside, options.atn, "--broker", f"mqtt://127.0.0.1:{port}", "--state", str(self.node_db), *clock]
        self.node = Program("atn", [*self.atn_command, "--json", "run", "--timezone", "America/New_York",
                                    "--prices", str(samples / "january-prices.csv")], folder / "atn.log")
        self.ear = Program("ear", [*inside, sys.executable, __file__, "--listen", str(port), SITE], folder / "ear.log")
        self.programs = [self.broker, self.house, self.node]

    def begin(self):
        self.broker.start()
        time.sleep(0.5)
        for program in (self.house, self.node, self.ear):
            program.start()
        time.sleep(3)

    def strike(self):
        """One piece of bad luck, and its end."""
        dice = self.random
        what = dice.choice(["kill scada", "kill atn", "kill scada", "kill atn", "restart broker", "kill broker",
                            "freeze", "loss", "loss", "partition", "both"])
        self.counts[what] += 1
        if what in ("kill scada", "kill atn", "kill broker"):
            self.strike_down({"scada": self.house, "atn": self.node, "broker": self.broker}[what.split()[1]])
        elif what == "restart broker":
            self.broker.end(signal.SIGTERM)
            time.sleep(dice.uniform(0.1, 4))
            self.broker.start()
        elif what == "freeze":
            who = dice.choice(self.programs)
            who.process.send_signal(signal.SIGSTOP)
            time.sleep(dice.uniform(1, 15))
            who.process.send_signal(signal.SIGCONT)
        elif what in ("loss", "partition"):
            self.namespace.lose(100 if what == "partition" else dice.randint(5, 60))
            time.sleep(dice.uniform(3, 20))
            self.namespace.lose(0)
        else:
            self.namespace.lose(dice.randint(20, 100))
            self.strike_down(dice.choice([self.house, self.node]))
            time.sleep(dice.uniform(0, 8))
            self.namespace.lose(0)

    def strike_down(self, who):
        who.end(signal.SIGKILL)
        time.sleep(self.random.uniform(0, 3))
        who.start()

    def run(self, seconds):
        end = time.monotonic() + seconds
        told = time.monotonic()
        while time.monotonic() < end:
            time.sleep(self.random.uniform(0.2, 8))
            self.strike()
            for program in self.programs:
                if program.process.poll() is not None:
                    raise SystemExit(f"{program.name} ended by itself: {program.process.returncode}; see {program.log}")
            if time.monotonic() - told > 60:
                told = time.monotonic()
                say(f"{int(end - told)} s to go: " + ", ".join(f"{n} x {what}" for what, n in sorted(self.counts.items())))

    def audit(self):
        done = subprocess.run([*self.atn_command, "--json", "audit", SITE], capture_output=True, text=True, check=False)
        try:
            return done.returncode, json.loads(done.stdout)
        except ValueError:
            return done.returncode, {"unreadable": done.stdout + done.stderr}

    def settle(self, patience=240):
        """Waits until the journal is empty and the node misses nothing."""
        end = time.monotonic() + patience
        while True:
            code, books = self.audit()
            if code == 0 and self.waiting(books) == 0:
                return code, books
            if time.monotonic() > end:
                return code, books
            time.sleep(2)

    @staticmethod
    def waiting(books):
        """What the house says still waits; None if it has not said."""
        return (books.get("pending") or {}).get("waiting")

    def ledger(self):
        with sqlite3.connect(f"file:{self.node_db}?mode=ro", uri=True) as db:
            return collections.Counter(db.execute("SELECT boot, sequence FROM ledger WHERE site = ?", (SITE,)))

    def overheard(self):
        """(boot, sequence) of every journaled message that passed the broker."""
        return {tuple(json.loads(line)) for line in (self.folder / "ear.log").read_text().splitlines()
                if line.startswith("[")}

    def stop(self):
        for program in (self.ear, self.house, self.node, self.broker):
            if program.process and program.process.poll() is None:
                program.process.send_signal(signal.SIGCONT)
                program.end(signal.SIGTERM)


def listen(port, site):
    """Prints [boot, sequence] of each journaled message; comes back whenever the broker does."""
    import paho.mqtt.client as mqtt

    def on_connect(client, *_):
        client.subscribe(f"hearth/v1/{site}/up/#", qos=1)

    def on_message(_, __, message):
        envelope = hearth.pb.Envelope()
        envelope.ParseFromString(message.payload)
        if envelope.WhichOneof("body") in hearth.JOURNALED:
            print(json.dumps([envelope.boot_id, envelope.sequence]), flush=True)

    client = mqtt.Client(client_id=f"ear-{os.getpid()}")
    client.on_connect, client.on_message = on_connect, on_message
    client.reconnect_delay_set(1, 2)
    client.connect_async("127.0.0.1", port, keepalive=10)
    client.loop_start()
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    threading.Event().wait()


def check(soak, books):
    """What does not add up."""
    wrong = []
    ledger, overheard = soak.ledger(), soak.overheard()
    doubled = {key: n for key, n in ledger.items() if n > 1}
    if doubled:
        wrong.append(f"applied twice, says the ledger: {doubled}")
    last = {}
    for boot, sequence in ledger:
        last[boot] = max(last.get(boot, 0), sequence)
    holes = [(boot, n) for boot, end in last.items() for n in range(1, end + 1) if (boot, n) not in ledger]
    if holes:
        wrong.append(f"holes in the ledger: {holes[:20]}")
    unknown = overheard - set(ledger)
    if unknown:
        wrong.append(f"overheard and not in the ledger: {sorted(unknown)[:20]}")
    for word in ("missing", "gaps", "lost", "applied_twice", "quarantined"):
        if books.get(word) not in (0, []):
            wrong.append(f"atn audit: {word} = {books.get(word)}")
    if soak.waiting(books) != 0:
        wrong.append(f"the journal did not empty: {soak.waiting(books)} messages wait")
    say(f"ledger: {len(ledger)} messages of {len(last)} boots; overheard: {len(overheard)}; "
        f"scada started {soak.house.starts} times, atn {soak.node.starts}, broker {soak.broker.starts}")
    if len(ledger) < 10 or len(last) < 2:
        wrong.append("too little happened to prove anything")
    return wrong


def main():
    if len(sys.argv) > 1 and sys.argv[1] == "--listen":
        return listen(int(sys.argv[2]), sys.argv[3])
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("scada")
    parser.add_argument("atn")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=float, default=60)
    parser.add_argument("--keep", help="folder for logs and databases, kept (default: a temporary one)")
    options = parser.parse_args()
    temporary = tempfile.TemporaryDirectory()
    folder = pathlib.Path(options.keep or temporary.name)
    folder.mkdir(parents=True, exist_ok=True)
    namespace = Namespace()
    soak = Soak(options, folder, namespace)
    say(f"seed {options.seed}, {options.minutes:g} minutes, house time x {options.speed:g}, site {SITE}")
    try:
        soak.begin()
        soak.run(options.minutes * 60)
        for program in soak.programs:
            if program.process.poll() is not None:
                raise SystemExit(f"{program.name} ended by itself: {program.process.returncode}")
        time.sleep(20)  # whoever was just started is heard of
        say("calm: " + ", ".join(f"{n} x {what}" for what, n in sorted(soak.counts.items())))
        _, books = soak.settle()
        say("atn audit: " + json.dumps(books))
        wrong = check(soak, books)
        house_code = soak.house.end(signal.SIGTERM)
        if house_code != 0:
            wrong.append(f"scada ended with {house_code}")
    finally:
        soak.stop()
        namespace.remove()
    for line in wrong:
        say("WRONG: " + line)
    if wrong and options.keep is None:
        for log in ("scada.log", "atn.log"):
            print(f"--- {log}, its end:\n" + "\n".join((folder / log).read_text(errors="replace").splitlines()[-40:]))
    say("gaps 0, applied twice 0" if not wrong else "the books do not add up")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
