#!/usr/bin/python3
"""The main job from end to end, as processes: a real mosquitto, `scada run` on a layout of Modbus
devices that are not ours, `atn` and a node in Python. Usage:

  main_job_test.py SCADA ATN RELAY_SERVER [unittest arguments]
"""

import os
import pathlib
import subprocess
import sys
import time
import unittest

import house_bench as bench
from house_bench import pb, wait_until
from lived_time import lived_ns
from main_job_case import NOON, PROGRAMS, MainJob
from main_job_ends import *      # noqa: F401,F403  unittest finds the cases of all three here
from main_job_failures import *  # noqa: F401,F403


class Contracts(MainJob):
    def test_a_contract_sent_by_hand_starts_the_heat_pump_within_two_seconds(self):
        clock = bench.Clock()
        broker, house, ear = self.running(clock)
        wait_until(house.relays.opened, what="the coil made safe")
        time.sleep(2.5)  # the compressor's minimum off time counts from the start of the program
        left = 300 - clock.now_ms() / 1000 % 300
        if left < 15:
            time.sleep(left)  # too little of this slot is left to be worth a contract
        before = time.monotonic_ns()
        sent = self.send(clock, broker, "contract", "--start", "now", "--minutes", "5", "--power", "4 kW",
                         "--id", "c1")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        closed = wait_until(lambda: house.relays.first(0, 1, before), what="the coil closed")
        print(f"\nfrom the start of atn send to the coil written: {(closed - before) / 1e6:.0f} ms")
        self.assertLess(lived_ns(before, closed), 2e9)
        ear.contract("c1", "active")
        ear.expect("power", lambda p: abs(p.power_w - 4000) < 1)

    def test_a_contract_is_metered_kept_ended_and_followed_by_local_control_after_its_grace(self):
        clock = bench.Clock(NOON, 30)
        broker, house, ear = self.running(clock)
        self.node(clock, broker)
        house.draw_w = 6000
        sent = self.send(clock, broker, "contract", "--start", "next", "--minutes", "5", "--power", "4 kW",
                         "--id", "c1")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        self.assertIn("accepted", sent.stdout)
        ear.contract("c1", "active")
        wait_until(house.relays.closed, what="the coil closed")
        # More power than promised: it stops as soon as the promised energy is used.
        wait_until(house.relays.opened, what="the coil opened")
        done = ear.contract("c1", "completed", 40)
        print(f"\npromised {done.promised_wh:.1f} Wh, metered {done.metered_wh:.1f} Wh")
        self.assertAlmostEqual(done.promised_wh, 4000 / 12, delta=0.1)
        self.assertAlmostEqual(done.metered_wh, done.promised_wh, delta=max(50, 0.02 * done.promised_wh))
        house.cool_down()  # local control would heat at once, and must wait for the grace to pass
        fallback = ear.event("contract-fallback", "c1", 40)
        # The grace counts from the contract's end, at a whole slot, whenever a busy machine told of it.
        ended = done.at_unix_ms // 300_000 * 300_000
        self.assertGreaterEqual(fallback.at_unix_ms - ended, 299_000)
        wait_until(house.relays.closed, what="local control heating")
        back = ear.state("local", after=len(ear.all("state")) - 1)
        self.assertGreaterEqual(back.since_unix_ms, ended + 299_000)
        warned = ear.event("contract-no-successor", "c1")
        self.assertGreaterEqual(warned.at_unix_ms - ended, 119_000)
        known = self.atn(clock, broker, "show", self.site, state="node.db")
        self.assertIn("c1", known.stdout)
        report = ear.expect("report", lambda r: any(s.channel == "hp.power" for s in r.series))
        self.assertEqual(report.slot_length_s, 300)

    def test_what_cannot_be_kept_is_refused_with_the_reason(self):
        clock = bench.Clock(NOON, 5)
        broker, _house, ear = self.running(clock)
        later, long_ago = "2026-01-15T14:00:00Z", "2026-01-15T11:00:00Z"
        good = self.send(clock, broker, "contract", "--start", later, "--minutes", "60", "--power", "4 kW")
        self.assertEqual(good.returncode, 0, good.stderr)
        for start, minutes, kw, why in [(long_ago, "60", "4", "past"), (later, "30", "3", "overlaps"),
                                        ("2026-01-15T15:00:00Z", "60", "20", "more than the heat pump"),
                                        ("2026-01-18T15:00:00Z", "60", "4", "ahead"),
                                        ("2026-01-15T15:01:00Z", "60", "4", "multiple")]:
            with self.subTest(why):
                sent = self.send(clock, broker, "contract", "--start", start, "--minutes", minutes,
                                 "--power", f"{kw} kW")
                self.assertEqual(sent.returncode, 3, sent.stderr)
                self.assertIn(why, sent.stderr)
        # What atn itself would not say; the codec or the contract book must refuse it.
        start = clock.now_ms() // 300_000 * 300_000 + 600_000
        for name, length, power in [("negative", 300, -4000), ("too-long", 7200, 4000), ("odd", 301, 4000)]:
            with self.subTest(name):
                said = ear.node.send("contract", pb.Contract(contract_id=name, start_unix_ms=start,
                                                             length_s=length, average_power_w=power))
                self.assertTrue(self.reason_against(ear, said, name))
        self.assertNotIn("too-long", [r.contract_report.contract_id for r in ear.all("contract_report")
                                      if r.contract_report.status == pb.CONTRACT_STATUS_ACCEPTED])

    @staticmethod
    def reason_against(ear, message_id, name):
        def found():
            for m in ear.all("nack"):
                if m.nack.message_id == message_id:
                    return m.nack.text
            for m in ear.all("contract_report"):
                if (m.contract_report.contract_id, m.contract_report.status) == (name, pb.CONTRACT_STATUS_REFUSED):
                    return m.contract_report.reason
            return None
        return wait_until(found, what=f"a refusal of {name}")


