#!/usr/bin/env python3
"""Writes what docs/ says of every member of a configuration: docs/config.schema.json and the tables in
docs/CONFIGURATION.md. Both come from the tables in src/config/tables.hpp.

usage: config_docs.py GORU            writes them
       config_docs.py GORU --check    says which are not what they would be, and fails
"""

import json
import pathlib
import subprocess
import sys

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
BEGIN = "<!-- members: scripts/config_docs.py writes from here -->\n"
END = "<!-- to here -->\n"


def takes(schema):
    """What a member takes, in few words."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2].lower()
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    kind = schema["type"]
    if isinstance(kind, list):
        return " or ".join(takes({**schema, "type": one}) for one in kind)
    if kind == "array":
        return "list of objects" if schema["items"].get("type") == "object" else "list of text"
    return {"string": "text", "integer": "number", "boolean": "true, false", "object": "object of text"}.get(kind, kind)


def members(schema, prefix=""):
    for name, member in schema["properties"].items():
        path = prefix + name
        if "properties" in member:
            yield from members(member, path + ".")
            continue
        yield path, member
        if member.get("type") == "array" and member["items"].get("type") == "object":
            yield from members(member["items"], path + "[].")


def table(schema):
    lines = ["| member | takes | default | flag | |", "|---|---|---|---|---|"]
    for path, member in members(schema):
        default = member.get("default", "")
        default = "" if default in ("", []) else f"`{json.dumps(default).strip(chr(34))}`"
        flag = f"`{member['x-flag']}`" if "x-flag" in member else ""
        text = member["description"].replace("|", "\\|").replace("*", "\\*")
        lines.append(f"| `{path}` | {takes(member)} | {default} | {flag} | {text} |")
    return "\n".join(lines) + "\n"


def reference(schema):
    definitions = schema["$defs"]
    # The limits of both are the same.
    definitions["ExecutorConfig"]["properties"]["session_limits"] = {
        "type": "the limits of a session",
        "description": definitions["ExecutorConfig"]["properties"]["session_limits"]["description"],
    }
    text = "\n"
    for title, name in (("session", "SessionConfig"), ("executor", "ExecutorConfig"), ("run", "RunOptions")):
        text += f"### {title}\n\n{table(definitions[name])}\n"
    return text


def main():
    text = subprocess.run([sys.argv[1], "config", "schema"], check=True, capture_output=True, text=True).stdout
    page = DOCS / "CONFIGURATION.md"
    before, _, rest = page.read_text().partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"config_docs: {page} has no place for the tables")
    wanted = {DOCS / "config.schema.json": text, page: before + BEGIN + reference(json.loads(text)) + END + after}
    stale = [path for path, content in wanted.items() if not path.is_file() or path.read_text() != content]
    if "--check" in sys.argv[2:]:
        if stale:
            names = ", ".join(str(path.relative_to(DOCS.parent)) for path in stale)
            sys.exit(f"config_docs: {names} would change: run `make config-docs`")
        return
    for path in stale:
        path.write_text(wanted[path])
        print(f"config_docs: wrote {path.relative_to(DOCS.parent)}")


if __name__ == "__main__":
    main()
