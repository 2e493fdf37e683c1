#!/usr/bin/python3
"""The bytes of the C++ codec, read by a program that knows nothing but protocol/hearth.proto.

The golden files are what codec_test.cpp compares its own bytes to. Here each is decoded, checked
field by field, and encoded again; and a node and a house made of Python talk over a real broker.
"""
import json
import pathlib
import shutil
import socket
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hearth_node as hearth  # noqa: E402  (found through the line above)

pb = hearth.pb
GOLDEN = hearth.ROOT / "tests" / "protocol" / "golden"
JANUARY_MS = 1579046400000  # 2020-01-15T00:00:00Z


def golden(name):
    message = pb.Envelope()
    message.ParseFromString(bytes.fromhex((GOLDEN / f"{name}.hex").read_text().strip()))
    return message


class GoldenBytes(unittest.TestCase):
    def test_every_body_of_the_protocol_has_a_golden_file(self):
        bodies = {field.name for field in pb.Envelope.DESCRIPTOR.oneofs_by_name["body"].fields}
        found = {golden(file.stem).WhichOneof("body") for file in GOLDEN.glob("*.hex")}
        self.assertEqual(found, bodies)

    def test_every_golden_file_is_understood_whole_and_written_alike(self):
        for file in GOLDEN.glob("*.hex"):
            with self.subTest(file=file.name):
                message = golden(file.stem)
                self.assertEqual(message.site, "maple-12")
                self.assertEqual(message.message_id, "-7")  # after its boot id
                self.assertEqual(message.sequence, 7)
                self.assertEqual(message.sent_unix_ms, JANUARY_MS + 250)
                self.assertEqual(message.SerializeToString(deterministic=True).hex(),
                                 file.read_text().strip())

    def test_a_report_says_value_or_fault_of_each_sample(self):
        report = hearth.readings_of(golden("report").report)
        self.assertEqual((report.slot_start_unix_ms, report.slot_length_s), (JANUARY_MS, 300))
        power, tank = report.series
        self.assertEqual((power.channel, power.unit), ("hp.power", pb.UNIT_WATT))
        self.assertEqual(power.samples[0].value, 2300.5)
        self.assertIsNone(power.samples[1].value)
        self.assertEqual(power.samples[1].at_unix_ms, JANUARY_MS + 20_000)
        self.assertEqual(power.samples[1].fault.code, pb.FAULT_CODE_TIMEOUT)
        self.assertEqual((tank.unit, tank.samples[0].value), (pb.UNIT_CELSIUS, 48.25))

    def test_quantities_are_in_the_unit_their_name_says(self):
        self.assertEqual(golden("power").power.power_w, 2300.5)
        contract = golden("contract").contract
        self.assertEqual((contract.length_s, contract.average_power_w), (3600, 3000))
        told = golden("contract_report").contract_report
        self.assertEqual((told.promised_wh, told.metered_wh), (3000, 512))
        prices = golden("prices").prices
        self.assertAlmostEqual(prices.energy_usd_per_mwh[0], -150)
        self.assertAlmostEqual(prices.distribution_usd_per_mwh[1], 390)
        self.assertEqual(list(golden("weather").weather.outdoor_c), [-12.5, 0])

    def test_a_request_carries_exactly_one_wish(self):
        for wish in ("hold", "shed", "release", "raise", "limit", "outage", "keep_alive"):
            self.assertEqual(golden(f"request_{wish}").request.WhichOneof("wish"), wish)
        hold = golden("request_hold").request
        self.assertEqual((hold.rank, hold.lease_s), (pb.AUTHORITY_ADMIN, 300))
        self.assertEqual((hold.hold.value.amount, hold.hold.value.unit), (1, pb.UNIT_ON_OFF))

    def test_a_value_never_heard_has_no_time(self):
        never = hearth.Picture().take(golden("snapshot").snapshot).points[3]
        self.assertEqual((never.quality, never.at_unix_ms), (pb.QUALITY_NEVER, 0))

    def test_a_picture_is_amended_and_what_it_does_not_know_is_left_out(self):
        picture = hearth.Picture()
        amendment = golden("snapshot_amendment").snapshot
        self.assertEqual(picture.take(amendment).points, [])
        picture.take(golden("snapshot").snapshot)
        power, enable, *_ = picture.take(amendment).points
        self.assertEqual((power.channel, power.value.amount, power.at_unix_ms),
                         ("hp.power", 2300.5, JANUARY_MS + 30_000))
        self.assertEqual((enable.channel, enable.value.amount, enable.quality),
                         ("hp.enable", 1, pb.QUALITY_GOOD))


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def mosquitto():
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin")


@unittest.skipUnless(mosquitto(), "no mosquitto on this machine")
class OverABroker(unittest.TestCase):
    """The client against a house of a few lines, to know that the client itself is right."""

    def setUp(self):
        self.port = free_port()
        self.broker = subprocess.Popen([mosquitto(), "-p", str(self.port)],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.stop_broker)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.05)
        self.house = hearth.mqtt.Client(protocol=hearth.mqtt.MQTTv5)
        self.sender = hearth.Sender("maple-12")
        self.acked = []
        self.house.on_message = self.hear
        self.house.connect("127.0.0.1", self.port)
        self.house.subscribe("hearth/v1/maple-12/down/#", qos=1)
        self.house.loop_start()
        self.addCleanup(self.house.loop_stop)
        self.say("birth", pb.Birth(online=True), topic="birth", retain=True)

    def stop_broker(self):
        self.broker.terminate()
        self.broker.wait(timeout=5)

    def say(self, kind, body, in_reply_to="", topic=None, retain=False):
        message = self.sender.envelope(kind, body, in_reply_to)
        self.house.publish(f"hearth/v1/maple-12/{topic or 'up/' + kind}",
                           message.SerializeToString(), qos=1, retain=retain)

    def hear(self, _client, _userdata, packet):
        message = hearth.understood(packet.payload)
        kind = message.WhichOneof("body")
        if kind == "ack":
            self.acked.append(message.ack.message_id)
        if kind == "contract":
            self.say("ack", pb.Ack(message_id=message.message_id), message.message_id)
            refused = message.contract.average_power_w > 9000
            status = pb.CONTRACT_STATUS_REFUSED if refused else pb.CONTRACT_STATUS_ACCEPTED
            self.say("contract_report",
                     pb.ContractReport(contract_id=message.contract.contract_id, status=status,
                                       promised_wh=0, metered_wh=0, at_unix_ms=hearth.now_ms()),
                     topic="up/contract")

    def run_client(self, *arguments):
        return subprocess.run([sys.executable, hearth.__file__, "--port", str(self.port), "--site",
                               "maple-12", "--seconds", "10", *arguments],
                              capture_output=True, text=True, timeout=30, check=False)

    def test_a_contract_is_sent_acked_reported_and_the_report_acked(self):
        ran = self.run_client("contract", "--power-w", "3000", "--id", "c-1")
        self.assertEqual(ran.returncode, 0, ran.stderr)
        told = [json.loads(line) for line in ran.stdout.splitlines()]
        self.assertEqual(told[-1]["contract_report"]["status"], "CONTRACT_STATUS_ACCEPTED")
        for _ in range(100):
            if told[-1]["message_id"] in self.acked:
                return
            time.sleep(0.05)
        self.fail("the journaled report was not acked")

    def test_a_refused_contract_ends_the_command_with_1(self):
        ran = self.run_client("contract", "--power-w", "99000")
        self.assertEqual(ran.returncode, 1, ran.stderr)


if __name__ == "__main__":
    unittest.main()
