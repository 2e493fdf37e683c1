"""The world fails: brokers, meters, other people's messages. The house goes on and says so."""

import pathlib
import signal
import subprocess
import time

import house_bench as bench
from house_bench import pb, wait_until
from main_job_case import NOON, MainJob

__all__ = ["Brokers", "Devices", "HostileMessages", "Tls"]


class Brokers(MainJob):
    def test_a_house_whose_broker_is_absent_runs_and_delivers_what_it_kept_when_it_comes(self):
        clock = bench.Clock(NOON, 10)
        broker = self.broker()
        house = self.house(clock, broker)
        house.cool_down()
        house.start()
        wait_until(house.relays.closed, what="local control heating without a broker")
        house.warm_up()
        wait_until(house.relays.opened, what="local control content again")
        broker.start()
        ear = bench.Ear(self, broker.port, self.site)
        born = ear.expect("birth", lambda b: b.online)
        self.assertEqual(len(born.layout_hash), 64)
        started = ear.event("started")
        self.assertLess(started.at_unix_ms, ear.all("birth")[0].sent_unix_ms)
        self.assertEqual(ear.state("local").mode, "thermostat")
        down, up = ear.event("link-down"), ear.event("link-up")
        self.assertLess(down.at_unix_ms, up.at_unix_ms)
        self.assertEqual(house.log.read_text().count("link-down"), 1, "told once, however often tried")

    def test_a_broker_killed_midway_costs_nothing_that_was_to_be_kept(self):
        clock = bench.Clock(NOON, 10)
        broker, house, ear = self.running(clock)
        ear.event("started")
        ear.node.close()
        broker.kill()
        house.sensors.kill()  # something to tell, while nobody listens
        wait_until(lambda: house.said("channel-fault tank.top"), what="the fault in the log")
        house.sensors.start()
        wait_until(lambda: house.said("channel-good tank.top"), what="the return in the log")
        broker.start()
        again = bench.Ear(self, broker.port, self.site)
        fault, good = again.event("channel-fault", "tank.top"), again.event("channel-good", "tank.top")
        self.assertLess(fault.at_unix_ms, good.at_unix_ms)
        events = [m.sequence for m in again.all("event")]
        # None is missing. What is new goes ahead of what had to wait, which comes in its order.
        self.assertEqual(sorted(events), list(range(min(events), max(events) + 1)))
        last = next(m.sequence for m in again.all("event") if m.event == good)
        waited = [n for n in events if n <= last]
        self.assertEqual(waited, sorted(waited))
        sent = self.send(clock, broker, "query", "state")
        self.assertEqual(sent.returncode, 0, sent.stderr)

    def test_a_contract_is_kept_to_its_end_although_the_broker_dies_under_it(self):
        clock = bench.Clock(NOON, 30)
        broker, house, ear = self.running(clock)
        start = clock.now_ms() // 300_000 * 300_000 + 300_000
        ear.node.send("contract", pb.Contract(contract_id="c1", start_unix_ms=start, length_s=300,
                                              average_power_w=3500))
        ear.contract("c1", "active")
        ear.node.close()
        broker.kill()
        wait_until(house.relays.closed, what="the coil closed, with nobody watching")
        wait_until(house.relays.opened, what="the coil opened, its energy used")
        house.cool_down()
        # The end and the grace of the contract pass; then local control heats. While the machine stands
        # still a meter grows old, and the coil may move within the contract; in the grace it has no cause.
        wait_until(lambda: clock.now_ms() >= start + 600_000 and house.relays.closed(), 60,
                   "local control heating")
        early = [at for coil, value, at in house.relays.writes
                 if (coil, value) == (0, 1) and start + 330_000 < clock.at_ms(at) < start + 595_000]
        self.assertEqual(early, [], "it waited for the end of the grace")
        broker.start()
        done = bench.Ear(self, broker.port, self.site).contract("c1", "completed")
        self.assertAlmostEqual(done.metered_wh, 3500 / 12, delta=50)


