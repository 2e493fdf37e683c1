"""The list of metrics in docs/operating/metrics.md, for tests that hold something against it."""

import os
import pathlib
import re

SOURCE = pathlib.Path(os.environ.get("HEARTH_SOURCE_DIR", pathlib.Path(__file__).resolve().parents[2]))
PAGE = SOURCE / "docs/operating/metrics.md"
ROW = re.compile(r"^\| `(\w+)` \| (gauge|counter) \| ([^|]*)\| (\S[^|]*) \|$")


def listed():
    """name -> (kind, set of labels)"""
    rows = (ROW.match(line) for line in PAGE.read_text(encoding="utf-8").splitlines())
    return {row[1]: (row[2], set(re.findall(r"`(\w+)`", row[3]))) for row in rows if row}


def differences(text):
    """What a page of /metrics says otherwise than the list, a sentence each."""
    known, kinds, wrong = listed(), {}, []
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split(" ")
            kinds[name] = kind
        elif line and not line.startswith("#"):
            found = re.match(r"(\w+)(\{.*\})? \S+$", line)
            if not found:
                wrong.append(f"this is no sample: {line}")
                continue
            name, labels = found[1], set(re.findall(r'[{,](\w+)="', found[2] or ""))
            if name not in known:
                wrong.append(f"{name} is not in the list")
            elif (kinds.get(name), labels) != known[name]:
                wrong.append(f"{name} is {kinds.get(name)} {sorted(labels)}, the list says {known[name]}")
    return sorted(set(wrong))
