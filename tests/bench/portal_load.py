#!/usr/bin/python3
"""What the page costs the house: a simulated house runs with a page, first left alone, then with 20 people looking
on, then with wrk asking as fast as it can. It prints

  tick late     how much later than a second after the one before a control tick was, from `--record`
  RSS           memory of scada
  page load     all requests of a first visit over one connection, median of 20

for each of these times. The first column is what the others are to be held against: how late a tick is depends
on what else the machine does. Nothing fails for being slow.
"""
import argparse
import gzip
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIVE_CLIENTS = 20
VISITS = 20
TICK_MS = 1000  # limits::control_tick
PASSWORD = "a long enough password"
# What the page asks for when it is opened, besides its own files and the stream.
API = ("/api/v1/session", "/api/v1/house", "/api/v1/now")
COMPRESSED = {"Accept-Encoding": "gzip"}


def fail(why):
    sys.exit(f"portal_load: {why}")


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class House:
    """A scada of its own, with a page in clear on the loopback."""

    def __init__(self, program, layout, folder, with_page=True):
        self.folder, self.port = folder, free_port()
        text = layout.read_text(encoding="utf-8")
        text = re.sub(r"(?m)^(link|portal|history):.*\n(?:[ \t].*\n)*", "", text)
        text += f'\nlink: {{ broker: "mqtt://127.0.0.1:{free_port()}" }}\n'
        if with_page:
            text += f'portal: {{ listen: "127.0.0.1:{self.port}", plain_text: on-this-machine-only }}\n'
        shutil.copytree(layout.parent, folder, dirs_exist_ok=True)
        house = folder / "house.yaml"
        house.write_text(text, encoding="utf-8")
        self.record, self.log = folder / "record", folder / "log"
        self.process = subprocess.Popen(
            [program, "run", str(house), "--state", str(folder / "state"), "--record", str(self.record)],
            stdout=self.log.open("wb"), stderr=subprocess.STDOUT)
        self.cookie = None

    def said(self, pattern, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = re.search(pattern, self.log.read_text(errors="replace"))
            if found:
                return found
            if self.process.poll() is not None:
                fail("scada ended:\n" + self.log.read_text(errors="replace"))
            time.sleep(0.05)
        return fail(f"scada did not say {pattern} within {seconds} s:\n" + self.log.read_text(errors="replace"))

    def ask(self, connection, path, method="GET", body=None, **headers):
        headers["Host"] = f"127.0.0.1:{self.port}"
        if self.cookie:
            headers["Cookie"] = self.cookie
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer, answer.read()

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def sign_in(self):
        code = self.said(r"the code for the first one is (\S+)")[1]
        body = json.dumps({"code": code, "name": "bench", "password": PASSWORD})
        answer, text = self.ask(self.connection(), "/api/v1/claim", "POST", body,
                                **{"Content-Type": "application/json", "Origin": f"http://127.0.0.1:{self.port}"})
        if answer.status != 201:
            fail(f"the claim was answered {answer.status}: {text.decode(errors='replace')}")
        self.cookie = answer.getheader("Set-Cookie").split(";")[0]

    def memory_mib(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024

    def processor_s(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def ticks(self):
        """House times at which the dispatcher was given a snapshot, in ms."""
        times = []
        with self.record.open(encoding="utf-8") as lines:
            for line in lines:
                found = re.search(r'"at":(\d+)', line)
                if found and '"see"' in line:
                    times.append(int(found[1]))
        return times

    def end(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class LiveClients:
    """So many browsers that look at the page and read what it tells."""

    def __init__(self, house, count):
        self.sockets, self.bytes, self.ended = [], 0, 0
        for _ in range(count):
            one = socket.create_connection(("127.0.0.1", house.port), timeout=30)
            one.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:{house.port}\r\n"
                        f"Cookie: {house.cookie}\r\n\r\n".encode())
            if not one.recv(64).startswith(b"HTTP/1.1 200"):
                fail("a live page was refused")
            self.sockets.append(one)
            threading.Thread(target=self.read, args=(one,), daemon=True).start()

    def read(self, one):
        try:
            while (got := one.recv(65536)):
                self.bytes += len(got)
        except OSError:
            pass
        self.ended += 1

    def end(self):
        for one in self.sockets:
            one.close()


def page_load_ms(house):
    """One visit: the page, its files, what it asks for, the first event of the stream."""
    begin = time.perf_counter()
    connection = house.connection()
    size = 0

    def fetch(path):
        nonlocal size
        answer, text = house.ask(connection, path, **COMPRESSED)
        if answer.status != 200:
            fail(f"{path} was answered {answer.status}")
        size += len(text)
        return gzip.decompress(text) if answer.getheader("Content-Encoding") == "gzip" else text

    files = re.findall(r'(?:src|href)="(/[^"]+)"', fetch("/").decode())
    if not any(name.endswith(".js") for name in files):
        fail("the page has no script: was it built with npm?")
    for path in (*files, *API):
        fetch(path)
    connection.request("GET", "/api/v1/live", headers={"Host": f"127.0.0.1:{house.port}", "Cookie": house.cookie})
    first = b""
    answer = connection.getresponse()
    while b"\n\n" not in first:
        first += answer.read1(65536)
    took = (time.perf_counter() - begin) * 1000
    connection.close()
    return took, size


def lateness(ticks, begin, end):
    inside = [t for t in ticks if begin <= t <= end]
    gaps = sorted(max(0, b - a - TICK_MS) for a, b in zip(inside, inside[1:]))
    if not gaps:
        return "no ticks"
    at = lambda part: gaps[min(len(gaps) - 1, int(part * len(gaps)))]
    return f"p50 {at(0.5)} ms, p99 {at(0.99)} ms, longest {gaps[-1]} ms of {len(gaps)}"


def during(house, what, seconds, run):
    """One time of the bench: what scada took, and which ticks fell into it."""
    used, begin = house.processor_s(), time.time()
    extra = run(seconds)
    end = time.time()
    took = end - begin
    share = (house.processor_s() - used) / took
    print(f"{what:<24} {house.memory_mib():6.1f} MiB  {100 * share:5.1f} % of a core  {extra}", flush=True)
    return what, begin * 1000, end * 1000


def hammer(house, path, connections):
    def run(seconds):
        done = subprocess.run(
            ["wrk", "-t1", f"-c{connections}", f"-d{int(seconds)}s", "--latency", "-H", f"Cookie: {house.cookie}",
             "-H", "Accept-Encoding: gzip",
             f"http://127.0.0.1:{house.port}{path}"], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            fail("wrk: " + done.stderr + done.stdout)
        rate = re.search(r"Requests/sec:\s+(\S+)", done.stdout)[1]
        slow = re.search(r"99%\s+(\S+)", done.stdout)[1]
        refused = re.search(r"Non-2xx or 3xx responses: (\d+)", done.stdout)
        return f"wrk {path}: {rate} requests/s, p99 {slow}, refused {refused[1] if refused else 0}"
    return run


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--scada", default=ROOT / "build/release/scada", type=pathlib.Path)
    options.add_argument("--layout", default=ROOT / "layouts/simulated-house.yaml", type=pathlib.Path)
    options.add_argument("--seconds", default=60, type=float, help="of each time (default: 60)")
    options.add_argument("--connections", default=50, type=int, help="of wrk (default: 50)")
    options.add_argument("--path", default="/api/v1/now", help="what wrk asks for (default: /api/v1/now)")
    o = options.parse_args()
    if not shutil.which("wrk"):
        fail("wrk is missing: tools/install_packages.sh tools/packages_bench.txt")

    with tempfile.TemporaryDirectory(prefix="portal-load-") as folder:
        bare = House(o.scada, o.layout, pathlib.Path(folder) / "bare", with_page=False)
        try:
            bare.said("site|house|running", 60)
            time.sleep(min(20, o.seconds))
            without = bare.memory_mib()
        finally:
            bare.end()
        print(f"{'no page, no history':<24} {without:6.1f} MiB", flush=True)

        house = House(o.scada, o.layout, pathlib.Path(folder) / "paged")
        clients = None
        try:
            house.sign_in()
            time.sleep(5)
            times = [during(house, "page, nobody there", o.seconds, lambda s: time.sleep(s) or "")]
            visits = [page_load_ms(house) for _ in range(VISITS)]
            clients = LiveClients(house, LIVE_CLIENTS)

            def look_on(seconds):
                before = clients.bytes
                time.sleep(seconds)
                return f"{(clients.bytes - before) / seconds / LIVE_CLIENTS:.0f} bytes/s each, {clients.ended} hung up on"
            times.append(during(house, f"{LIVE_CLIENTS} live pages", o.seconds, look_on))
            clients.end()
            times.append(during(house, "hammered", o.seconds, hammer(house, o.path, o.connections)))
            times.append(during(house, "hammered by strangers", o.seconds, hammer(house, "/", o.connections)))
            ticks = house.ticks()
        finally:
            if clients:
                clients.end()
            house.end()
    print("\ntick late")
    for what, begin, end in times:
        print(f"  {what:<22} {lateness(ticks, begin, end)}")
    took = sorted(v[0] for v in visits)
    print(f"\npage load {statistics.median(took):.1f} ms (longest {took[-1]:.1f} of {VISITS}), {visits[-1][1]} bytes")


if __name__ == "__main__":
    main()
