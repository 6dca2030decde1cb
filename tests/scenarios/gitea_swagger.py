#!/usr/bin/env python3
"""Whether tests/tools/forge_api.py says of Gitea what Gitea's own description of its API says: the same operations, each
with the same query and the same fields, required or not. What differs is printed.

usage: gitea_swagger.py SWAGGER.json
"""
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../tools"))
import forge_api


def resolve(swagger, schema):
    return swagger["definitions"][schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema


def fields(swagger, operation):
    """The names in its query, "body.NAME" of those in its body, and which of these are required."""
    names, must = set(), set()
    for parameter in operation.get("parameters", []):
        if parameter["in"] == "query":
            names.add(parameter["name"])
        elif parameter["in"] == "body":
            schema = resolve(swagger, parameter["schema"])
            names |= {"body." + name for name in schema["properties"]}
            must |= {"body." + name for name in schema.get("required", [])}
    return names, must


def differences(swagger):
    """What Gitea requires without saying so (title, head, base) may be required in the table."""
    for method, path, name, query, body, status in forge_api.GITEA:
        there = swagger["paths"].get(path.replace("{number}", "{index}"), {}).get(method.lower())
        if there is None:
            yield f"{name}: there is no {method} {path}"
            continue
        real, must = fields(swagger, there)
        ours = set(query) | {"body." + field.rstrip("!") for field in body or {}}
        ours_must = {"body." + field[:-1] for field in body or {} if field.endswith("!")}
        for field in sorted(real ^ ours):
            yield f"{name}: {field} is not in {'the table' if field in real else 'Gitea'}"
        for field in sorted(must - ours_must):
            yield f"{name}: {field} is required"
        if str(status) not in there["responses"]:
            yield f"{name}: {status} is none of its answers"


wrong = list(differences(json.load(open(sys.argv[1], encoding="utf-8"))))
print("\n".join(wrong))
sys.exit(len(wrong) > 0)