class Devices(MainJob):
    def test_a_dead_meter_is_a_fault_since_a_certain_time_and_the_rest_runs(self):
        clock = bench.Clock(NOON, 10)
        _broker, house, ear = self.running(clock)

        def point(snapshot):
            return next(p for p in snapshot.points if p.channel == "hp.power")
        ear.expect("snapshot", lambda s: point(s).quality == pb.QUALITY_GOOD)
        died = clock.now_ms()
        house.meter.kill()
        dead = ear.expect("snapshot", lambda s: point(s).quality == pb.QUALITY_FAULT)
        self.assertEqual(point(dead).fault.code, pb.FAULT_CODE_DISCONNECTED)
        self.assertGreaterEqual(point(dead).at_unix_ms, died)
        others = {p.quality for p in dead.points if p.channel != "hp.power"}
        self.assertEqual(others, {pb.QUALITY_GOOD})
        since = ear.event("channel-fault", "hp.power").at_unix_ms
        self.assertTrue(died <= since <= died + 60_000, f"{died} {since}")
        house.cool_down()
        wait_until(house.relays.closed, what="local control without a meter")
        before = len(ear.all("snapshot"))
        house.meter.start()
        ear.event("channel-good", "hp.power")
        ear.expect("snapshot", lambda s: point(s).quality == pb.QUALITY_GOOD, after=before)

    def test_a_relay_board_that_is_absent_at_start_is_picked_up_when_it_comes(self):
        clock = bench.Clock(NOON, 10)
        broker = self.broker().start()
        ear = bench.Ear(self, broker.port, self.site)
        house = self.house(clock, broker)
        house.sensors.kill()
        house.start()
        ear.event("channel-fault", "tank.top")
        wait_until(house.relays.opened, what="the relay made safe")
        house.sensors.registers["holding:0"] = "400"
        house.sensors.start()
        wait_until(house.relays.closed, what="local control, seeing again")

    def test_a_relay_board_that_hangs_is_a_fault_of_its_own_and_obeys_again_when_it_wakes(self):
        clock = bench.Clock(NOON, 10)
        _broker, house, ear = self.running(clock)
        wait_until(house.relays.opened, what="the relay made safe")
        house.relays.child.signal(signal.SIGSTOP)
        self.assertIn("timeout", ear.event("channel-fault", "hp.enable").text)
        hung = ear.expect("snapshot", lambda s: any(p.quality == pb.QUALITY_FAULT for p in s.points))
        self.assertEqual({p.channel for p in hung.points if p.quality != pb.QUALITY_GOOD}, {"hp.enable"})
        house.cool_down()
        house.relays.child.signal(signal.SIGCONT)
        ear.event("channel-good", "hp.enable")
        wait_until(house.relays.closed, what="local control heating")


