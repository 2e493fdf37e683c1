#!/usr/bin/python3
"""`scada keys` from end to end: OpenSSL judges what it makes, a real broker runs on what it writes, and
a house whose keys are bad says why and goes on.

usage: keys_test.py SCADA ATN RELAY_SERVER
"""

import datetime
import json
import os
import pathlib
import shutil
import socket
import stat
import subprocess
import sys
import types
import unittest

import house_bench as bench
from house_bench import wait_until
from main_job_case import NOON, PROGRAMS, MainJob

NO_BROKER = types.SimpleNamespace(port=0)  # the address is given with its scheme instead


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=60, check=False)


class Keys(MainJob):
    def setUp(self):
        super().setUp()
        self.store = pathlib.Path(self.folder) / "keys"

    def keys(self, *arguments, code=0):
        done = run(PROGRAMS.scada, "keys", arguments[0], "--keys", self.store, *arguments[1:])
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def shown(self, code=0):
        done = run(PROGRAMS.scada, "keys", "show", "--keys", self.store, "--json")
        self.assertEqual(done.returncode, code, done.stderr)
        return {row["who"]: row for row in json.loads(done.stdout)}

    def mode(self, name):
        return stat.S_IMODE((self.store / name).stat().st_mode)

    def verifies(self, name, purpose):
        done = run("openssl", "verify", "-x509_strict", "-purpose", purpose, "-crl_check", "-CAfile",
                   self.store / "ca.crt", "-CRLfile", self.store / "ca.crl", self.store / name)
        return done.returncode == 0, done.stdout + done.stderr

    def make_all(self):
        self.keys("init")
        self.keys("broker", "main", "--address", "127.0.0.1")
        self.keys("node", "atn")
        self.keys("site", self.site)


