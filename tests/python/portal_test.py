#!/usr/bin/python3
"""A house and its page as one program, asked as a browser asks. Usage: portal_test.py PATH_OF_SCADA"""

import hashlib
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

import paho.mqtt.publish as publish

from lived_time import lived
from metrics_list import differences

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCADA = None
PATIENCE = 60
START = "2020-01-13T05:00:00Z"
START_MS = 1578891600000
PASSWORD = "lantern under snow"
TOKEN = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
NASTY = "<img src=x onerror=alert(1)>"


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class Browser:
    """Keeps its cookie and its token, and asks as the pages do."""

    def __init__(self, port):
        self.port = port
        self.cookie = self.csrf = None

    def open(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        sent = {"Host": f"127.0.0.1:{self.port}", "Accept-Encoding": "gzip"}
        if method != "GET":
            sent |= {"Origin": f"http://127.0.0.1:{self.port}", "Content-Type": "application/json"}
            if self.csrf:
                sent["X-Hearth-Token"] = self.csrf
        if self.cookie:
            sent["Cookie"] = self.cookie
        connection.request(method, path, None if body is None else json.dumps(body), sent | (headers or {}))
        return connection, connection.getresponse()

    def ask(self, method, path, body=None, headers=None):
        connection, answer = self.open(method, "/api/v1" + path, body, headers)
        text = answer.read()
        connection.close()
        said = json.loads(text) if text and "json" in (answer.getheader("Content-Type") or "") else text.decode()
        if answer.getheader("Set-Cookie"):
            self.cookie = answer.getheader("Set-Cookie").split(";")[0]
        if isinstance(said, dict) and said.get("csrf"):
            self.csrf = said["csrf"]
        return answer.status, said

    def get(self, path, **query):
        asked = path + ("?" + urllib.parse.urlencode(query, doseq=True) if query else "")
        status, said = self.ask("GET", asked)
        assert status == 200, (asked, status, said)
        return said

    def log_in(self, name, password=PASSWORD):
        status, said = self.ask("POST", "/login", {"name": name, "password": password})
        assert status == 200, said
        return self


class Portal(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.state = self.folder / "state"
        self.port = free_port()
        self.site = f"page-{os.getpid()}-{time.monotonic_ns() % 1_000_000}"
        self.anchor_ms = int(time.time() * 1000)
        self.log = self.folder / "log"
        text = (ROOT / "layouts/simulated-house.yaml").read_text(encoding="utf-8")
        text = text.replace("site: maple-12 ", f"site: {self.site} ", 1)
        text = text.replace('link: { broker: "mqtt://127.0.0.1:1883" }\n', self.page())
        text = re.sub(r"(weather|prices): samples/", rf"\1: {ROOT}/layouts/samples/", text)
        text = text.replace("energy: from-node", "energy: 60 USD/MWh")
        self.layout = self.folder / "house.yaml"
        self.layout.write_text(text, encoding="utf-8")

    def page(self):
        digest = hashlib.sha256(TOKEN.encode()).hexdigest()
        return (f'portal: {{ listen: "127.0.0.1:{self.port}", plain_text: on-this-machine-only, '
                f'metrics_token_sha256: "{digest}" }}\nhistory: {{ block: 60 s }}\n')

    def broker(self):
        """A real one, on a port of its own."""
        port = free_port()
        config = self.folder / "mosquitto.conf"
        config.write_text(f"listener {port} 127.0.0.1\nallow_anonymous true\npersistence false\n", encoding="utf-8")
        mosquitto = "/usr/sbin/mosquitto" if os.path.exists("/usr/sbin/mosquitto") else "mosquitto"
        self.child = subprocess.Popen([mosquitto, "-c", str(config)], stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL)
        self.addCleanup(lambda child=self.child: (child.kill(), child.wait()))
        self.log.touch()

        def answers():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        self.until(answers, "a broker")
        return port

    def run_house(self, speed=60):
        with self.log.open("a", encoding="utf-8") as out:
            child = subprocess.Popen(
                [SCADA, "run", str(self.layout), "--state", str(self.state), "--clock-start", START,
                 "--clock-anchor", str(self.anchor_ms), "--speed", str(speed)], stderr=out, stdout=out)
        self.addCleanup(lambda: (child.kill(), child.wait()))
        self.child = child
        self.until(self.answers, "the page answers")
        return child

    def answers(self):
        try:
            connection, answer = Browser(self.port).open("GET", "/healthz")
            connection.close()
            return answer.status == 204
        except OSError:
            return False

    def until(self, true, what, seconds=PATIENCE):
        end = lived() + seconds
        while not true():
            if lived() > end or self.child.poll() is not None:
                raise AssertionError(f"{what}: not within {seconds} s\n" + self.log.read_text(encoding="utf-8")[-3000:])
            time.sleep(0.1)

    def ends(self):
        self.child.send_signal(signal.SIGTERM)
        self.assertEqual(0, self.child.wait(timeout=10), self.log.read_text(encoding="utf-8")[-3000:])

    def claim_code(self):
        found = lambda: re.findall(r"the code for the first one is ([0-9A-Z-]+)", self.log.read_text(encoding="utf-8"))
        self.until(found, "a claim code")
        return found()[-1]

    def claimed(self):
        installer = Browser(self.port)
        self.assertEqual("claim", installer.get("/session")["state"])
        status, said = installer.ask("POST", "/claim", {"code": self.claim_code(), "name": "ines", "password": PASSWORD})
        self.assertEqual(201, status, said)
        return installer

    def added(self, installer, name, role):
        status, said = installer.ask("POST", "/users", {"name": name, "role": role, "password": PASSWORD})
        self.assertEqual(201, status, said)
        return Browser(self.port).log_in(name)

    def test_a_house_is_claimed_once_and_lets_in_whom_it_knows(self):
        self.run_house()
        stranger = Browser(self.port)
        self.assertEqual(401, stranger.ask("GET", "/now")[0])
        code = self.claim_code()
        self.assertEqual(401, stranger.ask("POST", "/claim",
                                           {"code": "0000-0000", "name": "eve", "password": PASSWORD})[0])
        installer = self.claimed()
        self.assertEqual("installer", installer.get("/session")["user"]["role"])
        self.assertNotEqual(201, Browser(self.port).ask("POST", "/claim",
                                                        {"code": code, "name": "eve", "password": PASSWORD})[0])
        self.assertEqual(401, Browser(self.port).ask("POST", "/login", {"name": "ines", "password": "wrong one here"})[0])
        plain = subprocess.run([SCADA, "run", str(self.layout), "--state", str(self.state), "--dry-run"],
                               capture_output=True, text=True, timeout=120, check=True).stdout
        self.assertIn(f"page at 127.0.0.1:{self.port}, not encrypted (loopback only)", plain)
        self.assertIn("ines may enter as installer", plain)
        self.ends()

    def test_a_dry_run_leaves_a_damaged_file_of_accounts_as_it_is(self):
        self.run_house()
        self.claimed()
        self.ends()
        file = next(self.state.glob("*.portal.db"))
        for beside in self.state.glob("*.portal.db-*"):
            beside.unlink()
        file.write_bytes(b"no database" + file.read_bytes()[11:])
        before = {path.name: path.read_bytes() for path in self.state.iterdir() if path.is_file()}
        plain = subprocess.run([SCADA, "run", str(self.layout), "--state", str(self.state), "--dry-run"],
                               capture_output=True, text=True, timeout=120, check=True).stdout
        self.assertIn("its accounts cannot be read", plain)
        self.assertEqual(before, {path.name: path.read_bytes() for path in self.state.iterdir() if path.is_file()})

    def test_values_move_and_the_past_and_the_money_are_told(self):
        self.run_house()
        viewer = self.added(self.claimed(), "vera", "viewer")
        self.until(lambda: viewer.get("/now")["state"], "somebody is in charge")
        connection, stream = viewer.open("GET", "/api/v1/live")
        self.addCleanup(connection.close)
        self.assertEqual("text/event-stream", stream.getheader("Content-Type"))
        told = []
        while len(told) < 3:
            line = stream.readline().decode()
            self.assertTrue(line, "the stream ended")
            if line.startswith("data: "):
                told.append(json.loads(line[6:]))
        channels = viewer.get("/house")["channels"]
        own = [c for c in channels if not c["derived"]]
        self.assertEqual(len(own), len(told[0]["points"]))
        self.assertLess(len(told[1]["points"]), len(own) + 1)
        self.assertLess(told[0]["at_ms"], told[2]["at_ms"])
        connection.close()

        def known():
            now = viewer.get("/now")["at_ms"]
            said = viewer.get("/history", channel=["store.top", "hp.power"], from_ms=START_MS, to_ms=now, points=100)
            return len(said["series"]) == 2 and sum(v is not None for v in said["series"][0]["values"]) >= 5
        self.until(known, "some minutes of history")
        now = viewer.get("/now")["at_ms"]
        top = viewer.get("/history", channel="store.top", from_ms=START_MS, to_ms=now)["series"][0]
        self.assertEqual("°C", top["unit"])
        self.assertTrue(all(v is None or 10 < v < 90 for v in top["values"]), top)
        status, table = viewer.ask("GET", f"/history.csv?channel=store.top&from_ms={START_MS}&to_ms={now}")
        self.assertEqual((200, 'time_utc,"store.top [°C]"'), (status, table.splitlines()[0]))
        self.assertEqual(404, viewer.ask("GET", f"/history?channel=nowhere&from_ms={START_MS}&to_ms={now}")[0])
        self.until(lambda: viewer.ask("GET", "/plan")[0] == 200, "a plan")
        plan = viewer.get("/plan")
        self.assertGreater(len(plan["slots"]), 100)
        self.until(lambda: viewer.get("/chronicle", from_ms=START_MS, to_ms=now + 86400_000, kind="plan")["items"],
                   "a plan in the chronicle")
        state = viewer.get("/chronicle", from_ms=START_MS, to_ms=now + 86400_000, kind="state", limit=1)["items"]
        self.assertEqual(1, len(state))
        moment = viewer.get("/moment", at_ms=now - 60_000)
        self.assertIn("store.top", moment["values"])
        money = viewer.get("/money", by="day", from_ms=START_MS, to_ms=START_MS + 86400_000)
        self.assertEqual(1, len(money["rows"]))
        devices = viewer.get("/devices")
        self.assertTrue(devices["history"]["recording"], devices["history"])
        self.assertEqual("good", next(d for d in devices["devices"] if d["name"] == "hp-meter")["quality"])
        self.assertGreater(devices["software"]["rss_bytes"], 1_000_000)
        self.ends()

    def test_a_boost_is_set_and_ends_by_itself_and_a_viewer_can_do_nothing(self):
        self.run_house()
        installer = self.claimed()
        viewer = self.added(installer, "vera", "viewer")
        hanna = self.added(installer, "hanna", "household")
        self.until(lambda: hanna.get("/now")["state"], "somebody is in charge")
        boost = {"kind": "boost", "zone": "living", "for_s": 600}
        self.assertEqual(403, viewer.ask("POST", "/control/leases", boost)[0])
        status, lease = hanna.ask("POST", "/control/leases", boost)
        self.assertEqual(201, status, lease)
        living = lambda: viewer.get("/now")["zones"][0]["setpoint_c"]
        self.until(lambda: living() == 22.5, "the house lives by the boost")
        self.assertEqual(403, viewer.ask("DELETE", "/control/leases/" + lease["id"])[0])
        self.until(lambda: not viewer.get("/now")["leases"], "the boost ends by itself")
        self.until(lambda: living() == 20.5, "the house lives by its layout again")
        self.assertGreaterEqual(viewer.get("/now")["at_ms"], lease["until_ms"])

        hold = {"kind": "hold", "channel": "basement.call", "value": 1, "for_s": 3600}
        self.assertEqual(403, hanna.ask("POST", "/control/leases", hold)[0])
        status, held = installer.ask("POST", "/control/leases", hold)
        self.assertEqual(201, status, held)
        self.until(lambda: viewer.get("/now")["points"]["basement.call"]["v"] == 1, "the relay is held")
        self.until(lambda: [l["id"] for l in installer.get("/control")["leases"]] == [held["id"]], "the hold is told")
        self.assertEqual(204, installer.ask("DELETE", "/control/leases/" + held["id"])[0])
        self.until(lambda: not installer.get("/control")["leases"], "the hold has ended")
        self.assertEqual(422, installer.ask("POST", "/control/leases", {**hold, "value": 7})[0])
        acts = [(i["action"], i["user"], i["ok"]) for i in installer.get("/audit", limit=50)["items"]]
        self.assertIn(("lease", "hanna", True), acts)
        self.assertEqual(403, hanna.ask("GET", "/audit")[0])
        self.ends()

    def test_schedules_accounts_and_sessions_outlive_the_program(self):
        self.run_house()
        installer = self.claimed()
        entries = [{"days": [1, 2, 3, 4, 5, 6, 7], "from": "00:00", "setpoint_c": 18.5}]
        self.assertEqual(200, installer.ask("PUT", "/control/schedules/bedrooms", {"entries": entries})[0])
        status, lease = installer.ask("POST", "/control/leases", {"kind": "holiday", "setpoint_c": 15, "for_s": 86400})
        self.assertEqual(201, status, lease)
        self.ends()
        self.run_house()
        self.assertEqual("in", installer.get("/session")["state"])
        zone = lambda: next(z for z in installer.get("/control")["zones"] if z["name"] == "bedrooms")
        self.until(lambda: zone()["setpoint_c"] == 15, "the holiday holds again")
        self.assertEqual((18.5, entries), (zone()["base_c"], zone()["schedule"]))
        again = installer.get("/control")["leases"][0]
        self.assertEqual((lease["id"], lease["until_ms"]), (again["id"], again["until_ms"]))
        Browser(self.port).log_in("ines")
        self.ends()

    def test_a_layout_takes_no_name_that_looks_like_markup(self):
        text = self.layout.read_text(encoding="utf-8")
        for what, named in {"a site": text.replace(f"site: {self.site}", f'site: "{NASTY}"', 1),
                            "a device": text.replace("id: outdoor-sensor", f'id: "{NASTY}"', 1),
                            "a channel": text.replace("temperature: outdoor.temp", f'temperature: "{NASTY}"', 1),
                            "a zone": text.replace("id: living, temperature", f'id: "{NASTY}", temperature', 1)}.items():
            with self.subTest(what):
                self.assertIn(NASTY, named)
                self.layout.write_text(named, encoding="utf-8")
                checked = subprocess.run([SCADA, "check", str(self.layout)], capture_output=True, text=True,
                                         timeout=60, check=False)
                self.assertNotEqual(0, checked.returncode)
                self.assertRegex(checked.stderr, re.escape(f"error: '{NASTY}' cannot be "))
                self.assertIn("hint: use ", checked.stderr)

    def test_what_a_device_says_comes_back_as_text_and_the_house_goes_on(self):
        port = self.broker()
        topic = f"zigbee2mqtt/{NASTY}"  # a name that somebody gave it at its gateway
        text = self.layout.read_text(encoding="utf-8")
        self.layout.write_text(text.replace(
            "buses:\n", f'buses:\n  broker: {{ kind: mqtt, broker: "mqtt://127.0.0.1:{port}" }}\n', 1).replace(
            "devices:\n", f'devices:\n  - {{ id: hall, model: zigbee2mqtt-sensor, bus: broker, name: "{NASTY}", '
            'channels: { temperature: hall.temperature } }\n', 1), encoding="utf-8")
        self.run_house()
        installer = self.claimed()
        hall = lambda: installer.get("/now")["points"]["hall.temperature"]
        publish.single(topic, f'"{NASTY}"', port=port, retain=True)
        self.until(lambda: NASTY in hall().get("fault", ""), "the fault names the device as its gateway does")

        def told(path):
            connection, answer = installer.open("GET", "/api/v1" + path)
            self.addCleanup(connection.close)
            self.assertEqual((200, "nosniff"), (answer.status, answer.getheader("X-Content-Type-Options")))
            self.assertTrue(answer.getheader("Content-Type").startswith("application/json"))
            return json.loads(answer.read())
        device = next(each for each in told("/devices")["devices"] if each["name"] == "hall")
        self.assertEqual("fault", device["quality"])
        self.assertIn(f"{topic} carries no JSON object", device["channels"][0]["fault"])
        said = lambda: [item["text"] for item in told(f"/chronicle?from_ms={START_MS}&to_ms={START_MS + 86400_000}"
                                                      "&kind=event&limit=1000")["items"] if NASTY in item["text"]]
        self.until(said, "an event tells of it")
        self.assertTrue(any(f"{topic} carries no JSON object" in text for text in said()), said())

        publish.single(topic, json.dumps({"temperature": 21.5}), port=port, retain=True)
        self.until(lambda: (hall()["v"], hall()["q"]) == (21.5, "good"), "it is measured again")
        self.assertTrue(installer.get("/now")["state"])
        self.ends()

    def test_a_history_without_a_disk_is_told_and_the_house_goes_on(self):
        self.state.mkdir()
        (self.state / f"{self.site}.history").write_text("in the way", encoding="utf-8")
        self.run_house()
        installer = self.claimed()
        self.until(lambda: installer.get("/devices")["history"]["problem"], "the history says what it suffers from")
        self.assertFalse(installer.get("/devices")["history"]["recording"])
        self.until(lambda: installer.get("/alarms")["active"], "it is an alarm")
        self.assertTrue(installer.get("/now")["state"])
        self.ends()

    def test_a_port_that_is_taken_is_said_and_the_house_goes_on_without_a_page(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", self.port))
            other.listen()
            with self.log.open("a", encoding="utf-8") as out:
                self.child = subprocess.Popen([SCADA, "run", str(self.layout), "--state", str(self.state)], stderr=out)
            self.addCleanup(lambda: (self.child.kill(), self.child.wait()))
            self.until(lambda: " page-closed " in self.log.read_text(encoding="utf-8"), "it says so")
            self.assertIn(" started ", self.log.read_text(encoding="utf-8"))
            self.ends()

    def keys(self, *words):
        subprocess.run([SCADA, "keys", words[0], "--keys", str(self.folder / "keys"), *words[1:]], capture_output=True,
                       check=True, timeout=60)

    def shown(self):
        return ssl.get_server_certificate(("127.0.0.1", self.port))

    def test_a_page_gives_its_authority_away_and_takes_a_renewed_certificate_while_it_runs(self):
        self.keys("init")
        self.keys("portal", "page", "--address", "127.0.0.1", "--days", "20")
        store = self.folder / "keys"
        text = self.layout.read_text(encoding="utf-8")
        self.layout.write_text(text.replace("plain_text: on-this-machine-only", "cert: keys/page.crt, key: keys/page.key"),
                               encoding="utf-8")
        with self.log.open("a", encoding="utf-8") as out:
            self.child = subprocess.Popen([SCADA, "run", str(self.layout), "--state", str(self.state)], stderr=out,
                                          stdout=out)
        self.addCleanup(lambda: (self.child.kill(), self.child.wait()))
        said = lambda kind: f" {kind} " in self.log.read_text(encoding="utf-8")
        self.until(lambda: said("page-certificate-expiring"), "it warns")

        def asked(path, **trust):
            connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=20, **trust)
            connection.request("GET", path)
            answer = connection.getresponse()
            text = answer.read().decode()
            connection.close()
            return answer, text
        blind = ssl.create_default_context()
        blind.check_hostname = False
        blind.verify_mode = ssl.CERT_NONE
        answer, authority = asked("/ca.crt", context=blind)
        self.assertEqual((200, "application/x-x509-ca-cert"), (answer.status, answer.getheader("Content-Type")))
        self.assertEqual((store / "ca.crt").read_text(encoding="utf-8"), authority)
        trusting = ssl.create_default_context(cadata=authority)
        self.assertEqual(204, asked("/healthz", context=trusting)[0].status)
        (store / "ca.crt").rename(store / "away.crt")
        self.assertEqual(404, asked("/ca.crt", context=trusting)[0].status)
        (store / "away.crt").rename(store / "ca.crt")

        first = self.shown()
        self.keys("renew", "page", "--days", "300")
        self.until(lambda: self.shown() != first, "the new certificate is shown")
        self.assertEqual((store / "page.crt").read_text(encoding="utf-8"), self.shown())
        self.until(lambda: said("page-certificate-renewed"), "it says so")
        self.assertEqual(204, asked("/healthz", context=trusting)[0].status)
        (store / "page.crt").write_text("rubbish", encoding="utf-8")
        self.until(lambda: said("page-certificate-refused"), "it says that it does not take rubbish")
        self.assertEqual(204, asked("/healthz", context=trusting)[0].status)
        self.ends()

    def test_metrics_are_for_whoever_has_their_token(self):
        self.run_house()
        prometheus = Browser(self.port)
        connection, answer = prometheus.open("GET", "/metrics")
        connection.close()
        self.assertEqual(404, answer.status)
        connection, answer = prometheus.open("GET", "/metrics", headers={"Authorization": "Bearer " + TOKEN})
        self.assertEqual(200, answer.status)
        text = answer.read().decode()
        connection.close()
        self.assertIn("# TYPE hearth_channel_value gauge", text)
        self.assertIn('hearth_zone_setpoint_celsius{zone="living"} 20.5', text)
        self.assertIn('hearth_build_info{', text)
        self.assertEqual(differences(text), [])
        self.ends()


if __name__ == "__main__":
    SCADA = sys.argv.pop(1)
    unittest.main()