class HostileMessages(MainJob):
    def test_each_is_answered_with_its_reason_told_once_and_never_fatal(self):
        clock = bench.Clock(NOON, 2)
        broker, house, ear = self.running(clock)

        def envelope(kind="query", body=None, **fields):
            message = ear.node.sender.envelope(kind, body or pb.Query(subject=pb.QUERY_SUBJECT_STATE))
            for name, value in fields.items():
                setattr(message, name, value)
            return message

        original = envelope()
        ear.publish("query", original.SerializeToString())
        ear.expect("ack", lambda a: a.message_id == original.message_id)
        other = envelope(body=pb.Query(subject=pb.QUERY_SUBJECT_LAYOUT), message_id=original.message_id)
        old = envelope(sent_unix_ms=clock.now_ms() - 331_000)
        ahead = envelope(sent_unix_ms=clock.now_ms() + 60_000)
        cases = [("UNDECODABLE", "query", b"\xff\xff junk"), ("UNDECODABLE", "contract", b""),
                 ("OVERSIZED", "query", b"\0" * (256 * 1024 + 1)), ("OVERSIZED", "query", b"\0" * 3_000_000),
                 ("WRONG_SITE", "query", envelope(site="oak-1")), ("REPLAYED", "query", other),
                 ("STALE", "query", old), ("STALE", "query", ahead),
                 ("UNEXPECTED", "contract", envelope()), ("UNEXPECTED", "nonsense", envelope()),
                 ("UNEXPECTED", "report", envelope("birth", pb.Birth(online=True)))]
        for reason, topic, message in cases:
            with self.subTest(reason=reason, topic=topic):
                before = len(ear.all("nack"))
                raw = message if isinstance(message, bytes) else message.SerializeToString()
                ear.publish(topic, raw)
                wanted = pb.NackReason.Value("NACK_REASON_" + reason)
                nack = ear.expect("nack", after=before)
                self.assertEqual(nack.reason, wanted, nack)
                self.assertTrue(nack.text)
                if not isinstance(message, bytes):
                    self.assertEqual(nack.message_id, message.message_id)
        ear.publish("query", original.SerializeToString())  # a true repeat is acknowledged again
        wait_until(lambda: sum(m.ack.message_id == original.message_id for m in ear.all("ack")) == 2)
        told = [m.event.subject for m in ear.all("event") if m.event.kind == "bad-message"]
        self.assertEqual(sorted(told), sorted(set(told)), "told once per kind")
        self.assertEqual(len(told), len({reason for reason, _, _ in cases}))
        self.assertEqual(house.log.read_text().count("bad-message"), len(told))
        sent = self.send(clock, broker, "query", "state")
        self.assertEqual(sent.returncode, 0, sent.stderr)


class Tls(MainJob):
    def certificates(self):
        def openssl(*arguments):
            subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        for authority in ("ca", "other"):
            openssl("req", *key, "-x509", "-days", "2", "-subj", f"/CN={authority}",
                    "-keyout", f"{authority}.key", "-out", f"{authority}.crt")
        pathlib.Path(self.folder, "names").write_text("subjectAltName=IP:127.0.0.1\n")
        for name in ("server", "house"):
            openssl("req", *key, "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.csr")
            openssl("x509", "-req", "-days", "2", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key",
                    "-CAcreateserial", "-extfile", "names", "-out", f"{name}.crt")

    def tls_broker(self):
        plain, folder = bench.free_port(), self.folder
        broker = self.broker(
            f"cafile {folder}/ca.crt\ncertfile {folder}/server.crt\nkeyfile {folder}/server.key\n"
            f"require_certificate true\nlistener {plain} 127.0.0.1\nallow_anonymous true\n").start()
        return broker, plain

    def test_a_house_with_its_certificate_is_born_on_a_tls_broker(self):
        self.certificates()
        broker, plain = self.tls_broker()
        house = self.house(bench.Clock(), broker, uri=f"mqtts://127.0.0.1:{broker.port}",
                           keys=", ca: ca.crt, cert: house.crt, key: house.key")
        ear = bench.Ear(self, plain, self.site)
        house.start()
        self.assertTrue(ear.expect("birth").online)
        ear.expect("snapshot")

    def test_a_house_that_does_not_trust_the_broker_runs_on_and_says_why_there_is_no_link(self):
        self.certificates()
        broker, plain = self.tls_broker()
        house = self.house(bench.Clock(), broker, uri=f"mqtts://127.0.0.1:{broker.port}",
                           keys=", ca: other.crt, cert: house.crt, key: house.key")
        house.cool_down()
        ear = bench.Ear(self, plain, self.site)
        house.start()
        wait_until(house.relays.closed, what="local control heating without a link")
        wait_until(lambda: house.said("warning link-down"), what="the link's trouble in the log")
        self.assertIn("certificate", house.log.read_text())
        time.sleep(0.5)
        self.assertEqual(ear.all("birth"), [])
