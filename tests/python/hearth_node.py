#!/usr/bin/python3
"""A cloud node in another language, made from protocol/hearth.proto and docs/wire.md alone.

  hearth_node.py watch                                   print what the house says, one JSON a line
  hearth_node.py contract --power-w 3000 [--start TIME] [--length-s 300] [--id NAME]
  hearth_node.py withdraw ID | prices 40 50 60 | weather -- -5 -6 | shed | release | heartbeat
  hearth_node.py hold CHANNEL AMOUNT UNIT --rank admin | query snapshot|layout|state

Every command prints the upstream messages it hears as JSON lines and acks the journaled ones;
one that sends a message ends when the house answered it: exit 0 for an ack (and, where one is
due, an outcome or contract report that accepts), 1 for a refusal, 3 for no answer in time.
"""
import argparse
import collections
import importlib
import itertools
import json
import pathlib
import queue
import struct
import subprocess
import sys
import tempfile
import threading
import time
import types
import uuid
import zlib

import paho.mqtt.client as mqtt
from google.protobuf import json_format

ROOT = pathlib.Path(__file__).resolve().parents[2]
JOURNALED = {"report", "event", "outcome", "contract_report", "loss"}


def load_protocol():
    """Compiles hearth.proto into a folder of its own and imports it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["protoc", f"-I{ROOT / 'protocol'}", f"--python_out={folder}",
                        "hearth.proto"], check=True)
        sys.path.insert(0, folder)
        try:
            return importlib.import_module("hearth_pb2")
        finally:
            sys.path.remove(folder)


pb = load_protocol()


def now_ms():
    return int(time.time() * 1000)


INFLATED_BYTES = 1024 * 1024
RAW_EXPONENT = 10


def understood(payload):
    """The envelope in these bytes, its message_id whole."""
    message = pb.Envelope.FromString(payload)
    if message.message_id.startswith("-"):
        message.message_id = message.boot_id + message.message_id
    return message


def columns_of(message, kind):
    """The columns of a report or snapshot, inflated if need be."""
    if message.HasField("plain"):
        return message.plain
    stream = zlib.decompressobj()
    data = stream.decompress(message.deflated, INFLATED_BYTES + 1)
    if len(data) > INFLATED_BYTES or not stream.eof or stream.unused_data:
        raise ValueError("no zlib stream of at most 1 MiB")
    return kind.FromString(data)


def faulty_of(pairs, faults):
    """Position → fault."""
    found, position = {}, 0
    for step, which in zip(pairs[::2], pairs[1::2], strict=True):
        found[position + step] = faults[which]
        position += step + 1
    return found


def decimal(number, exponent):
    """Exact: one division or product, rounded once."""
    if exponent == RAW_EXPONENT:
        return struct.unpack(">d", struct.pack(">q", number))[0]
    return number / 10 ** -exponent if exponent < 0 else float(number * 10 ** exponent)


def readings_of(report):
    """A pb.Report as series of samples (at_unix_ms, value or None, fault or None)."""
    columns = columns_of(report, pb.ReportColumns)
    times = list(itertools.accumulate(columns.steps_ms, initial=report.slot_start_unix_ms))[1:]
    series = []
    for row in columns.series:
        faulty = faulty_of(row.faulty, columns.faults)
        sums = itertools.accumulate(row.values)
        values = iter(row.exact or [decimal(n, row.exponent) for n in sums])
        samples = []
        for i, place in enumerate(itertools.accumulate(row.times)):
            fault = faulty.get(i)
            samples.append(types.SimpleNamespace(at_unix_ms=times[place], fault=fault,
                                                 value=None if fault else next(values)))
        series.append(types.SimpleNamespace(channel=row.channel, unit=row.unit, samples=samples))
    return types.SimpleNamespace(slot_start_unix_ms=report.slot_start_unix_ms,
                                 slot_length_s=report.slot_length_s, series=series)


def points_of(snapshot):
    """The points of a pb.Snapshot, told by `channel` in a full picture, by `place` in an amendment."""
    columns = columns_of(snapshot, pb.SnapshotColumns)
    faulty = faulty_of(columns.faulty, columns.faults)
    values = zip(columns.units, columns.exponents, columns.numbers, strict=True)
    places = [place + i for i, place in enumerate(itertools.accumulate(columns.places))]
    points = []
    for i, age in enumerate(columns.ages):
        quality = columns.qualities[i] if columns.qualities else pb.QUALITY_GOOD
        fault, value = faulty.get(i), None
        if fault is None:
            unit, exponent, number = next(values)
            value = types.SimpleNamespace(amount=decimal(number, exponent), unit=unit)
        never = quality == pb.QUALITY_NEVER and age == 0
        points.append(types.SimpleNamespace(
            place=i if columns.channels else places[i],
            channel=columns.channels[i] if columns.channels else None, value=value, fault=fault,
            quality=quality, at_unix_ms=0 if never else snapshot.at_unix_ms - age * columns.age_step_ms))
    return points


class Picture:
    """The last full picture, and what each amendment makes of it."""

    def __init__(self):
        self.base_unix_ms, self.full = None, []

    def take(self, snapshot):
        told = points_of(snapshot)
        if not snapshot.base_unix_ms:
            self.base_unix_ms, self.full = snapshot.at_unix_ms, told
            return types.SimpleNamespace(at_unix_ms=snapshot.at_unix_ms, points=told)
        changed = {p.place: p for p in told}
        points = []
        for place, was in enumerate(self.full):
            fields = vars(changed.get(place, was)) | {"channel": was.channel}
            if place not in changed:
                if self.base_unix_ms != snapshot.base_unix_ms:
                    continue
                if was.quality == pb.QUALITY_GOOD:
                    fresh = snapshot.at_unix_ms - 1000 * snapshot.fresh_within_s
                    fields["at_unix_ms"] = max(was.at_unix_ms, fresh)
            points.append(types.SimpleNamespace(**fields))
        return types.SimpleNamespace(at_unix_ms=snapshot.at_unix_ms, points=points)


class Heard:
    """An envelope whose report and snapshot are readings instead of columns."""

    def __init__(self, message, **readings):
        self.message, self.readings = message, readings

    def __getattr__(self, name):
        readings = self.__dict__["readings"]
        return readings[name] if name in readings else getattr(self.__dict__["message"], name)


class Sender:
    """Stamps envelopes: one boot id, sequences from 1."""

    def __init__(self, site):
        self.site = site
        self.boot_id = "py-" + uuid.uuid4().hex[:12]
        self.sequences = itertools.count(1)  # one step at a time, whichever thread speaks

    def envelope(self, kind, body, in_reply_to=""):
        sequence = next(self.sequences)
        message = pb.Envelope(site=self.site, boot_id=self.boot_id, sequence=sequence,
                              message_id=f"{self.boot_id}-{sequence}", sent_unix_ms=now_ms(),
                              in_reply_to=in_reply_to)
        getattr(message, kind).CopyFrom(body)
        return message


class Node:
    """One node for one house on a broker. What the house says is put into `heard`."""

    def __init__(self, broker_host, broker_port, site):
        self.sender = Sender(site)
        self.site = site
        self.heard = queue.Queue()
        self.picture = Picture()
        self.seen = set()  # (boot id, sequence) of journaled messages
        self.outgoing = collections.deque(maxlen=20)
        self.client = mqtt.Client(client_id=self.sender.boot_id, protocol=mqtt.MQTTv5)
        self.client.on_connect = self._connected
        self.client.on_message = self._arrived
        self.client.on_subscribe = lambda *_: self.ready.set()
        self.ready = threading.Event()
        self.client.connect(broker_host, broker_port)
        self.client.loop_start()
        if not self.ready.wait(timeout=10):  # else the answer to our first word could be missed
            raise TimeoutError("the broker did not confirm the subscription")

    def close(self):
        for publication in self.outgoing.copy():  # an ack that never left would be a lie to ourselves
            publication.wait_for_publish(timeout=2)
        self.client.disconnect()
        self.client.loop_stop()

    def send(self, kind, body, in_reply_to=""):
        """Says one thing to the house; the message id is its name in every answer."""
        message = self.sender.envelope(kind, body, in_reply_to)
        self.outgoing.append(self.client.publish(f"hearth/v1/{self.site}/down/{kind}",
                                                 message.SerializeToString(), qos=1))
        return message.message_id

    def _connected(self, client, _userdata, _flags, _reason, _properties=None):
        client.subscribe([(f"hearth/v1/{self.site}/birth", 1), (f"hearth/v1/{self.site}/up/#", 1)])

    def _arrived(self, _client, _userdata, packet):
        try:
            message = self._read(packet.payload)
        except Exception as error:  # whatever the bytes are, the node goes on
            self.send("nack", pb.Nack(reason=pb.NACK_REASON_UNDECODABLE, text=str(error)))
            return
        kind = message.WhichOneof("body")
        if kind in JOURNALED:
            self.send("ack", pb.Ack(message_id=message.message_id), message.message_id)
            if (message.boot_id, message.sequence) in self.seen:
                return  # it came twice; acked again, counted once
            self.seen.add((message.boot_id, message.sequence))
        elif kind == "heartbeat" and not message.in_reply_to:
            self.send("heartbeat", pb.Heartbeat(), message.message_id)
        elif kind == "birth" and message.birth.online:
            self.send("heartbeat", pb.Heartbeat(), message.message_id)
        self.heard.put(message)

    def _read(self, payload):
        message = understood(payload)
        kind = message.WhichOneof("body")
        if kind == "snapshot":
            return Heard(message, snapshot=self.picture.take(message.snapshot))
        return Heard(message, report=readings_of(message.report)) if kind == "report" else Heard(message)

    def listen(self, seconds):
        """The messages heard within `seconds`, one by one."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            try:
                yield self.heard.get(timeout=left)
            except queue.Empty:
                return