class Making(Keys):
    def test_openssl_finds_them_good_for_their_own_purpose_and_no_other(self):
        self.make_all()
        for name, good, bad in (("main.crt", "sslserver", "sslclient"), ("atn.crt", "sslclient", "sslserver"),
                                (self.site + ".crt", "sslclient", "sslserver")):
            with self.subTest(name):
                fine, text = self.verifies(name, good)
                self.assertTrue(fine, text)
                self.assertFalse(self.verifies(name, bad)[0])
        self.keys("portal", "page", "--address", "127.0.0.1")
        self.assertTrue(self.verifies("page.crt", "sslserver")[0])
        self.assertFalse(self.verifies("page.crt", "sslclient")[0])
        subject = run("openssl", "x509", "-in", self.store / "atn.crt", "-noout", "-subject").stdout
        self.assertIn("CN = node:atn", subject)

    def test_private_keys_are_private_whatever_the_umask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.make_all()
        self.assertEqual(stat.S_IMODE(self.store.stat().st_mode), 0o700)
        for key in self.store.glob("*.key"):
            self.assertEqual(self.mode(key.name), 0o600, key)
        self.assertEqual(self.mode("ca.crt"), 0o644)
        self.assertFalse([f for f in self.store.iterdir() if f.name.startswith(".")], "no drafts stay")

    def test_nothing_is_ever_overwritten(self):
        self.make_all()
        before = {f.name: f.read_bytes() for f in self.store.iterdir()}
        self.assertIn("stays as it is", self.keys("init", code=1))
        self.assertIn("renew", self.keys("site", self.site, code=1))
        self.assertIn("stays as it is", self.keys("broker", "atn", "--address", "127.0.0.1", code=1))
        self.assertEqual({f.name: f.read_bytes() for f in self.store.iterdir()}, before)

    def test_names_that_would_mean_something_to_mqtt_or_the_disk_are_refused(self):
        self.keys("init")
        for name in ("+", "#", "a/b", "../a", "", "Maple", "a b", "a\nb", "ca", "node:a", "a" * 65, "a.b"):
            with self.subTest(name):
                self.keys("site", "--", name, code=2)
        self.keys("broker", "main", "--address", "no host", code=2)
        self.keys("broker", "main", code=2)

    def test_a_pages_certificate_is_one_that_phones_take(self):
        self.keys("init")
        said = self.keys("portal", "page", "--address", "maple.local", "--address", "192.168.1.20", "--address", "fd00::20")
        self.assertRegex(said, r"(?m)^  cert: .*/page\.crt$")
        self.assertRegex(said, r"(?m)^  key: .*/page\.key$")
        text = run("openssl", "x509", "-in", self.store / "page.crt", "-noout", "-text").stdout
        for words in ("DNS:maple.local", "IP Address:192.168.1.20", "IP Address:FD00:0:0:0:0:0:0:20",
                      "TLS Web Server Authentication", "CN = portal:page", "CA:FALSE"):
            self.assertIn(words, text)
        for name, match in (("-verify_hostname", "maple.local"), ("-verify_ip", "192.168.1.20")):
            good = run("openssl", "verify", "-x509_strict", "-purpose", "sslserver", name, match, "-CAfile",
                       self.store / "ca.crt", self.store / "page.crt")
            self.assertEqual(good.returncode, 0, good.stdout + good.stderr)
        row = self.shown()["page"]
        self.assertEqual((row["role"], row["days_left"] in (799, 800)), ("portal", True))
        self.keys("portal", "long", "--address", "a.local", "--days", "825", code=2)
        self.keys("portal", "long", "--address", "a.local", "--days", "824")
        life = [datetime.datetime.fromisoformat(self.shown()["long"][key].replace("Z", "+00:00"))
                for key in ("from", "until")]
        self.assertLessEqual(life[1] - life[0], datetime.timedelta(days=825))
        self.keys("portal", "nowhere", code=2)
        self.keys("renew", "page")
        self.assertEqual(self.shown()["page"]["addresses"], row["addresses"])
        self.keys("renew", "page", "--days", "825", code=2)

    def test_renewing_keeps_the_old_pair_aside_and_revoking_is_seen_by_openssl(self):
        self.make_all()
        before = self.shown()[self.site]
        self.keys("renew", self.site)
        after = self.shown()[self.site]
        self.assertNotEqual(after["serial"], before["serial"])
        old = f"old/{self.site}_{before['serial']}.crt"
        self.assertTrue(self.verifies(old, "sslclient")[0], "valid until it is revoked")
        self.keys("revoke", self.site, "--renewed")
        self.assertIn("revoked", self.verifies(old, "sslclient")[1])
        self.assertTrue(self.verifies(self.site + ".crt", "sslclient")[0])
        self.keys("revoke", self.site)
        self.assertFalse(self.verifies(self.site + ".crt", "sslclient")[0])
        self.assertTrue(self.shown()[self.site]["revoked"])
        self.assertTrue(self.verifies("atn.crt", "sslclient")[0])
        self.keys("revoke", "nobody", code=1)

    def test_show_warns_of_what_ends_within_30_days(self):
        self.make_all()
        rows = self.shown()
        self.assertEqual({r["role"] for r in rows.values()}, {"authority", "broker", "node", "site"})
        self.assertGreater(rows["main"]["days_left"], 1000)
        self.keys("renew", self.site, "--days", "20")
        self.assertEqual(self.shown(code=1)[self.site]["state"], "ends soon")
        self.assertIn("renew it", self.keys("show", code=1))
        self.keys("renew", self.site, "--days", "400")
        self.shown()

    def test_an_authority_whose_key_is_open_signs_nothing(self):
        self.keys("init")
        (self.store / "ca.key").chmod(0o644)
        self.assertIn("chmod 600", self.keys("site", self.site, code=1))


