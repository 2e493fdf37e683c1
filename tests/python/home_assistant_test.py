#!/usr/bin/python3
"""What Home Assistant is told of a house, on a real broker, held against what its documentation asks of MQTT discovery.

usage: home_assistant_test.py SCADA
"""

import json
import pathlib
import re
import sys
import tempfile
import threading
import unittest

import paho.mqtt.client as mqtt

import house_bench as bench

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCADA = ""

# From the documentation of the integrations sensor, binary_sensor and mqtt.
TOPIC = re.compile(r"^homeassistant/(sensor|binary_sensor)/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+/config$")
COMMON = {"name", "unique_id", "state_topic", "device_class", "expire_after", "device", "origin", "value_template",
          "json_attributes_topic"}
KEYS = {"sensor": COMMON | {"unit_of_measurement", "state_class"}, "binary_sensor": COMMON | {"payload_on", "payload_off"}}
DEVICE_KEYS = {"identifiers", "name", "manufacturer", "model", "sw_version", "via_device"}
UNITS = {
    "apparent_power": {"VA"}, "current": {"A", "mA"}, "duration": {"d", "h", "min", "s", "ms"}, "energy": {"Wh", "kWh"},
    "frequency": {"Hz", "kHz"}, "power": {"W", "kW"}, "pressure": {"Pa", "hPa", "kPa", "bar"}, "reactive_power": {"var"},
    "temperature": {"°C", "°F", "K"}, "voltage": {"V", "mV"}, "volume": {"L", "mL", "m³"},
    "volume_flow_rate": {"L/min", "m³/h"}}
BINARY_CLASSES = {"running", "power", "heat"}
CUMULATED = {"energy", "volume"}


def complaints(topic, payload):
    """What Home Assistant would refuse or misunderstand."""
    found = TOPIC.match(topic)
    if not found:
        return ["no discovery topic"]
    says, component, wrong = json.loads(payload), found.group(1), []

    def must(true, what):
        if not true:
            wrong.append(what)

    must(set(says) <= KEYS[component], f"unknown keys {set(says) - KEYS[component]}")
    for key in ("name", "unique_id", "state_topic"):
        must(isinstance(says.get(key), str) and says[key], f"no {key}")
    must(not set("+#") & set(says.get("state_topic", "+")), "a state topic with a wildcard")
    must(isinstance(says.get("expire_after"), int) and says["expire_after"] > 0, "no expire_after")
    device = says.get("device", {})
    must(set(device) <= DEVICE_KEYS, "unknown keys of the device")
    must(isinstance(device.get("identifiers"), list) and device["identifiers"] and
         all(isinstance(i, str) for i in device["identifiers"]), "no identifiers, or no list of texts")
    must(isinstance(says.get("origin", {}).get("name"), str), "no origin")
    kind = says.get("device_class")
    if component == "binary_sensor":
        must(kind is None or kind in BINARY_CLASSES, f"no class of a binary sensor: {kind}")
        must({says.get("payload_on"), says.get("payload_off")} == {"ON", "OFF"}, "other payloads than are said")
        return wrong
    if kind is not None:
        must(says.get("unit_of_measurement") in UNITS.get(kind, ()), f"{kind} in {says.get('unit_of_measurement')}")
        wanted = {"total", "total_increasing"} if kind in CUMULATED else {"measurement"}
        must(says.get("state_class") in wanted, f"{kind} as {says.get('state_class')}")
    return wrong


class Listener:
    """A client that takes part as Home Assistant does."""

    def __init__(self, test, port):
        self.lock, self.introduced, self.states, self.kept = threading.Lock(), {}, {}, set()
        self.client = mqtt.Client(protocol=mqtt.MQTTv5)
        self.client.on_connect = lambda client, *_: client.subscribe([("homeassistant/#", 1), ("hearth/home/#", 1)])
        self.client.on_message = self.hear
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", port)
        self.client.loop_start()
        test.addCleanup(self.client.loop_stop)
        test.addCleanup(self.client.disconnect)

    def hear(self, _client, _data, message):
        with self.lock:
            if message.retain:
                self.kept.add(message.topic)
            into = self.introduced if message.topic.endswith("/config") else self.states
            into[message.topic] = message.payload.decode()

    def speaks_of_all(self):
        with self.lock:
            topics = {json.loads(says)["state_topic"] for says in self.introduced.values()}
            return topics and topics == set(self.states)

    def forget(self):
        with self.lock:
            self.introduced, self.states, self.kept = {}, {}, set()


class HomeAssistant(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="hearth-ha-")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.broker = bench.Broker(self, self.folder).start()
        text = (ROOT / "layouts/simulated-house.yaml").read_text()
        text = re.sub(r"(?m)^link:.*\n", "", text)
        text = text.replace("buses:\n", f"buses:\n  broker: {{ kind: mqtt, broker: \"mqtt://127.0.0.1:{self.broker.port}\" }}\n", 1)
        (self.folder / "samples").symlink_to(ROOT / "layouts/samples")
        self.layout = self.folder / "house.yaml"
        self.layout.write_text(text + "\nhome_assistant: { bus: broker }\n")

    def start(self):
        clock = bench.Clock("2020-01-13T12:00:00Z", 30)
        log = open(self.folder / "scada.log", "w", encoding="utf-8")
        self.addCleanup(log.close)
        return bench.Child(self, [SCADA, "run", str(self.layout), "--state", str(self.folder / "state"),
                                  *clock.options()], stdout=log, stderr=log)

    def test_a_house_is_introduced_as_documented_speaks_and_comes_back_with_the_broker(self):
        home = Listener(self, self.broker.port)
        self.start()
        bench.wait_until(home.speaks_of_all, 60, "a word of every entity")
        self.assertGreater(len(home.introduced), 20)
        for topic, payload in home.introduced.items():
            self.assertEqual([], complaints(topic, payload), f"{topic}\n{payload}")
        says = [json.loads(p) for p in home.introduced.values()]
        ids = [s["unique_id"] for s in says]
        self.assertEqual(len(ids), len(set(ids)))
        known = {i for s in says for i in s["device"]["identifiers"]}
        self.assertLessEqual({s["device"]["via_device"] for s in says if "via_device" in s["device"]}, known)
        for s in says:
            state = home.states[s["state_topic"]]
            if "payload_on" in s:
                self.assertIn(state, ("ON", "OFF", "None"))
            elif "value_template" in s:
                self.assertEqual("{{ value_json.in_charge }}", s["value_template"])
                self.assertIn(json.loads(state)["in_charge"], ("local", "safety", "admin"))
            elif state != "None":
                float(state)
        self.assertEqual("20.5", home.states["hearth/home/maple-12/setpoint_living"])
        self.assertNotEqual("None", home.states["hearth/home/maple-12/living_temp"])

        later = Listener(self, self.broker.port)
        bench.wait_until(lambda: len(later.introduced) == len(home.introduced), what="all introductions, kept")
        with later.lock:
            self.assertEqual(set(home.introduced), {t for t in later.kept if t.endswith("/config")})
            self.assertEqual(set(), {t for t in later.kept if not t.endswith("/config")})

        before = set(home.introduced)
        self.broker.kill()
        home.forget()
        self.broker.start()
        bench.wait_until(lambda: before <= set(home.introduced) and home.speaks_of_all(), 60, "all of it again")


if __name__ == "__main__":
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    SCADA = sys.argv.pop(1)
    unittest.main()