class NodeInPython(MainJob):
    """The client made of the .proto file alone."""

    def test_it_contracts_holds_and_asks_like_any_node(self):
        clock = bench.Clock(NOON, 10)
        _broker, house, ear = self.running(clock)
        told = ear.expect("layout")
        self.assertEqual([(c.channel, c.actuator) for c in told.channels if c.actuator], [("hp.enable", True)])

        def whole_picture():
            """Nothing of it if a channel has not been heard yet."""
            snapshots = len(ear.all("snapshot"))
            ear.node.send("query", pb.Query(subject=pb.QUERY_SUBJECT_SNAPSHOT))
            picture = ear.expect("snapshot", after=snapshots)
            return picture if all(p.value is not None for p in picture.points) else None
        picture = wait_until(whole_picture, what="a picture in which every channel has been heard")
        values = {p.channel: p.value.amount for p in picture.points}
        self.assertAlmostEqual(values["tank.top"], 60)
        self.assertEqual({p.quality for p in picture.points}, {pb.QUALITY_GOOD})

        start = clock.now_ms() // 300_000 * 300_000
        before = time.monotonic_ns()
        ear.node.send("contract", pb.Contract(contract_id="py", start_unix_ms=start, length_s=900,
                                              average_power_w=4000))
        ear.contract("py", "accepted")
        ear.contract("py", "active")
        closed = wait_until(lambda: house.relays.first(0, 1, before), what="the coil closed")
        print(f"\nfrom publishing a contract to the coil written: {(closed - before) / 1e6:.1f} ms")
        self.assertLess(lived_ns(before, closed), 2e9)
        ear.expect("power", lambda p: abs(p.power_w - 4000) < 1)
        ear.state("contract")

        def hold(amount):
            return ear.node.send("request", pb.Request(
                rank=pb.AUTHORITY_ADMIN, reason="bleeding a radiator", lease_s=600,
                hold=pb.Hold(channel="hp.enable", value=pb.Measured(amount=amount, unit=pb.UNIT_ON_OFF))))
        self.assertTrue(ear.outcome(hold(0)).accepted)
        wait_until(house.relays.opened, what="the coil held open by hand")
        released = ear.node.send("request", pb.Request(rank=pb.AUTHORITY_ADMIN, release=pb.Release()))
        self.assertTrue(ear.outcome(released).accepted)
        wait_until(house.relays.closed, what="the contract in charge again")
        ear.node.send("withdrawal", pb.Withdrawal(contract_id="py", reason="line work"))
        taken_back = ear.contract("py", "withdrawn")
        self.assertGreater(taken_back.metered_wh, 0)
        wait_until(house.relays.opened, what="local control, which has a warm tank")

    def test_its_command_line_says_everything_a_node_can_say(self):
        broker, _house, _ear = self.running(bench.Clock())
        told = {}
        for words in (["prices", "40", "-28", "140"], ["weather", "--", "-5", "-4.5"], ["shed"], ["release"],
                      ["query", "state"], ["query", "layout"], ["heartbeat"],
                      ["hold", "hp.enable", "0", "on_off", "--rank", "admin"]):
            with self.subTest(words):
                done = subprocess.run(["/usr/bin/python3", "-B", bench.hearth.__file__, "--port",
                                       str(broker.port), "--site", self.site, *words],
                                      capture_output=True, text=True, timeout=60, check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                told[words[0]] = done.stdout
        self.assertIn("AUTHORITY_LOCAL", told["query"] + told["prices"] + told["hold"])
        self.assertIn("held for 5 min", told["hold"])
        refused = subprocess.run(["/usr/bin/python3", "-B", bench.hearth.__file__, "--port", str(broker.port),
                                  "--site", self.site, "contract", "--power-w", "99000"],
                                 capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(refused.returncode, 1, refused.stdout + refused.stderr)
        self.assertIn("more than the heat pump can draw", refused.stdout)

    def test_its_admin_is_refused_by_a_house_that_takes_none(self):
        clock = bench.Clock(NOON, 10)
        broker, house, _ear = self.running(clock, remote_admin="false")
        sent = self.send(clock, broker, "request", "hold", "hp.enable", "on", "--rank", "admin")
        self.assertEqual(sent.returncode, 3, sent.stderr)
        self.assertIn("remote_admin is false", sent.stderr)
        self.assertFalse(house.relays.closed())


class Resources(MainJob):
    def test_an_idle_house_is_small_and_quiet(self):
        clock = bench.Clock()
        _broker, house, _ear = self.running(clock)

        def cpu_s():
            fields = pathlib.Path(f"/proc/{house.child.pid}/stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        time.sleep(10)
        begun = cpu_s()
        time.sleep(20)
        used = cpu_s() - begun
        status = pathlib.Path(f"/proc/{house.child.pid}/status").read_text()
        rss_kb = int(status.split("VmRSS:")[1].split()[0])
        print(f"\nidle house after 30 s: RSS {rss_kb / 1024:.1f} MB, CPU {used / 20 * 100:.2f} % of a core")
        self.assertLess(used / 20, 0.1)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    PROGRAMS.scada, PROGRAMS.atn, PROGRAMS.relay_server = (os.path.abspath(p) for p in sys.argv[1:4])
    del sys.argv[1:4]
    unittest.main(verbosity=2)
