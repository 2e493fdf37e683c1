#!/usr/bin/python3
"""Drives `atn` against a real broker and a house made of Python. Usage: atn_test.py PATH_OF_ATN"""

import hashlib
import importlib
import itertools
import json
import os
import pathlib
import queue
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

import paho.mqtt.client as mqtt

from lived_time import lived

ROOT = pathlib.Path(__file__).resolve().parents[2]
ATN = None
SITE = "maple-12"
JOURNALED = {"report", "event", "outcome", "contract_report", "loss"}


def load_protocol():
    """Compiles hearth.proto into a folder of its own and imports it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["protoc", f"-I{ROOT / 'protocol'}", f"--python_out={folder}", "hearth.proto"],
                       check=True)
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("hearth_pb2")
        finally:
            sys.path.remove(folder)


pb = load_protocol()


def now_ms():
    return int(time.time() * 1000)


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


class House:
    """A house that accepts contracts of at most 9.7 kW and acknowledges what it is told."""

    def __init__(self, port, boot):
        self.boot = boot
        self.sequences = itertools.count(1)  # of what is journaled, without a gap
        self.live = itertools.count(1)
        self.last_sequence = 0
        self.follows = ""
        self.heard = queue.Queue()
        self.subscribed = threading.Event()
        self.answers = True
        self.client = mqtt.Client(client_id=f"house-{boot}", protocol=mqtt.MQTTv5)
        self.client.on_message = self.arrived
        self.client.on_subscribe = lambda *_: self.subscribed.set()
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        self.client.subscribe(f"hearth/v1/{SITE}/down/#", qos=1)
        assert self.subscribed.wait(10)

    def close(self):
        self.client.disconnect()
        self.client.loop_stop()

    def envelope(self, field, body, in_reply_to=""):
        message = pb.Envelope(site=SITE, boot_id=self.boot, sent_unix_ms=now_ms(), in_reply_to=in_reply_to)
        if field in JOURNALED:
            message.sequence = self.last_sequence = next(self.sequences)
            message.message_id = f"{self.boot}-{message.sequence}"
            message.follows = self.follows if message.sequence == 1 else ""
        else:
            message.message_id = f"{self.boot}-live-{next(self.live)}"
        getattr(message, field).CopyFrom(body)
        return message

    def publish(self, topic, message, retain=False):
        payload = message if isinstance(message, bytes) else message.SerializeToString()
        self.client.publish(f"hearth/v1/{SITE}/{topic}", payload, qos=1, retain=retain)

    def say(self, field, topic, body, in_reply_to="", retain=False):
        message = self.envelope(field, body, in_reply_to)
        self.publish(topic, message, retain)
        return message

    def be_born(self):
        self.say("birth", "birth", pb.Birth(online=True, layout_hash="0" * 64, version="0.1"), retain=True)

    def say_event(self, text):
        return self.say("event", "up/event", pb.Event(severity=pb.SEVERITY_INFO, kind="k", subject="s",
                                                      text=text, at_unix_ms=now_ms()))

    def tell_backlog(self, waiting=0):
        self.say("backlog", "up/backlog", pb.Backlog(last_sequence=self.last_sequence, waiting=waiting))

    def expect_acks(self, *messages):
        """Each may be acknowledged alone or together with others."""
        missing = {message.message_id for message in messages}
        while missing:
            ack = self.expect("ack").ack
            missing -= {ack.message_id, *ack.more}

    def arrived(self, _client, _userdata, packet):
        message = pb.Envelope.FromString(packet.payload)
        if message.message_id.startswith("-"):  # it leaves out the boot id it begins with
            message.message_id = message.boot_id + message.message_id
        kind = message.WhichOneof("body")
        self.heard.put((kind, message))
        if not self.answers or kind in ("ack", "nack", "heartbeat"):
            return
        self.say("ack", "up/ack", pb.Ack(message_id=message.message_id), message.message_id)
        if kind == "contract":
            good = message.contract.average_power_w <= 9700
            self.say("contract_report", "up/contract", pb.ContractReport(
                contract_id=message.contract.contract_id,
                status=pb.CONTRACT_STATUS_ACCEPTED if good else pb.CONTRACT_STATUS_REFUSED,
                reason="" if good else "more than the nameplate",
                promised_wh=message.contract.average_power_w, metered_wh=0, at_unix_ms=now_ms()))
        if kind == "withdrawal":
            self.say("contract_report", "up/contract", pb.ContractReport(
                contract_id=message.withdrawal.contract_id, status=pb.CONTRACT_STATUS_WITHDRAWN,
                promised_wh=0, metered_wh=0, at_unix_ms=now_ms()))
        if kind == "request":
            self.say("outcome", "up/outcome", pb.Outcome(request_id=message.message_id, accepted=True))
        if kind == "query" and message.query.subject == pb.QUERY_SUBJECT_STATE:
            self.say("state", "up/state", pb.State(in_charge=pb.AUTHORITY_LOCAL, mode="thermostat",
                                                   cause="No contract.", since_unix_ms=now_ms()))

    def expect(self, kind, seconds=20):
        deadline = time.monotonic() + seconds
        while True:
            left = deadline - time.monotonic()
            try:
                heard, message = self.heard.get(timeout=max(left, 0.01))
            except queue.Empty:
                raise AssertionError(f"the house did not hear '{kind}'") from None
            if heard == kind:
                return message


class AtnTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.port = free_port()
        config = pathlib.Path(self.folder.name) / "mosquitto.conf"
        config.write_text(f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n")
        mosquitto = "/usr/sbin/mosquitto" if os.path.exists("/usr/sbin/mosquitto") else "mosquitto"
        broker = subprocess.Popen([mosquitto, "-c", str(config)], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(broker.wait)
        self.addCleanup(broker.kill)
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    break
            time.sleep(0.05)
        self.state = os.path.join(self.folder.name, "state", "atn.db")

    def house(self, boot="h1"):
        house = House(self.port, boot)
        self.addCleanup(house.close)
        return house

    def command(self, *arguments):
        return [ATN, "--broker", f"mqtt://127.0.0.1:{self.port}", "--state", self.state, *arguments]

    def atn(self, *arguments):
        return subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=60)

    def send(self, *arguments):
        return self.atn("--json", "send", "--timeout", "20 s", SITE, *arguments)

    def start(self, *arguments):
        process = subprocess.Popen(self.command(*arguments), stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        lines = queue.Queue()

        def read():
            for line in process.stdout:
                lines.put(line)
        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        process.lines = lines
        process.reader = reader
        return process

    def end(self, process, by=signal.SIGINT):
        began = lived()
        process.send_signal(by)
        self.assertEqual(process.wait(timeout=10), 0)
        process.reader.join(10)
        return lived() - began

    def line_where(self, process, wanted):
        seen = []
        while True:
            try:
                seen.append(json.loads(process.lines.get(timeout=20)))
            except queue.Empty:
                self.fail(f"no such line among {seen}")
            if wanted(seen[-1]):
                return seen[-1]

    def remembered(self):
        return json.loads(self.atn("--json", "show", SITE).stdout)

    def test_a_contract_is_sent_and_its_report_awaited(self):
        house = self.house()
        done = self.send("contract", "--start", "next", "--minutes", "60", "--power", "4 kW", "--id", "c1")
        self.assertEqual(done.returncode, 0, done.stderr)
        heard = house.expect("contract")
        self.assertEqual(heard.contract.average_power_w, 4000)
        self.assertEqual(heard.contract.start_unix_ms % 3_600_000, 0)
        self.assertEqual(heard.message_id, f"{heard.boot_id}-{heard.sequence}")
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        self.assertEqual(lines[0]["direction"], "down")
        self.assertEqual(lines[-1]["body"]["status"], "accepted")

    def test_a_refusal_ends_with_3_and_the_reason(self):
        self.house()
        done = self.send("contract", "--power", "20 kW")
        self.assertEqual(done.returncode, 3)
        self.assertIn("more than the nameplate", done.stderr)

    def test_every_other_message_can_be_sent_by_hand(self):
        house = self.house()
        for arguments, kind in [
                (["withdraw", "c1", "--reason", "line work"], "withdrawal"),
                (["prices", "--energy", "31.5,-28,140", "--distribution", "50,50,390"], "prices"),
                (["weather", "--outdoor", "-5,-4.5"], "weather"),
                (["request", "hold", "hp.enable", "off", "--rank", "admin", "--lease", "15 min"], "request"),
                (["request", "shed"], "request"),
                (["request", "shed", "--severity", "3", "--start", "2030-01-15T05:00:00Z"], "request"),
                (["request", "raise", "--severity", "1"], "request"),
                (["request", "limit", "4.2 kW", "--failsafe", "2 kW", "--failsafe-for", "1 h"], "request"),
                (["request", "outage", "--start", "next", "--lease", "6 h"], "request"),
                (["request", "keep-alive", "--rank", "admin"], "request"),
                (["request", "release"], "request"),
                (["query", "state"], "query")]:
            done = self.send(*arguments)
            self.assertEqual(done.returncode, 0, f"{arguments}: {done.stderr}")
            heard = house.expect(kind)
            if arguments[:2] == ["request", "hold"]:
                self.assertEqual(heard.request.rank, pb.AUTHORITY_ADMIN)
                self.assertEqual(heard.request.lease_s, 900)
                self.assertEqual(heard.request.hold.value.unit, pb.UNIT_ON_OFF)
            if kind == "request":
                self.assertIn(f'"wish":"{arguments[1]}"', done.stdout)
            if arguments[1:] == ["shed"]:
                self.assertEqual((heard.request.shed.severity, heard.request.start_unix_ms), (2, 0))
            if "--severity" in arguments:
                self.assertEqual(getattr(heard.request, arguments[1]).severity, int(arguments[3]))
            if "3" in arguments:
                self.assertEqual(heard.request.start_unix_ms, 1_894_683_600_000)
            if "limit" in arguments:
                told = heard.request.limit
                self.assertEqual((told.power_w, told.failsafe_power_w, told.failsafe_s), (4200, 2000, 3600))
            if "outage" in arguments:
                self.assertEqual((heard.request.start_unix_ms % 3_600_000, heard.request.lease_s), (0, 21_600))
            if kind == "weather":
                self.assertEqual(list(heard.weather.outdoor_c), [-5, -4.5])
            if kind == "prices":
                told = [round(price, 6) for price in heard.prices.energy_usd_per_mwh]
                self.assertEqual(told, [31.5, -28, 140])

    def test_no_answer_no_broker_and_a_wrong_command_line_have_their_codes(self):
        self.assertEqual(self.atn("send", "--timeout", "1 s", SITE, "query", "state").returncode, 1)
        lost = subprocess.run([ATN, "--broker", f"mqtt://127.0.0.1:{free_port()}", "send", "--timeout",
                               "1 s", SITE, "query", "state"], capture_output=True, text=True, timeout=60)
        self.assertEqual(lost.returncode, 1)
        self.assertIn("no connection", lost.stderr)
        for wrong in (["send", SITE, "contract"], ["send", SITE, "contract", "--power", "4"], ["fly"], [],
                      ["send", SITE, "request", "hold", "hp.enable", "45"], ["send", SITE, "request", "limit", "4"],
                      ["send", SITE, "request", "raise", "--severity", "4"], ["send", SITE, "request", "limit"], ["run", "--prices", "/none.csv"],
                      ["run", "--timezone", "Nowhere"], ["--broker", "http://x", "watch"]):
            done = self.atn(*wrong)
            self.assertEqual(done.returncode, 2, f"{wrong}: {done.stderr}")
            self.assertTrue(done.stderr or done.stdout)
        for helped in (["--help"], ["run", "--help"], ["send", "--help"], ["send", "x", "contract", "--help"]):
            self.assertEqual(self.atn(*helped).returncode, 0)

    def test_what_run_heard_is_acknowledged_once_it_is_kept_and_survives_a_kill(self):
        house = self.house()
        house.be_born()
        node = self.start("--json", "run", "--contracts-per-day", "0")
        house.expect("heartbeat")  # greeted: the node is here
        told = house.say("event", "up/event", pb.Event(severity=pb.SEVERITY_ALARM, kind="device-failed",
                                                       subject="hp", text="gone", at_unix_ms=now_ms()))
        house.expect_acks(told)
        house.publish("up/event", b"\xff\xff junk")
        self.assertEqual(house.expect("nack").nack.reason, pb.NACK_REASON_UNDECODABLE)
        self.line_where(node, lambda line: line.get("kind") == "event")
        node.kill()
        node.wait()
        node.reader.join(10)

        node = self.start("--json", "run", "--contracts-per-day", "0")
        house.expect("heartbeat")
        house.publish("up/event", told)
        house.expect_acks(told)
        self.assertLess(self.end(node), 2)
        memory = self.remembered()["memory"]
        self.assertEqual(len(memory["events"]), 1)
        self.assertEqual(memory["site"]["duplicates"], 1)
        listed = self.atn("sites")
        self.assertIn(SITE, listed.stdout)
        self.assertEqual(self.atn("show", "oak-1").returncode, 1)

    def audit(self, *arguments):
        done = self.atn("--json", "audit", *arguments, SITE)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        told = json.loads(done.stdout)
        self.assertEqual(told["clean"], done.returncode == 0)
        return told

    def test_audit_tells_a_gap_and_its_filling_while_run_goes_on(self):
        house = self.house()
        house.be_born()
        node = self.start("--json", "run", "--contracts-per-day", "0")
        house.expect("heartbeat")
        came = house.say_event("came")
        lost = house.envelope("event", pb.Event(severity=pb.SEVERITY_INFO, kind="k", subject="s", text="lost",
                                                at_unix_ms=now_ms()))
        late = house.say_event("late")
        house.tell_backlog()
        house.expect_acks(came, late)
        told = self.audit()
        self.assertEqual(told["received"], 2)
        self.assertEqual(told["gaps"], [{"boot_id": "h1", "first": 2, "last": 2}])

        asked = house.expect("resend").resend  # after some 10 s
        self.assertEqual([(run.boot_id, run.first_sequence, run.last_sequence) for run in asked.missing],
                         [("h1", 2, 2)])
        house.publish("up/event", lost)
        house.publish("up/event", lost)
        house.expect_acks(lost)
        house.publish("up/event", b"\xff\xff junk")
        house.expect("nack")
        second = self.house("h2")
        second.follows = "h1-4"
        first_word = second.say_event("up again")
        second.expect_acks(first_word)
        told = self.audit()
        self.assertEqual(told["gaps"], [{"boot_id": "h1", "first": 4, "last": 4}])
        gone = second.say("loss", "up/loss", pb.Loss(
            lost=pb.MessageRun(boot_id="h1", first_sequence=4, last_sequence=4), reason="It was damaged.",
            at_unix_ms=now_ms()))
        second.expect_acks(gone)

        refused = pathlib.Path(self.folder.name) / "refused"
        told = self.audit("--export", str(refused))
        self.assertTrue(told["clean"])
        self.assertEqual([told[key] for key in ("received", "missing", "lost", "duplicates", "applied_twice")],
                         [5, 0, 1, 1, 0])
        self.assertEqual(told["quarantined"][0]["first_bytes"], "ffff206a756e6b")
        self.assertEqual((refused / "1.bin").read_bytes(), b"\xff\xff junk")
        self.assertEqual([boot["boot_id"] for boot in told["boots"]], ["h1", "h2"])
        self.end(node)
        self.assertIn("clean", self.atn("audit", SITE).stdout)
        self.assertIn("applied-twice\t0", self.atn("audit", "--table", SITE).stdout)
        self.assertEqual(self.atn("audit", "oak-1").returncode, 1)
        self.assertEqual(self.atn("audit", "--help").returncode, 0)

    def test_run_buys_the_cheap_hour_and_tells_prices_weather_and_heartbeats(self):
        house = self.house()
        house.be_born()
        prices = pathlib.Path(self.folder.name) / "prices.csv"
        weather = pathlib.Path(self.folder.name) / "weather.csv"
        cost = [10 if hour % 24 == 6 else 100 for hour in range(72)]
        when = [f"2020-01-{15 + hour // 24}T{hour % 24:02}:00:00Z" for hour in range(72)]
        prices.write_text("time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh\n" +
                          "".join(f"{t},{c},50\n" for t, c in zip(when, cost)))
        weather.write_text("time_utc,outdoor_c\n" + "".join(f"{t},-5\n" for t in when))
        node = self.start("--clock-start", "2020-01-15T05:54:00Z", "--speed", "60", "--json", "run",
                          "--prices", str(prices), "--weather", str(weather), "--contracts-per-day", "1",
                          "--nameplate", "10 kW")
        self.assertEqual(len(house.expect("prices").prices.energy_usd_per_mwh), 48)
        self.assertEqual(len(house.expect("weather").weather.outdoor_c), 48)
        bought = house.expect("contract").contract
        self.assertEqual(bought.contract_id, f"{SITE}/2020-01-15T06:00:00Z")
        self.assertEqual(bought.average_power_w, 8000)
        self.assertEqual(bought.length_s, 3600)
        self.assertTrue(house.expect("ack").in_reply_to.startswith("h1-"))
        self.assertLess(self.end(node, signal.SIGTERM), 2)

    def test_run_bids_for_a_house_and_settle_finds_both_books_the_same(self):
        """The chain is reckoned here from docs/wire.md, not by Hearth's own code."""
        house = self.house()
        house.be_born()
        prices = pathlib.Path(self.folder.name) / "prices.csv"
        weather = pathlib.Path(self.folder.name) / "weather.csv"
        when = [f"2020-01-{15 + hour // 24}T{hour % 24:02}:00:00Z" for hour in range(96)]
        cost = [30 if hour % 24 < 7 else 300 for hour in range(96)]
        prices.write_text("time_utc,lmp_usd_per_mwh,distribution_usd_per_mwh\n" +
                          "".join(f"{t},{c},50\n" for t, c in zip(when, cost)))
        weather.write_text("time_utc,outdoor_c\n" + "".join(f"{t},-5\n" for t in when))
        node = self.start("--clock-start", "2020-01-15T05:52:00Z", "--speed", "60", "--json", "run",
                          "--prices", str(prices), "--weather", str(weather), "--bid")
        asked = house.expect("query")
        self.assertEqual(asked.query.subject, pb.QUERY_SUBJECT_STANDING)
        model = pb.HouseModel(
            heat_wh_per_k=1160, curve=[pb.SupplyPoint(outdoor_c=-20, supply_c=50)], drained=0.3, full_c=66,
            surroundings_c=16, loss_per_hour=0.005, of_little_use_k=15, cop_factor=1, leaving_beyond_k=5,
            electric_w=6000, electric_most_w=8000, least_part=1, warm_up_s=600, warm_up_part=0.6,
            min_on_s=1200, min_off_s=600, start_cost_usd=0.05, load_w=3000, load_w_per_outdoor_k=-150)
        # A cold store before a dear day: whoever plans fills it.
        house.say("standing", "up/standing", pb.Standing(
            at_unix_ms=asked.sent_unix_ms, store_mean_c=38, store_top_c=48, since_change_s=7200, outdoor_c=-5,
            model=model, usual_beyond_w=[0] * 24))
        sold = house.expect("contract").contract
        self.assertEqual(sold.contract_id, f"{SITE}/2020-01-15T06:00:00Z")
        self.assertEqual(sold.price_usd_per_mwh, 80)
        self.assertGreater(sold.average_power_w, 3000)

        promised = sold.average_power_w
        metered = promised - 20
        chain = hashlib.sha256(f"hearth book\n{SITE}\nbook-1\n".encode()).digest()
        text = "\n".join(["book-1", "1", sold.contract_id, "completed", str(sold.start_unix_ms // 1000), "3600",
                          str(round(promised * 1000)), str(round(metered * 1000)), "80000", "3", ""])
        entry = pb.Settlement(book="book-1", entry=1, start_unix_ms=sold.start_unix_ms, length_s=3600,
                              price_usd_per_mwh=80, unmetered_s=3,
                              chain=hashlib.sha256(chain + text.encode()).digest())
        told = house.say("contract_report", "up/contract", pb.ContractReport(
            contract_id=sold.contract_id, status=pb.CONTRACT_STATUS_COMPLETED, promised_wh=promised,
            metered_wh=metered, at_unix_ms=sold.start_unix_ms + 3_600_000, settlement=entry))
        house.expect_acks(told)
        done = self.atn("--json", "settle", SITE)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        books = json.loads(done.stdout)
        self.assertEqual((books["agrees"], books["contracts"], books["kept"]), (True, 1, 1))
        self.assertAlmostEqual(books["cost_usd"], metered * 80e-6, places=9)
        self.assertIn("both books agree", self.atn("settle", SITE).stdout)

        entry.entry, entry.chain = 3, bytes(32)
        second = house.say("contract_report", "up/contract", pb.ContractReport(
            contract_id="nobody sold this", status=pb.CONTRACT_STATUS_COMPLETED, promised_wh=1, metered_wh=1,
            at_unix_ms=sold.start_unix_ms + 3_600_000, settlement=entry))
        house.expect_acks(second)
        done = self.atn("settle", "--table", SITE)
        self.assertEqual(done.returncode, 1)
        self.assertIn("unchecked", done.stdout)
        self.assertIn("missing: entries 2 to 2", self.atn("settle", SITE).stdout)
        self.assertIn("nothing has been settled", self.atn("settle", "oak-1").stdout)
        self.assertEqual(self.atn("settle", SITE, "--from", "yesterday").returncode, 2)
        self.end(node)

    def test_watch_sees_both_ways_and_says_nothing(self):
        house = self.house()
        house.answers = False
        house.be_born()
        watcher = self.start("--json", "watch", "--down")
        self.line_where(watcher, lambda line: line["kind"] == "birth" and line["body"]["online"])
        self.assertEqual(self.atn("send", "--timeout", "1 s", SITE, "heartbeat").returncode, 1)
        self.line_where(watcher, lambda line: line["direction"] == "down" and line["kind"] == "heartbeat")
        house.say("power", "up/power", pb.Power(channel="hp.power", power_w=7240, at_unix_ms=now_ms()))
        seen = self.line_where(watcher, lambda line: line["kind"] == "power")
        self.assertEqual(seen["body"]["power_w"], 7240)
        told = house.say("event", "up/event", pb.Event(severity=pb.SEVERITY_INFO, kind="k", subject="s",
                                                       text="t", at_unix_ms=now_ms()))
        house.publish("up/event", told)
        self.line_where(watcher, lambda line: line["kind"] == "event" and line["repeat"])
        self.end(watcher)
        while not house.heard.empty():
            self.assertEqual(house.heard.get()[0], "heartbeat")  # the one sent by hand
        self.assertFalse(os.path.exists(self.state))

    def test_a_state_file_that_cannot_be_used_is_an_error_with_a_remedy(self):
        os.makedirs(os.path.dirname(self.state))
        pathlib.Path(self.state).write_bytes(b"x" * 5000)
        for arguments in (["run"], ["sites"], ["watch", "--ack"]):
            done = self.atn(*arguments)
            self.assertEqual(done.returncode, 1, arguments)
            self.assertIn("--state", done.stderr)

    def test_without_a_broker_run_says_so_and_still_ends_in_order(self):
        process = subprocess.Popen([ATN, "--broker", f"mqtt://127.0.0.1:{free_port()}", "--no-state",
                                    "run"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.stderr.close)
        self.addCleanup(process.kill)
        self.assertIn("trying again", process.stderr.readline())
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=10), 0)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    ATN = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
