#!/usr/bin/python3
"""Records houses as they run, as processes, and replays their past. Usage:

  replay_test.py SCADA ATN RELAY_SERVER [unittest arguments]
"""

import json
import os
import pathlib
import signal
import sqlite3
import subprocess
import sys
import unittest

import house_bench as bench
from house_bench import wait_until
from main_job_case import NOON, PROGRAMS, MainJob

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYOUTS = ROOT / "layouts"


class RecordedHouse(bench.House):
    def command(self):
        return [*super().command(), "--record", str(self.record)]

    @property
    def record(self):
        return self.folder / "decisions.log"


class Replay(MainJob):
    def replay(self, log, *options):
        return subprocess.run([PROGRAMS.scada, "replay", str(log), *options], capture_output=True,
                              text=True, timeout=120, check=False)

    def replayed(self, log, *options):
        """Exit code, decisions and summary."""
        done = self.replay(log, "--json", *options)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        return done.returncode, [x for x in lines if "verdict" in x], lines[-1]["summary"]

    def check_reproduced(self, code, decisions, summary):
        """Every decision, and contracts were among them."""
        different = [d for d in decisions if d["verdict"] not in ("same", "renewed")]
        self.assertEqual(different, [])
        self.assertEqual(code, 0)
        self.assertEqual((summary["different"], summary["still_different"], summary["shifted"]), (0, 0, 0))
        self.assertEqual((summary["gaps"], summary["inputs_lost"], summary["failure"]), (0, 0, None))
        orders = [d for d in decisions if d["kind"] == "command" and d["now"]["by"] == "contract"]
        self.assertGreater(len(orders), 0)
        self.assertEqual([d["was"] for d in decisions], [d["now"] for d in decisions])
        return orders

    def test_a_live_demo_is_reproduced_decision_by_decision(self):
        log = pathlib.Path(self.folder) / "demo.log"
        demo = subprocess.run(
            [PROGRAMS.scada, "demo", "--layout", str(LAYOUTS / "simulated-house.yaml"), "--for", "4h",
             "--speed", "900", "--plain", "--record", str(log)],
            capture_output=True, text=True, timeout=240, check=False)
        self.assertEqual(demo.returncode, 0, demo.stderr)
        self.assertIn(": active", demo.stdout)
        code, decisions, summary = self.replayed(log, "--all")
        orders = self.check_reproduced(code, decisions, summary)
        self.assertEqual(summary["end"], "in-good-order")
        self.assertEqual(len(decisions), summary["decisions"])
        self.assertGreater(summary["inputs"], 1000)
        kinds = {d["kind"] for d in decisions}
        self.assertLessEqual({"command", "state", "contract", "event"}, kinds)
        print(f"\n{summary['inputs']} inputs, {summary['decisions']} decisions, {len(orders)} commands by "
              f"contract, {log.stat().st_size / 1e6:.2f} MB of log")

        text = self.replay(log)
        self.assertEqual(text.returncode, 0)
        self.assertRegex(text.stdout, r"(?m)^  Mon 2020-01-13 0\d:\d\d:\d\d  hp.enable +on by contract: using the ")
        self.assertRegex(text.stdout, r"(?m)^0 +are different$")
        self.assertNotIn("≠", text.stdout)
        table = self.replay(log, "--tsv", "--from", "2020-01-13T06:00:00Z")
        rows = [row.split("\t") for row in table.stdout.splitlines()]
        self.assertEqual({len(row) for row in rows}, {14})
        self.assertGreaterEqual(rows[1][0][:19], "2020-01-13T06:00:00")

        # Another layout would have decided otherwise; the same log says where.
        other = pathlib.Path(self.folder) / "other.yaml"
        layout = (LAYOUTS / "simulated-house.yaml").read_text()
        self.assertIn("min_off: 10 min", layout)
        other.write_text(layout.replace("min_off: 10 min", "min_off: 30 min"))
        code, decisions, summary = self.replayed(log, "--layout", str(other), "--only-different")
        self.assertEqual(code, 1)
        self.assertGreater(summary["different"], 0)
        first = next(d for d in decisions if d["verdict"] == "different")
        self.assertNotEqual(first["was"], first["now"])

    def test_a_house_that_is_killed_leaves_a_log_that_is_replayed(self):
        clock = bench.Clock(NOON, 30)
        broker = self.broker().start()
        ear = bench.Ear(self, broker.port, self.site)
        house = RecordedHouse(self, PROGRAMS, clock, self.folder, f"mqtt://127.0.0.1:{broker.port}",
                              site=self.site)
        house.start()
        ear.expect("birth", lambda b: b.online)
        ear.expect("snapshot")
        self.node(clock, broker)
        sent = self.send(clock, broker, "contract", "--start", "next", "--minutes", "5", "--power", "4 kW",
                         "--id", "c1")
        self.assertEqual(sent.returncode, 0, sent.stderr)
        ear.contract("c1", "active")
        wait_until(house.relays.closed, what="the coil closed")
        size = house.record.stat().st_size
        wait_until(lambda: house.record.stat().st_size > size + 1000, what="more to be recorded")
        house.stop(signal.SIGKILL)
        code, decisions, summary = self.replayed(house.record)
        self.check_reproduced(code, decisions, summary)
        self.assertEqual(summary["end"], "cut-off")

        # As if the power had failed in the middle of a line; the next run writes on behind it.
        with house.record.open("r+b") as log:
            log.truncate(house.record.stat().st_size - 7)
        size = house.record.stat().st_size
        house.start()
        wait_until(lambda: house.record.stat().st_size > size + 5000, what="the next run recorded")
        took, code = house.stop()
        self.assertEqual(code, 0)
        self.assertLess(took, 2.0)
        code, decisions, summary = self.replayed(house.record)
        self.check_reproduced(code, decisions, summary)
        self.assertEqual((summary["runs"], summary["torn_lines"]), (2, 1))
        self.assertEqual(summary["end"], "in-good-order")

    def test_a_log_that_cannot_be_written_is_an_event_and_the_house_runs(self):
        clock = bench.Clock()
        broker = self.broker().start()
        ear = bench.Ear(self, broker.port, self.site)
        house = RecordedHouse(self, PROGRAMS, clock, self.folder, f"mqtt://127.0.0.1:{broker.port}",
                              site=self.site)
        house.record.write_text("site: somebody-else\n")
        house.start()
        ear.event("decision-log-failing")
        ear.expect("snapshot")
        took, code = house.stop()
        self.assertEqual(code, 0)
        self.assertLess(took, 2.0)
        self.assertEqual(house.record.read_text(), "site: somebody-else\n")

    def test_what_cannot_be_replayed_is_told_in_one_line(self):
        folder = pathlib.Path(self.folder)
        (folder / "empty").write_text("")
        (folder / "newer").write_text('{"hearth":"decision log","version":99}\n')
        (folder / "zeros").write_bytes(bytes(5000))
        sqlite3.connect(folder / "journal").execute("create table messages (a)").connection.commit()
        for name, says in {"empty": "nothing to replay", "newer": "format 99", "zeros": "no decision log",
                           "journal": "--record", "missing": "cannot read", ".": "cannot read"}.items():
            done = self.replay(folder / name)
            self.assertEqual(done.returncode, 2, name)
            self.assertIn(says, done.stderr)
            self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(self.replay(folder / "empty", "--from", "noon").returncode, 2)
        self.assertEqual(self.replay(folder / "empty", "--json", "--tsv").returncode, 2)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    PROGRAMS.scada, PROGRAMS.atn, PROGRAMS.relay_server = (os.path.abspath(p) for p in sys.argv[1:4])
    del sys.argv[1:4]
    unittest.main(verbosity=2)
