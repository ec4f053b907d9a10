#!/usr/bin/env python3
"""Prints what the benchmark programs measured as one table, then how it compares with targets.txt.

usage: report.py RESULT.json...        (Google Benchmark's JSON output)
"""

import json
import pathlib
import re
import statistics
import sys

TARGETS = pathlib.Path(__file__).resolve().parent / "targets.txt"

# Counters that are shown beside the percentiles, in this order.
EXTRA = ("run_p50_us", "close_p50_us", "create_p50_us", "max_us", "session_MiB", "process_MiB", "native_ms", "ratio")


def read_results(paths):
    """The measured rows by short name: "FreshNoPool/python/iterations:3000/manual_time" is "FreshNoPool/python"."""
    rows = {}
    for path in paths:
        for row in json.loads(pathlib.Path(path).read_text())["benchmarks"]:
            parts = [part for part in row["name"].split("/") if not part.startswith("iterations:")]
            name = "/".join(part for part in parts if part not in ("manual_time", "real_time"))
            rows[name] = row
    return rows


def add_means(rows):
    """How much slower than natively all programs of a runtime are: "ComputeMean/python", the geometric mean."""
    ratios = {}
    for name, row in rows.items():
        runtime = re.match(r"Compute/(python_\d+_\d+|[a-z]+)_", name)
        if runtime and "ratio" in row:
            ratios.setdefault(runtime[1], []).append(row["ratio"])
    for runtime, values in ratios.items():
        rows[f"ComputeMean/{runtime}"] = {"ratio": statistics.geometric_mean(values)}


def compare(measured, bound):
    """What the last column says. A bound with ">" before it is the least and not the most."""
    limit = float(bound.lstrip(">"))
    reached = measured >= limit if bound.startswith(">") else measured <= limit
    return "yes" if reached else f"no, {measured / limit:.2f} times"


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def describe(row):
    if row.get("error_occurred"):
        return "-", "-", row.get("error_message", "failed")
    extra = [f"{name} {number(row[name])}" for name in EXTRA if name in row]
    for unit in ("us", "ms"):
        if f"p50_{unit}" in row:
            return f"{number(row[f'p50_{unit}'])} {unit}", f"{number(row[f'p90_{unit}'])} {unit}", ", ".join(extra)
    if "items_per_second" in row:
        return "", "", f"{number(row['items_per_second'])} per second"
    return "", "", ", ".join(extra)


def print_table(header, lines):
    widths = [max(len(line[i]) for line in [header, *lines]) for i in range(len(header))]
    for line in [header, tuple("-" * width for width in widths), *lines]:
        # Figures stand in the second and third column.
        cells = [line[i].rjust(width) if 0 < i < 3 else line[i].ljust(width) for i, width in enumerate(widths)]
        print("| " + " | ".join(cells) + " |")


def main():
    rows = read_results(sys.argv[1:])
    add_means(rows)
    print_table(("benchmark", "p50", "p90", ""), [(name, *describe(row)) for name, row in rows.items()])
    print()
    lines = []
    for line in TARGETS.read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name, counter, bound, unit, what = line.split(None, 4)
        measured = rows.get(name, {}).get(counter)
        if measured is None:
            lines.append((what, f"{bound} {unit}", "-", "not measured"))
        else:
            lines.append((what, f"{bound} {unit}", f"{number(measured)} {unit}", compare(measured, bound)))
    print_table(("target", "at most", "measured", "reached"), lines)


main()
