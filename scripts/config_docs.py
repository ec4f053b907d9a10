#!/usr/bin/env python3
"""Writes what docs/ says of every member of a configuration and of every command: docs/config.schema.json, the tables in
docs/CONFIGURATION.md, and those in docs/COMMAND_LINE.md. They come from the tables in src/config/tables.hpp and from the
descriptions of commands in src/cli/, by way of `goru config schema` and `goru describe json`.

usage: config_docs.py GORU            writes them
       config_docs.py GORU --check    says which are not what they would be, and fails
"""

import json
import pathlib
import subprocess
import sys

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
BEGIN = "<!-- members: scripts/config_docs.py writes from here -->\n"
COMMANDS_BEGIN = "<!-- commands: scripts/config_docs.py writes from here -->\n"
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


def cell(text):
    """As a cell of a table says it."""
    return text.replace("|", "\\|").replace("*", "\\*").replace("<", "\\<")


def code(text):
    return "`" + text.replace("|", "\\|") + "`"


def rows(lines, head):
    return f"| {head} | |\n|---|---|\n" + "".join(f"| {code(line['form'])} | {cell(line['text'])} |\n" for line in lines)


def listing(lines):
    """Examples and usages, with what they do behind them."""
    width = max(len(line["form"]) for line in lines if line["text"]) + 2 if any(line["text"] for line in lines) else 0
    text = [f"{line['form']:{width}}# {line['text']}" if line["text"] else line["form"] for line in lines]
    return "```sh\n" + "\n".join(text) + "\n```\n"


def flag_tables(command, known):
    """The flags of a command by section; those that `known` has by their names only."""
    text, shared = "", []
    for section in command["sections"]:
        own = [flag for flag in section["flags"] if flag not in known or flag["shown"] == "-h, --help"]
        shared += [code(flag["shown"]) for flag in section["flags"] if flag not in own]
        if own:
            title = section["title"].capitalize() if section["title"] and not known else ""
            text += (f"**{title}**\n\n" if title else "") + "| flag | |\n|---|---|\n"
            text += "".join(f"| {code(flag['shown'])} | {cell(flag['text'])} |\n" for flag in own) + "\n"
    if shared:
        text += "Flags that are those of `goru run`: " + ", ".join(shared) + ".\n\n"
    return text


def command_reference(data):
    known = [flag for section in data["commands"][0]["sections"] for flag in section["flags"]]
    text = "\n"
    for command in data["commands"]:
        text += f"### goru {command['name']}\n\n{command['about']}\n\n{listing(command['usage'])}\n"
        text += flag_tables(command, [] if command is data["commands"][0] else known)
        text += "".join(f"{note}\n\n" for note in command["notes"])
        text += f"Examples:\n\n{listing(command['examples'])}\n"
    text += "## Exit codes\n\n" + rows(data["commands"][0]["exit_codes"], "code")
    text += "\n## Environment variables\n\n" + rows(data["environment"], "variable")
    return text + "\n## Files\n\n" + rows(data["files"], "file") + "\n"


def between(page, begin, content):
    """The text of a page, with this between its marks."""
    before, _, rest = page.read_text().partition(begin)
    _, end, after = rest.partition(END)
    if not end:
        sys.exit(f"config_docs: {page} has no place for the tables")
    return before + begin + content + END + after


def said(*arguments):
    return subprocess.run([sys.argv[1], *arguments], check=True, capture_output=True, text=True).stdout


def main():
    schema = said("config", "schema")
    commands = json.loads(said("describe", "json"))
    members_page, commands_page = DOCS / "CONFIGURATION.md", DOCS / "COMMAND_LINE.md"
    wanted = {
        DOCS / "config.schema.json": schema,
        members_page: between(members_page, BEGIN, reference(json.loads(schema))),
        commands_page: between(commands_page, COMMANDS_BEGIN, command_reference(commands)),
    }
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
