#!/usr/bin/env python3
"""Writes files into a C++ source, so that the program has them without looking for them.

usage: embed.py OUTPUT NAMESPACE FILE...

OUTPUT defines NAMESPACE::FindEmbedded(name), the bytes of the file of that name (without folders), or an empty view."""

import sys
from pathlib import Path

HEAD = """// Made by scripts/embed.py.
#include <cstdint>
#include <string_view>

namespace {ns} {{
std::string_view FindEmbedded(std::string_view name);
namespace {{
"""


def array(index, data):
    rows = [", ".join(str(byte) for byte in data[at : at + 32]) for at in range(0, len(data), 32)]
    return f"constexpr unsigned char kFile{index}[] = {{\n" + ",\n".join([*rows, "0"]) + "};\n"


def main(output, namespace, *files):
    text = HEAD.format(ns=namespace)
    for index, file in enumerate(files):
        text += array(index, Path(file).read_bytes())
    text += "}  // namespace\n\nstd::string_view FindEmbedded(std::string_view name) {\n"
    for index, file in enumerate(files):
        path = Path(file)
        text += f'  if (name == "{path.name}") {{\n'
        text += f"    return {{reinterpret_cast<const char*>(kFile{index}), {path.stat().st_size}}};\n  }}\n"
    text += "  return {};\n}\n\n}  // namespace " + namespace + "\n"
    Path(output).write_text(text)


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
