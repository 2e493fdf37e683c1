#!/usr/bin/python3
"""The Grafana dashboard asks only for metrics that the list in docs/operating/metrics.md has, by labels they have,
and shows all of them."""

import json
import re
import unittest

from metrics_list import SOURCE, differences, listed

GRAFANA = {"job", "instance", "datasource"}


def queries(node):
    """Every text of the dashboard that is a query."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "definition") or (key == "query" and isinstance(value, str)):
                yield value
            else:
                yield from queries(value)
    elif isinstance(node, list):
        for each in node:
            yield from queries(each)


class Dashboard(unittest.TestCase):
    def setUp(self):
        self.board = json.loads((SOURCE / "docs/grafana-dashboard.json").read_text(encoding="utf-8"))
        self.known = listed()
        self.asked = " ".join(queries(self.board))

    def test_the_list_is_one_of_metrics(self):
        self.assertGreater(len(self.known), 15)
        for name, (kind, _) in self.known.items():
            self.assertRegex(name, "^hearth_[a-z_]+$")
            self.assertEqual(name.endswith("_total"), kind == "counter", name)

    def test_it_asks_for_nothing_that_is_not_there_and_leaves_nothing_out(self):
        self.assertEqual(set(re.findall(r"\bhearth_\w+", self.asked)), set(self.known))

    def test_it_asks_and_names_by_labels_that_they_have(self):
        for panel in self.board["panels"]:
            for target in panel["targets"]:
                for name, inside in re.findall(r"(hearth_\w+)(?:\{([^}]*)\})?", target["expr"]):
                    labels = set(re.findall(r'(\w+)=', inside)) | set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]))
                    self.assertLessEqual(labels - GRAFANA, self.known[name][1], target["expr"])

    def test_its_panels_lie_beside_each_other_and_have_a_title_each(self):
        taken = set()
        for panel in self.board["panels"]:
            at = panel["gridPos"]
            cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
            self.assertFalse(taken & cells, panel["title"])
            self.assertLessEqual(at["x"] + at["w"], 24)
            taken |= cells
        titles = [panel["title"] for panel in self.board["panels"]]
        self.assertEqual(len(titles), len(set(titles)))
        ids = [panel["id"] for panel in self.board["panels"]]
        self.assertEqual(len(ids), len(set(ids)))


class List(unittest.TestCase):
    def test_a_page_that_says_otherwise_is_found_out(self):
        good = '# HELP hearth_zone_celsius x\n# TYPE hearth_zone_celsius gauge\nhearth_zone_celsius{zone="a"} 20\n'
        self.assertEqual(differences(good), [])
        self.assertEqual(len(differences(good.replace("zone=", "room="))), 1)
        self.assertEqual(len(differences(good.replace("gauge", "counter"))), 1)
        self.assertEqual(len(differences(good.replace("zone_celsius", "zone_kelvin"))), 1)


if __name__ == "__main__":
    unittest.main(verbosity=2)
