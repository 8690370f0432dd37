#!/usr/bin/env python3
"""Measures the languages on one core beside the libraries that people use today, in turn; prints a Markdown table.

usage: Benchmarks/languages.py [ROUNDS]        (7 when not given)

Every figure is processor time for one of the valid orders of the order-sync workload (fixed seed), as the median of the
rounds; in each round everybody has a turn. Ratios are only comparable within one run. Builds what it
measures, and no more of the project. The yardsticks come from PyPI (requirements.txt) into .venv-bench; jsonata-js is
measured where node finds the package `jsonata`, and scaled from an earlier measurement where it does not.
"""

import functools
import importlib.metadata
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent
INPUTS = HERE / "Languages/Inputs"
SCHEMA = HERE / "order-sync/order.schema.json"
VENV = ROOT / ".venv-bench"
FOLDER = ROOT / ".build/bench-languages"
NUMBER = 20_000
# As many as the benchmark keeps parsed.
PARSED = 500
PATH = "$.orderItems[*].price"

# jsonata-js 2.2.2 on Node and yardstick.py, orders a second, once measured in one run: where npm's registry can't be
# reached, the former is scaled by what the latter does now.
JSONATA_JS, YARDSTICK = 28_000, 145_000

# The parts in JSONata, and what they run.
JSONATA = {"jsonata": "order.jsonata", "jsonata-computing": "computing.jsonata", "jsonata-program": "program.jsonata"}

# part: what it is, most microseconds by its mark (None: no mark).
PARTS = {
    "jsonata": ("JSONata map of an order, bytes to bytes", 1e6 / 560_000),
    "template": ("template map of an order, bytes to bytes", 1e6 / 600_000),
    "json-patch": ("JSON Patch of an order (seven operations), bytes to bytes", None),
    "merge-patch": ("merge patch of an order, bytes to bytes", None),
    "schema": ("JSON Schema of a mapped order, parsed document", 0.6),
    "jsonpath": (f"JSONPath `{PATH}`, parsed document", 0.3),
    "jsonata-computing": ("JSONata map with sums, texts and conditions, bytes to bytes", None),
    "jsonata-program": ("JSONata program with variables, sorting and functions, bytes to bytes", None),
}


def valid_orders():
    """The orders that the schema accepts, as lines of bytes; also writes them to a file."""
    import jsonschema_rs
    import orjson

    subprocess.run([ROOT / "scripts/make-orders", str(NUMBER), FOLDER], check=True)
    validator = jsonschema_rs.validator_for(json.loads(SCHEMA.read_text()))
    lines = []
    for line in (FOLDER / "orders.ndjson").read_bytes().splitlines():
        try:
            if validator.is_valid(by_hand(orjson.loads(line))):
                lines.append(line)
        except ValueError:
            continue
    (FOLDER / "valid.ndjson").write_bytes(b"".join(line + b"\n" for line in lines))
    return lines


def by_hand(order):
    return {"id": order.get("orderId"),
            "customer": {"id": order.get("customerId"), "email": order.get("customerEmail")},
            "items": [{"id": item.get("productId"), "quantity": item.get("quantity"), "price": item.get("price")}
                      for item in order.get("orderItems", ())],
            "total": order.get("orderTotal"), "createdAt": order.get("createdAt")}


def timed(work, inputs):
    """Microseconds of processor time for one of the inputs."""
    before = time.process_time()
    for one in inputs:
        work(one)
    return (time.process_time() - before) * 1e6 / len(inputs)


def python_yardsticks(lines):
    """(part, name, one turn that gives microseconds)."""
    import json_merge_patch
    import jsonatapy
    import jsonpatch
    import jsonpath_rfc9535
    import jsonschema_rs
    import orjson
    from jsonata import jsonata as jsonata_python

    def version(package):
        return f"{package} {importlib.metadata.version(package)}"

    orders = [orjson.loads(line) for line in lines[:PARSED]]
    mapped = [by_hand(order) for order in orders]
    texts = [line.decode() for line in lines]
    rows = []
    for part, file in JSONATA.items():
        text = (INPUTS / file).read_text()
        rust = jsonatapy.compile(text)
        slow = jsonata_python.Jsonata(text)
        rows.append((part, f"{version('jsonatapy')} (Rust)", functools.partial(timed, rust.evaluate_json, texts)))
        rows.append((part, version("jsonata-python"),
                     functools.partial(timed, lambda line, slow=slow: orjson.dumps(slow.evaluate(orjson.loads(line))),
                                       lines[:PARSED])))
    rows.append(("template", f"the same by hand in Python on {version('orjson')}",
                 functools.partial(timed, lambda line: orjson.dumps(by_hand(orjson.loads(line))), lines)))
    patch = jsonpatch.JsonPatch(json.loads((INPUTS / "order.patch.json").read_text()))
    rows.append(("json-patch", version("jsonpatch"), functools.partial(
        timed, lambda line: orjson.dumps(patch.apply(orjson.loads(line), in_place=True)), lines)))
    changes = json.loads((INPUTS / "order.merge.json").read_text())
    rows.append(("merge-patch", version("json-merge-patch"), functools.partial(
        timed, lambda line: orjson.dumps(json_merge_patch.merge(orjson.loads(line), changes)), lines)))
    rows.append(("schema", f"{version('jsonschema-rs')} (Rust)", functools.partial(
        timed, jsonschema_rs.validator_for(json.loads(SCHEMA.read_text())).is_valid, mapped * 20)))
    path = jsonpath_rfc9535.compile(PATH)
    rows.append(("jsonpath", version("jsonpath-rfc9535"),
                 functools.partial(timed, lambda order: path.find(order).values(), orders)))
    return rows


