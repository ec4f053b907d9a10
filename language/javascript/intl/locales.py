"""Packs the locale data of FormatJS into the one file that the JavaScript image holds.

The file begins with a line `COUNT`, then COUNT lines `KEY OFFSET PACKED SIZE`, then the packed texts; offsets count from
the end of the lines. A KEY is KIND/TAG. A text is JSON: either the data of a locale, or `[PARENT, PATCH]`, where a
patch is an object of what differs: null takes a key away, `{"=": value}` replaces an object as a whole. Texts are packed
as LZ4 blocks, which shim/intl.c reads.
"""

import concurrent.futures
import json
import pathlib
import re
import sys

import cldr
import collation
import zones

LANGUAGES = "ar de en es fr he hi it ja ko nl pl pt ru sv tr uk zh".split()
# What locales are compared with, beside their language's own data.
PARENTS = ["en-001", "en-IN", "en", "es-419", "pt-PT", "zh-Hant", "zh-Hant-HK", "fr-CA", "ar-EG", "es-MX"]
# Written in scripts that no other data of the language is in, and by nobody's default.
LEFT_OUT = {"en-Dsrt", "en-Shaw", "zh-Latn"}

QUOTED = re.compile(r'JSON\.parse\(("(?:[^"\\]|\\.)*")\)')


def read(path):
    text = path.read_text(encoding="utf-8")
    quoted = QUOTED.search(text)
    if quoted:
        return json.loads(json.loads(quoted.group(1)))
    start = text.index("__addLocaleData(") + len("__addLocaleData(")
    value, _ = json.JSONDecoder().raw_decode(text, start + len(text[start:]) - len(text[start:].lstrip()))
    return value


def shorten(kind, tag, data):
    """Leaves out what is made of the rest: formats.js joins patterns of dates and of times itself."""
    if kind != "date":
        return data
    simple = lambda table: {key: value for key, value in table.items() if key.isascii() and key.isalpha()}
    data = {key: value for key, value in data.items() if key != "calendarData"}
    data["ca"] = ["gregory", "iso8601"]
    if tag.startswith("zh-Hant"):
        data["dayPeriodRules"] = cldr.CHINESE_DAY
    connectors = cldr.CONNECTORS.get(tag) or cldr.CONNECTORS[tag.split("-")[0]]
    data["dateTimeFormat"] = dict(zip(("full", "long", "medium", "short"), connectors))
    data["hourCycle"] = cldr.HOUR_CYCLES.get(tag, data["hourCycle"])
    data["intervalFormats"] = simple(data["intervalFormats"])
    data["formats"] = {"gregory": simple(data["formats"]["gregory"])}
    return data


def difference(old, new):
    """The patch that makes `new` of `old`, both objects; None where they are the same, keys' order included."""
    patch = {}
    for key in old:
        if key not in new:
            patch[key] = None
    for key, value in new.items():
        if key not in old:
            patch[key] = {"=": value} if isinstance(value, dict) else value
        elif isinstance(value, dict) and isinstance(old[key], dict):
            inner = difference(old[key], value)
            if inner is not None:
                patch[key] = inner
        elif value != old[key]:
            patch[key] = {"=": value} if isinstance(value, dict) else value
    if not patch and list(old) == list(new):
        return None
    if "=" in new or "=" in old:
        sys.exit("locales: a key is named =")
    if list(apply(old, patch)) != list(new):
        return {"=": new}
    return patch


def apply(old, patch):
    """What main.js does."""
    if list(patch) == ["="]:
        return patch["="]
    new = dict(old)
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        elif isinstance(value, dict):
            new[key] = apply(old.get(key, {}), value)
        else:
            new[key] = value
    return new


