#!/usr/bin/python3
"""Hearth's feeds against a reader and a writer of PHPFina that share no code with it.

usage: phpfina_test.py SCADA HISTORY_WRITER

Written from the format's description alone: <id>.meta is four little-endian u32 {0, 0, interval,
start}, <id>.dat a little-endian float32 per slot, NaN where nothing was measured.
"""

import csv
import io
import math
import random
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SCADA, WRITER = sys.argv[1:3]
FIRST = 1768003200  # 2026-01-10T00:00:00Z


def read_feed(stem):
    """Start, interval and the values of a feed; None where nothing was measured."""
    meta = Path(f"{stem}.meta").read_bytes()
    assert len(meta) == 16, f"{stem}.meta has {len(meta)} bytes"
    zero, null, interval, start = struct.unpack("<IIII", meta)
    assert zero == 0 and null == 0 and interval > 0
    data = Path(f"{stem}.dat").read_bytes()
    assert len(data) % 4 == 0
    values = struct.unpack(f"<{len(data) // 4}f", data)
    return start, interval, [None if math.isnan(v) else v for v in values]


def write_feed(stem, start, interval, values):
    Path(f"{stem}.meta").write_bytes(struct.pack("<IIII", 0, 0, interval, start))
    Path(f"{stem}.dat").write_bytes(
        b"".join(struct.pack("<f", math.nan if v is None else v) for v in values))


def scada(*words, code=0):
    done = subprocess.run([SCADA, "history", *map(str, words)], capture_output=True, text=True,
                          timeout=120, check=False)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout


def power(second):
    slot = second // 10
    return None if slot % 9 == 0 else float(slot % 5000)


def check_written(folder, until):
    """Every file that stands in the folder, and what `scada history phpfina` makes of it."""
    seen = 0
    for meta in sorted(folder.glob("10s/*/1.meta")):
        start, interval, values = read_feed(meta.with_suffix(""))
        assert interval == 10
        for n, value in enumerate(values):
            second = start + 10 * n
            assert value == (power(second) if second >= FIRST else None), (meta, second, value)
            seen += value is not None
    with tempfile.TemporaryDirectory() as out:
        scada("--folder", folder, "phpfina", out)
        names = Path(out, "feeds.tsv").read_text().splitlines()
        assert names[1].startswith("1\tpower\tW\t") and names[2].startswith("2\ttank\t°C\t"), names
        assert names[0].endswith("\tinterval_s") and names[1].endswith("\t10"), names
        start, interval, values = read_feed(Path(out, "1"))
        there = {start + 10 * n: v for n, v in enumerate(values)}
        for second in range(FIRST, until + 1, 10):
            assert there.get(second) == power(second), second
        start, interval, values = read_feed(Path(out, "2"))
        assert (start, interval) == (FIRST, 10) and set(values) == {50.5}
        scada("--folder", folder, "phpfina", out, code=2)  # stays as it is
    return seen


def hearth_writes(work):
    folder = work / "house.history"
    lines = subprocess.run([WRITER, folder, str(FIRST), "3"], capture_output=True, text=True,
                           check=True, timeout=120).stdout.split()
    assert check_written(folder, int(lines[-1])) > 15000
    rows = list(csv.reader(io.StringIO(scada(
        "--folder", folder, "export", "power", "--from", "2026-01-10T06:00:00Z", "--to",
        "2026-01-10T07:00:00Z", "--interval", "600", "--fold", "integral"))))
    assert rows[0] == ["time_utc", "power (Wh)"] and len(rows) == 7, rows
    expected = sum((power(FIRST + 21600 + s) or 0) * 10 / 3600 for s in range(0, 600, 10))
    assert abs(float(rows[1][1]) / expected - 1) < 1e-5, rows
    assert scada("--folder", folder, "list").splitlines()[1].split("\t")[:4] == [
        "1", "power", "W", "2026-01-10T00:00:10Z" if power(FIRST) is None else "2026-01-10T00:00:00Z"]
    assert ", 0 rotten" in scada("--folder", folder, "check")
    page = sorted(folder.glob("1min/*/1.dat"))[0]
    good = page.read_bytes()
    page.write_bytes(good[:50] + b"?" + good[51:])
    assert "1 rotten, 0 healed" in scada("--folder", folder, "check", code=1)
    assert "1 rotten, 1 healed" in scada("--folder", folder, "heal")
    # What still waited in the log is old by the clock of now and follows in the same file.
    assert page.read_bytes()[:len(good)] == good
    assert "MB" in scada("--folder", folder, "budget")
    scada("--folder", folder, "export", "nobody", code=2)
    by_day = subprocess.run([SCADA, "history", "--folder", folder, "export", "power", "--by", "day"],
                            capture_output=True, text=True, timeout=120, check=True)
    assert "of UTC" in by_day.stderr and "T00:00:00Z" in by_day.stdout, by_day
    scada("--folder", work / "nowhere", "list", code=1)


