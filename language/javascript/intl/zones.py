"""The time zones of the tzdata package, as the texts that zones.js reads."""

import pathlib
import re
import struct

# Names that are no places, and that ECMA-402 leaves out.
LEFT_OUT = {"Factory", "localtime", "posixrules"}


def read(path):
    """(transitions, types, footer) of a TZif file; a transition is [second, type], a type [offset, is daylight time]."""
    data = path.read_bytes()
    if data[:4] != b"TZif":
        raise ValueError(f"{path} is no TZif file")

    def header(at):
        return struct.unpack(">6l", data[at + 20 : at + 44])

    utc, standard, leaps, times, types, names = header(0)
    at = 44 + times * 5 + types * 6 + names + leaps * 8 + standard + utc
    utc, standard, leaps, times, types, names = header(at)
    at += 44
    seconds = struct.unpack(f">{times}q", data[at : at + times * 8])
    at += times * 8
    indices = data[at : at + times]
    at += times
    kinds = [struct.unpack(">lBB", data[at + i * 6 : at + i * 6 + 6])[:2] for i in range(types)]
    at += types * 6 + names + leaps * 12 + standard + utc
    footer = data[at:].strip(b"\n").decode()
    return list(zip(seconds, indices)), kinds, footer


def text_of(path):
    transitions, kinds, footer = read(path)
    # Where winter time counts as a negative daylight time (Ireland, Morocco), other data has it the other way round, and
    # so do the names that CLDR gives.
    states = [[second, *kinds[index]] for second, index in transitions]
    for i, (_, offset, daylight) in enumerate(states):
        before = states[i - 1] if i else None
        if daylight and before and kinds[transitions[i - 1][1]][1] == 0 and offset < before[1]:
            states[i][2] = 0
            before[2] = 1
            if i + 1 < len(states) and states[i + 1][1] > offset:
                states[i + 1][2] = 1
    table = [list(kinds[0])]
    seconds, numbers = [], []
    for second, offset, daylight in states:
        if [offset, daylight] not in table:
            table.append([offset, daylight])
        seconds.append(second)
        numbers.append(table.index([offset, daylight]))
    return {"seconds": seconds, "numbers": numbers, "types": table, "rule": footer}


def texts(package):
    """{key: value to be written as JSON}: one for each zone, and `zones`, the names and which zone each is."""
    root = pathlib.Path(package, "tzdata")
    links, backward, zones = {}, {}, {}
    # The package's own list of all names.
    names = [name for name in (root / "zones").read_text().split() if name not in LEFT_OUT]
    for line in (root / "zoneinfo" / "tzdata.zi").read_text().splitlines():
        if line.startswith("L "):
            _, target, name = line.split()
            backward[name] = target
    for name in names:
        target = name
        while target in backward:
            target = backward[target]
        links[name] = target
        if target not in zones and target in names:
            zones[target] = text_of(root / "zoneinfo" / target)
    for name, target in links.items():
        if target not in zones:
            zones[name] = text_of(root / "zoneinfo" / name)
            links[name] = name
    version = re.search(r"# version (\S+)", (root / "zoneinfo" / "tzdata.zi").read_text()).group(1)
    result = {f"zone/{name}": zone for name, zone in zones.items()}
    result["zones"] = {"version": version, "links": links}
    return result