def to_json(message):
    """One line; names as in the .proto file, times as they are."""
    out = json_format.MessageToDict(message.message, preserving_proto_field_name=True,
                                    including_default_value_fields=False)
    plain = lambda x: getattr(x, "__dict__", None) or json_format.MessageToDict(x)  # noqa: E731
    out.update(json.loads(json.dumps(message.readings, default=plain)))
    return json.dumps(out)


def settles(message, message_id, kind, contract_id):
    """Whether `message` says what became of ours: True, False, or None if it does not."""
    body = message.WhichOneof("body")
    if body == "nack" and message.nack.message_id == message_id:
        return False
    if body == "outcome" and message.outcome.request_id == message_id:
        return message.outcome.accepted
    if body == "contract_report" and contract_id and message.contract_report.contract_id == contract_id:
        if kind == "withdrawal":
            return message.contract_report.status == pb.CONTRACT_STATUS_WITHDRAWN or None
        return message.contract_report.status != pb.CONTRACT_STATUS_REFUSED
    if body == "ack" and message.ack.message_id == message_id and kind in ("prices", "weather", "query"):
        return True
    if body == "heartbeat" and message.in_reply_to == message_id:
        return True
    return None


def start_ms(text):
    """ISO 8601, or "now" for the market slot under way, "next" for the one after it."""
    from datetime import datetime
    this_slot = now_ms() // 300_000 * 300_000
    if text in ("now", "next"):
        return this_slot + (300_000 if text == "next" else 0)
    return int(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


def body_of(options):
    """The kind and body of what the command line asks to send."""
    command = options.command
    if command == "contract":
        return "contract", pb.Contract(contract_id=options.id, start_unix_ms=start_ms(options.start),
                                       length_s=options.length_s, average_power_w=options.power_w)
    if command == "withdraw":
        return "withdrawal", pb.Withdrawal(contract_id=options.id, reason=options.reason)
    if command == "prices":
        return "prices", pb.Prices(start_unix_ms=start_ms(options.start), slot_s=options.slot_s,
                                   energy_usd_per_mwh=options.values,
                                   distribution_usd_per_mwh=options.distribution)
    if command == "weather":
        return "weather", pb.Weather(start_unix_ms=start_ms(options.start), slot_s=options.slot_s,
                                     outdoor_c=options.values)
    if command == "heartbeat":
        return "heartbeat", pb.Heartbeat(contract_id=options.id)
    if command == "query":
        return "query", pb.Query(subject=pb.QuerySubject.Value("QUERY_SUBJECT_" + options.subject.upper()))
    request = pb.Request(rank=pb.Authority.Value("AUTHORITY_" + options.rank.upper()),
                         lease_s=options.lease_s, reason=options.reason)
    if command == "hold":
        unit = pb.Unit.Value("UNIT_" + options.unit.upper())
        request.hold.CopyFrom(pb.Hold(channel=options.channel,
                                      value=pb.Measured(amount=options.amount, unit=unit)))
    else:
        getattr(request, command).SetInParent()
    return "request", request


def parse(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=1883)
    parser.add_argument("--site", required=True)
    parser.add_argument("--seconds", type=float, default=10,
                        help="how long to watch, or to wait for an answer")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("watch")
    contract = commands.add_parser("contract")
    contract.add_argument("--id", default="py-" + uuid.uuid4().hex[:8])
    contract.add_argument("--start", default="now", help="ISO 8601 time, 'now' or 'next' (slot of 300 s)")
    contract.add_argument("--length-s", type=int, default=300)
    contract.add_argument("--power-w", type=float, required=True)
    withdraw = commands.add_parser("withdraw")
    withdraw.add_argument("id")
    withdraw.add_argument("--reason", default="by hand")
    for name in ("prices", "weather"):
        series = commands.add_parser(name)
        series.add_argument("values", type=float, nargs="+", help="one per slot")
        series.add_argument("--start", default="now")
        series.add_argument("--slot-s", type=int, default=3600)
        if name == "prices":
            series.add_argument("--distribution", type=float, nargs="*", default=[])
    for name in ("hold", "shed", "release"):
        request = commands.add_parser(name)
        if name == "hold":
            request.add_argument("channel")
            request.add_argument("amount", type=float)
            request.add_argument("unit", help="watt, celsius, on_off …")
        request.add_argument("--rank", choices=("admin", "grid"), default="grid")
        request.add_argument("--lease-s", type=int, default=0)
        request.add_argument("--reason", default="by hand")
    heartbeat = commands.add_parser("heartbeat")
    heartbeat.add_argument("--id", default="", help="contract in force")
    query = commands.add_parser("query")
    query.add_argument("subject", choices=("snapshot", "layout", "state"))
    return parser.parse_args(arguments)


def main(arguments):
    options = parse(arguments)
    node = Node(options.host, options.port, options.site)
    try:
        if options.command == "watch":
            for message in node.listen(options.seconds):
                print(to_json(message), flush=True)
            return 0
        kind, body = body_of(options)
        contract_id = getattr(body, "contract_id", "")
        message_id = node.send(kind, body)
        for message in node.listen(options.seconds):
            print(to_json(message), flush=True)
            settled = settles(message, message_id, kind, contract_id)
            if settled is not None:
                return 0 if settled else 1
        return 3
    finally:
        node.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
