"""How a run begins and ends: one per site, orderly on a signal, safe after a crash, not at all on a
wrong layout."""

import os
import pathlib
import signal
import subprocess
import time

import house_bench as bench
from house_bench import wait_until
from main_job_case import NOON, PROGRAMS, MainJob

__all__ = ["Ends", "Starts"]


class Ends(MainJob):
    def heating(self, clock, **options):
        """A house whose heat pump runs, by local control."""
        broker = self.broker().start()
        ear = bench.Ear(self, broker.port, self.site)
        house = self.house(clock, broker, **options)
        house.cool_down()
        house.start()
        ear.expect("birth", lambda b: b.online)
        wait_until(house.relays.closed, what="the coil closed")
        return broker, house, ear

    def test_a_signal_opens_the_relays_and_ends_it_with_0_within_two_seconds(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with self.subTest(number):
                broker, house, ear = self.heating(bench.Clock(NOON, 5))
                took, code = house.stop(number)
                print(f"\n{signal.Signals(number).name}: ended in {took * 1000:.0f} ms")
                self.assertEqual(code, 0)
                self.assertLess(took, 2)
                wait_until(house.relays.opened, 1, "the coil opened")
                ear.expect("birth", lambda b: not b.online)
                late = bench.Ear(self, broker.port, self.site)
                self.assertFalse(late.expect("birth").online, "the offline birth is retained")
                left = {file.name.split(".", 1)[1] for file in house.state.iterdir()}
                self.assertLessEqual(left, {"journal", "journal-wal", "journal.drafts", "journal.lock"},
                                     "nothing looks like a crash")

    def test_a_relay_board_that_hangs_does_not_hold_the_end_up(self):
        for timeout in ("500 ms", "5 s"):
            with self.subTest(timeout):
                _broker, house, ear = self.heating(bench.Clock(NOON, 5), relay_timeout=timeout)
                house.relays.child.signal(signal.SIGSTOP)
                time.sleep(0.5)  # the bus is deep in a transaction by now
                took, code = house.stop()
                print(f"\nSIGTERM, relay board hanging, timeout {timeout}: ended in {took * 1000:.0f} ms")
                self.assertEqual(code, 0)
                self.assertLess(took, 2)
                ear.expect("birth", lambda b: not b.online)

    def test_a_meter_that_hangs_does_not_keep_the_relays_from_being_opened(self):
        _broker, house, _ear = self.heating(bench.Clock(NOON, 5))
        house.meter.child.signal(signal.SIGSTOP)
        house.sensors.child.signal(signal.SIGSTOP)
        time.sleep(0.5)
        took, code = house.stop()
        self.assertEqual(code, 0)
        self.assertLess(took, 2)
        wait_until(house.relays.opened, 1, "the coil opened")

    def test_after_a_crash_the_next_start_opens_the_relays_first_and_says_so(self):
        clock = bench.Clock(NOON, 5)
        _broker, house, ear = self.heating(clock)
        house.child.kill()
        time.sleep(0.2)
        self.assertTrue(house.relays.closed(), "nobody opened the coil")
        ear.expect("birth", lambda b: not b.online)  # the broker speaks the will
        restarted = time.monotonic_ns()
        written = len(house.relays.writes)
        house.start()
        first = wait_until(lambda: house.relays.writes[written:], what="a coil written")[0]
        self.assertEqual(first[:2], (0, 0))
        print(f"\nfrom the start to the relay opened: {(first[2] - restarted) / 1e6:.0f} ms")
        self.assertIn("did not end in good order", ear.event("unclean-start").text)
        self.assertTrue(house.said("unclean-start"))


class Starts(MainJob):
    def run_to_end(self, *arguments):
        return subprocess.run([PROGRAMS.scada, *arguments], capture_output=True, text=True, timeout=30,
                              check=False)

    def test_a_second_scada_of_the_same_site_is_refused_with_3(self):
        _broker, house, ear = self.running(bench.Clock())
        second = self.run_to_end(*house.command()[1:])
        self.assertEqual(second.returncode, 3)
        self.assertIn(f"site {self.site} is already run by another scada", second.stderr)
        self.assertIsNone(house.child.process.poll())
        took, code = house.stop()
        self.assertEqual((code, took < 2), (0, True))
        ear.expect("birth", lambda b: not b.online)

    def test_a_wrong_layout_starts_nothing_and_tells_all_its_errors(self):
        broker = self.broker().start()
        house = self.house(bench.Clock(), broker)
        text = house.layout.read_text()
        for wrong in (("tank.bottom]", "tank.botom]"), ("9.7 kW", "9.7 °C"), ("address: 0, w", "adress: 0, w")):
            self.assertIn(wrong[0], text)
            text = text.replace(*wrong)
        house.layout.write_text(text)
        done = self.run_to_end(*house.command()[1:])
        self.assertEqual(done.returncode, 2)
        for line, found in enumerate(text.splitlines(), 1):
            if "botom" in found or "9.7 °C" in found or "adress" in found:
                self.assertIn(f"{house.layout}:{line}:", done.stderr)
        self.assertGreaterEqual(done.stderr.count("error:"), 3)
        self.assertIn("hint: ", done.stderr)
        self.assertEqual(house.relays.writes, [])
        self.assertFalse(house.state.exists())

    def test_a_missing_layout_and_wrong_options_end_with_2(self):
        nowhere = os.path.join(self.folder, "none.yaml")
        done = self.run_to_end("run", nowhere)
        self.assertEqual(done.returncode, 2)
        self.assertIn(nowhere, done.stderr)
        broker = self.broker()
        house = self.house(bench.Clock(), broker)
        for wrong in (["--speed", "5"], ["--clock-start", "soon"], ["--log-level", "loud"], ["--fly"]):
            done = self.run_to_end("run", str(house.layout), *wrong)
            self.assertEqual(done.returncode, 2, wrong)
            self.assertTrue(done.stderr)

    def test_a_state_folder_that_cannot_be_used_is_a_warning(self):
        broker = self.broker().start()
        ear = bench.Ear(self, broker.port, self.site)
        house = self.house(bench.Clock(), broker)
        file = pathlib.Path(self.folder, "file")
        file.write_text("")
        house.state = file / "state"
        house.start()
        self.assertIn("will go unnoticed", ear.event("state-unwritable").text)
        wait_until(house.relays.opened, what="the house running")
        self.assertEqual(house.stop()[1], 0)