def processor_seconds(command, **options):
    before = os.times()
    subprocess.run(command, check=True, **options)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def has_jsonata_js():
    if shutil.which("node") is None:
        return False
    return subprocess.run(["node", "-e", "require.resolve('jsonata')"], capture_output=True).returncode == 0


def jsonata_js(file):
    printed = subprocess.run(["node", HERE / "Languages/jsonata.js", INPUTS / file, FOLDER / "valid.ndjson"],
                             check=True, capture_output=True, text=True).stdout
    return float(printed)


def scaled_jsonata_js():
    """What jsonata-js would take now, if it slowed down and sped up as the hand-written Python does."""
    out = FOLDER / "yardstick"
    out.mkdir(exist_ok=True)

    def run(orders):
        return processor_seconds([sys.executable, HERE / "order-sync/yardstick.py", orders, "customers.json", SCHEMA, out],
                                 cwd=FOLDER)

    (FOLDER / "none.ndjson").write_bytes(b"")
    now = NUMBER / (run("orders.ndjson") - run("none.ndjson"))
    return 1e6 / (JSONATA_JS * now / YARDSTICK)


def node_yardsticks():
    if not has_jsonata_js():
        return [("jsonata", "jsonata-js 2.2.2 on Node, scaled", scaled_jsonata_js)]
    version = subprocess.run(["node", "-p", "require('jsonata/package.json').version"], check=True, capture_output=True,
                             text=True).stdout.strip()
    return [(part, f"jsonata-js {version} on Node", functools.partial(jsonata_js, file))
            for part, file in JSONATA.items()]


def build():
    options = ["-c", "release", "--package-path", HERE, "--product", "LanguagesBenchmark"]
    subprocess.run(["swift", "build", *options], check=True, stdout=sys.stderr)
    shown = subprocess.run(["swift", "build", *options, "--show-bin-path"], check=True, capture_output=True, text=True)
    return pathlib.Path(shown.stdout.strip()) / "LanguagesBenchmark"


def ours(binary):
    """One turn: part to (microseconds, allocations)."""
    printed = subprocess.run([binary, FOLDER / "valid.ndjson", INPUTS, SCHEMA, "1"], check=True, capture_output=True,
                             text=True).stdout
    return {name: (float(taken), float(allocations))
            for name, taken, allocations in (line.split("\t") for line in printed.splitlines())}


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def main():
    if pathlib.Path(sys.prefix) != VENV:
        subprocess.run([HERE / "venv"], check=True)
        os.execv(VENV / "bin/python", [VENV / "bin/python", __file__, *sys.argv[1:]])
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    binary = build()
    yardsticks = node_yardsticks() + python_yardsticks(valid_orders())
    mine, theirs = [], [[] for _ in yardsticks]
    for turn in range(1, rounds + 1):
        print(f"    round {turn} of {rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
        mine.append(ours(binary))
        for samples, (_, _, work) in zip(theirs, yardsticks):
            samples.append(work())

    print("| work on one core | µs | a second | allocations | mark |\n|---|---|---|---|---|")
    missed = []
    for part, (what, most) in PARTS.items():
        taken = statistics.median(turn[part][0] for turn in mine)
        allocations = statistics.median(turn[part][1] for turn in mine)
        mark = "" if most is None else f"{most:.2f} µs: {'reached' if taken <= most else '**missed**'}"
        if most is not None and taken > most:
            missed.append(part)
        print(f"| **{what}** | {taken:.2f} | {1e6 / taken:,.0f} | {allocations:.2f} | {mark} |")
        for samples, (other, name, _) in zip(theirs, yardsticks):
            if other == part:
                median = statistics.median(samples)
                print(f"| {name} | {number(median)} | {1e6 / median:,.0f} | | {median / taken:,.1f} × as long |")
    sys.exit(f"marks missed: {', '.join(missed)}" if missed else 0)


main()