class Running(Keys):
    """A house, a broker on what `scada keys mosquitto` wrote, and keys good or bad."""

    def tls_broker(self):
        port = bench.free_port()
        files = pathlib.Path(self.folder) / "broker"
        self.keys("mosquitto", files, "--port", port, "--listen", "127.0.0.1", "--user", "root", "--data",
                  self.folder)
        self.assertFalse(list(files.glob("ca.key")))
        program = "/usr/sbin/mosquitto" if os.path.exists("/usr/sbin/mosquitto") else "mosquitto"
        bench.Child(self, [program, "-c", str(files / "mosquitto.conf")], stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL)

        def answers():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", port)) == 0
        wait_until(answers, what="mosquitto")
        return port

    def secured(self, port, ca=None):
        keys = f", ca: {ca or self.store / 'ca.crt'}, cert: {self.store / self.site}.crt, key: {self.store / self.site}.key"
        house = self.house(bench.Clock(NOON, 5), NO_BROKER, uri=f"mqtts://127.0.0.1:{port}", keys=keys)
        house.cool_down()
        return house.start()

    def ends_well(self, house):
        wait_until(house.relays.closed, what="control goes on")
        self.assertEqual(house.stop()[1], 0)

    def test_a_house_with_good_keys_is_heard_by_atn(self):
        self.make_all()
        self.keys("renew", self.site, "--days", "20")
        port = self.tls_broker()
        house = self.secured(port)
        wait_until(lambda: house.said("certificate-expiring"), what="the warning")
        watch = bench.Child(self, [PROGRAMS.atn, "--broker", f"mqtts://127.0.0.1:{port}", "--ca",
                                   self.store / "ca.crt", "--cert", self.store / "atn.crt", "--key",
                                   self.store / "atn.key", "--no-state", "watch"],
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.assertIn(self.site, watch.process.stdout.readline())
        self.ends_well(house)
        self.assertFalse(house.said("link-down"))

    def test_a_house_with_bad_keys_says_why_and_goes_on(self):
        self.make_all()
        self.keys("site", "other")
        port = self.tls_broker()
        key = self.store / (self.site + ".key")

        def open_to_all():
            key.chmod(0o644)
            return "chmod 600"

        def of_another():
            shutil.copy(self.store / "other.key", key)
            return "is not that of the certificate"

        def gone():
            key.unlink()
            return "No such file"

        def no_key():
            key.write_text("nonsense\n")
            return "there is no key"
        whole = key.read_bytes()
        for spoil in (open_to_all, of_another, gone, no_key):
            with self.subTest(spoil.__name__):
                key.write_bytes(whole)
                key.chmod(0o600)
                expected = spoil()
                house = self.secured(port)
                wait_until(lambda house=house: house.said("link-down"), what="link-down")
                self.assertIn(expected, house.log.read_text())
                self.ends_well(house)
                house.log.unlink()

    def test_a_house_whose_broker_is_a_stranger_says_so_and_goes_on(self):
        self.make_all()
        port = self.tls_broker()
        stranger = pathlib.Path(self.folder) / "stranger"
        self.assertEqual(run(PROGRAMS.scada, "keys", "init", "--keys", stranger).returncode, 0)
        house = self.secured(port, ca=stranger / "ca.crt")
        wait_until(lambda: house.said("is signed by 'authority:"), what="the cause")
        self.ends_well(house)


class OldTls(Keys):
    def test_a_broker_that_knows_only_tls_1_1_is_refused(self):
        self.make_all()
        port = bench.free_port()
        bench.Child(self, ["openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", self.store / "main.crt",
                           "-key", self.store / "main.key", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-quiet"],
                    stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def speaks():
            old = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{port}", "-tls1_1", "-cipher",
                                  "ALL:@SECLEVEL=0"], input="", capture_output=True, text=True, timeout=20,
                                 check=False)
            return "Protocol  : TLSv1.1" in old.stdout and "Cipher    : 0000" not in old.stdout
        wait_until(speaks, what="a client of old times is served")
        tried = run(PROGRAMS.atn, "--broker", f"mqtts://127.0.0.1:{port}", "--ca", self.store / "ca.crt",
                    "--cert", self.store / "atn.crt", "--key", self.store / "atn.key", "--no-state",
                    "send", "--timeout", "5 s", self.site, "query", "state")
        self.assertEqual(tried.returncode, 1, tried.stderr)
        self.assertIn("TLS 1.2", tried.stderr)


class PlainText(Keys):
    def test_atn_speaks_plain_text_to_nobody_elsewhere_unless_told_so(self):
        refused = run(PROGRAMS.atn, "--broker", "mqtt://192.0.2.7", "--no-state", "watch")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("mqtts://", refused.stderr)

    def test_a_house_that_may_says_at_each_start_that_anyone_may_command_it(self):
        house = self.house(bench.Clock(NOON, 5), NO_BROKER, uri=f"mqtt://localhost.invalid:{bench.free_port()}",
                           keys=", plain_text: anyone-may-listen-and-command")
        house.start()
        wait_until(lambda: house.said("plain-text-link"), what="the warning")
        self.assertEqual(house.stop()[1], 0)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    PROGRAMS.scada, PROGRAMS.atn, PROGRAMS.relay_server = (os.path.abspath(p) for p in sys.argv[1:4])
    del sys.argv[1:4]
    unittest.main(verbosity=2)
