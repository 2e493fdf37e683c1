#!/usr/bin/python3
"""Checks layouts against a schema with an independent validator.

schema_check.py SCHEMA valid|invalid FILE…   exits 1 and says why if one is not so.
"""
import json
import sys

import jsonschema
import yaml


class Loader(yaml.SafeLoader):
    """YAML 1.2 as editors read it: a time stays text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in rules if not tag.endswith(":timestamp")]
    for first, rules in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
wanted = sys.argv[2] == "valid"
failed = False
for name in sys.argv[3:]:
    with open(name, encoding="utf-8") as file:
        errors = list(validator.iter_errors(yaml.load(file, Loader)))
    if bool(errors) == wanted:
        failed = True
        print(f"{name}: {'should' if wanted else 'should not'} be valid")
        for error in errors[:5]:
            print(f"  {'/'.join(map(str, error.absolute_path))}: {error.message[:200]}")
sys.exit(failed)