def hearth_reads(work):
    foreign = work / "emoncms"
    foreign.mkdir()
    chance = random.Random(1)
    for number, interval in ((1, 10), (2, 5), (3, 60), (4, 900)):
        start = FIRST + 20000
        values = [None if chance.random() < 0.2 else struct.unpack("<f", struct.pack(
            "<f", chance.uniform(-5000, 5000)))[0] for _ in range(40000 // interval)]
        write_feed(foreign / str(number), start, interval, values)
        folder = work / "import.history"
        scada("--folder", folder, "import", foreign / f"{number}.meta", "--as", f"meter {number}",
              "--unit", "W")
        rows = list(csv.reader(io.StringIO(scada(
            "--folder", folder, "export", f"meter {number}", "--interval", str(max(interval, 10)),
            "--from", "2026-01-10T00:00:00Z", "--to", "2026-01-10T18:00:00Z"))))[1:]
        there = {row[0]: row[1] for row in rows}
        step = max(interval, 10)
        for second in range(FIRST, FIRST + 64800, step):
            # A slot of 900 s may begin within one of theirs: means of ours are told by our clock.
            if interval == 900:
                continue
            parts = [values[n] for t in range(second, second + step, interval)
                     for n in [(t - start) // interval] if t >= start and n < len(values)]
            parts = [p for p in parts if p is not None]
            if interval == 60 and (second - start) % 60:
                continue
            text = there[time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))]
            assert bool(text) == bool(parts), (interval, second, text, parts)
            if parts:
                assert abs(float(text) - sum(parts) / len(parts)) < 0.01, (interval, second)
    (foreign / "5.meta").write_bytes(b"short")
    (foreign / "5.dat").write_bytes(b"")
    scada("--folder", work / "import.history", "import", foreign / "5.meta", "--as", "x", code=2)
    scada("--folder", work / "import.history", "import", foreign / "9.meta", "--as", "x", code=2)


def killed(work):
    """What a writer said is on disk is there after kill -9, at 12 moments."""
    chance = random.Random(7)
    folder = work / "killed.history"
    first, said = FIRST, FIRST
    for _ in range(12):
        with subprocess.Popen([WRITER, folder, str(first), "3"], stdout=subprocess.PIPE,
                              text=True) as writer:
            lines = [writer.stdout.readline()]
            time.sleep(chance.uniform(0, 0.3))
            writer.send_signal(signal.SIGKILL)
            lines += writer.stdout.read().split("\n")[:-1]
        said = max([said] + [int(line) for line in lines if line.strip()])
        first = said
        check_written(folder, said)
    assert ", 0 rotten" in scada("--folder", folder, "check")


def one_writer(work):
    folder = work / "busy.history"
    with subprocess.Popen([WRITER, folder, str(FIRST), "10000"], stdout=subprocess.PIPE,
                          text=True) as writer:
        writer.stdout.readline()
        foreign = work / "emoncms" / "1.meta"
        scada("--folder", folder, "import", foreign, "--as", "x", code=3)
        scada("--folder", folder, "list")
        writer.kill()
        writer.stdout.close()


def main():
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        for part in (hearth_writes, hearth_reads, killed, one_writer):
            part(work)
            print(f"{part.__name__}: ok", flush=True)


main()