def dump(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def pack(data):
    """An LZ4 block."""
    out = bytearray()
    size = len(data)
    anchor = at = 0
    seen = {}

    def emit(literals, distance, length):
        count = len(literals)
        rest = length - 4
        token = (min(count, 15) << 4) | (min(rest, 15) if distance else 0)
        out.append(token)
        if count >= 15:
            left = count - 15
            while left >= 255:
                out.append(255)
                left -= 255
            out.append(left)
        out.extend(literals)
        if distance:
            out.extend(distance.to_bytes(2, "little"))
            if rest >= 15:
                left = rest - 15
                while left >= 255:
                    out.append(255)
                    left -= 255
                out.append(left)

    # The format wants the last five bytes as literals.
    while at < size - 12:
        key = data[at : at + 4]
        places = seen.setdefault(key, [])
        best = length = 0
        for place in reversed(places[-16:]):
            if at - place > 65535:
                break
            reach = 4
            while at + reach < size - 5 and data[place + reach] == data[at + reach]:
                reach += 1
            if reach > length:
                best, length = place, reach
        places.append(at)
        if length:
            emit(data[anchor:at], at - best, length)
            for step in range(at + 1, min(at + length, size - 12), 2):
                seen.setdefault(data[step : step + 4], []).append(step)
            at += length
            anchor = at
        else:
            at += 1
    emit(data[anchor:], 0, 0)
    return bytes(out)


def language_entries(job):
    """The entries of one kind and language: (key, text)."""
    kind, directory, language = job
    known = {}
    paths = [path for path in sorted(pathlib.Path(directory, "locale-data").glob(f"{language}*.js"))]
    for path in paths:
        tag = path.stem
        if tag.split("-")[0] == language and tag not in LEFT_OUT:
            known[tag] = shorten(kind, tag, read(path)["data"])
    for tag in PARENTS:
        if tag not in known and language == "hi":
            known[tag] = (
                shorten(kind, tag, read(pathlib.Path(directory, "locale-data", f"{tag}.js"))["data"]) if tag.startswith("en") else None
            )
    entries = []
    for tag, data in known.items():
        if tag.split("-")[0] != language:
            continue
        text = dump(data)
        if tag != language:
            best = text
            for parent in [language, *PARENTS]:
                # No circles: a parent is nearer to the root.
                if parent == tag or known.get(parent) is None or (parent != language and tag in PARENTS and PARENTS.index(tag) <= PARENTS.index(parent)):
                    continue
                patch = difference(known[parent], data) or {}
                if list(apply(known[parent], patch)) != list(data) or apply(known[parent], patch) != data:
                    sys.exit(f"locales: {kind}/{tag} is not what its patch makes")
                candidate = dump([parent, patch])
                if len(candidate) < len(best):
                    best = candidate
            text = best
        entries.append((f"{kind}/{tag}", text))
    return [(key, len(text.encode()), pack(text.encode())) for key, text in entries]


# The likely region or script of a language is a locale as well, with the same data.
DEFAULT_CONTENT = {
    "ar-001": "ar", "de-DE": "de", "en-US": "en", "es-ES": "es", "fr-FR": "fr", "he-IL": "he", "hi-IN": "hi", "hi-Latn-IN": "hi-Latn",
    "it-IT": "it", "ja-JP": "ja", "ko-KR": "ko", "nl-NL": "nl", "pl-PL": "pl", "pt-BR": "pt", "ru-RU": "ru", "sv-SE": "sv",
    "tr-TR": "tr", "uk-UA": "uk", "zh-CN": "zh", "zh-Hans-CN": "zh", "zh-Hans": "zh", "zh-SG": "zh-Hans-SG", "zh-MY": "zh-Hans-MY",
    "zh-TW": "zh-Hant", "zh-Hant-TW": "zh-Hant", "zh-HK": "zh-Hant-HK", "zh-MO": "zh-Hant-MO",
}  # fmt: skip
KINDS = {
    "numberformat": "number",
    "datetimeformat": "date",
    "listformat": "list",
    "relativetimeformat": "relative",
    "displaynames": "names",
}


def write(output, packages, tzdata, icu):
    """The file `output`, of the directories of the FormatJS packages, of tzdata and of ICU's source."""
    jobs = [(kind, packages[name], language) for name, kind in KINDS.items() for language in LANGUAGES]
    with concurrent.futures.ProcessPoolExecutor() as pool:
        entries = [entry for part in pool.map(language_entries, jobs) for entry in part]
    tags = {key.split("/", 1)[1] for key, _, _ in entries if key.startswith("number/")}
    known = {tag: tag for tag in tags}
    known.update({tag: data for tag, data in DEFAULT_CONTENT.items() if tag not in tags})
    texts = {"tags": dict(sorted(known.items())), **zones.texts(tzdata), **collation.texts(icu)}
    for key, value in texts.items():
        text = dump(value).encode()
        entries.append((key, len(text), pack(text)))
    lines, offset = [f"{len(entries)}\n"], 0
    entries.sort()
    for key, size, packed in entries:
        lines.append(f"{key} {offset} {len(packed)} {size}\n")
        offset += len(packed)
    with open(output, "wb") as file:
        file.write("".join(lines).encode())
        for _, _, packed in entries:
            file.write(packed)
