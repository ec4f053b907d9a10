"""The order of text: CLDR's root collation from ICU's source, and what languages change in it, as collator.js reads them."""

import pathlib
import re
import unicodedata

LINE = re.compile(r"^([0-9A-F ]+)(?:\| ([0-9A-F ]+))?;\s*((?:\[[^\]]*\])+)")
ELEMENT = re.compile(r"\[([^\]]*)\]")

# Which scripts come first, and CLDR's rules for the rest, by language. What is not here is in the root's order.
RULES = {
    "ar": (["ARABIC"], "&[before2]ت<<ة &[before2]ي<<ى &[before2]ا<<آ<<أ<<إ"),
    "es": ([], "&n<ñ<<<Ñ"),
    "he": (["HEBREW"], ""),
    "hi": (["DEVANAGARI"], "&ॐ<ं<<ँ<ः"),
    "ja": (["LATIN", "HIRAGANA"], ""),
    "ko": (["HANGUL"], ""),
    "pl": ([], "&a<ą<<<Ą &c<ć<<<Ć &e<ę<<<Ę &l<ł<<<Ł &n<ń<<<Ń &o<ó<<<Ó &s<ś<<<Ś &z<ź<<<Ź<ż<<<Ż"),
    "ru": (["CYRILLIC"], ""),
    "sv": (
        [],
        "&d<<đ<<<Đ<<ð<<<Ð &t<<<þ/h &T<<<Þ/h &y<<ü<<<Ü<<ű<<<Ű &[before]ǀ<å<<<Å<ä<<<Ä<<æ<<<Æ<<ę<<<Ę<ö<<<Ö<<ø<<<Ø<<ő<<<Ő<<œ<<<Œ<<ô<<<Ô",
    ),
    "tr": ([], "&c<ç<<<Ç &g<ğ<<<Ğ &[before]i<ı<<<I &i<<<İ &o<ö<<<Ö &s<ş<<<Ş &u<ü<<<Ü"),
    "uk": (["CYRILLIC"], "&г<ґ<<<Ґ &і<ї<<<Ї"),
    "zh": (
        [],
        "&[before2]a<<ā<<<Ā<<á<<<Á<<ǎ<<<Ǎ<<à<<<À &[before2]e<<ē<<<Ē<<é<<<É<<ě<<<Ě<<è<<<È "
        "&[before2]i<<ī<<<Ī<<í<<<Í<<ǐ<<<Ǐ<<ì<<<Ì &[before2]o<<ō<<<Ō<<ó<<<Ó<<ǒ<<<Ǒ<<ò<<<Ò "
        "&[before2]u<<ū<<<Ū<<ú<<<Ú<<ǔ<<<Ǔ<<ù<<<Ù &[before2]n<<ń<<<Ń<<ň<<<Ň<<ǹ<<<Ǹ",
    ),
}


def characters(codes):
    return "".join(chr(int(code, 16)) for code in codes.split())


def is_han(character):
    name = unicodedata.name(character, "")
    return name.startswith("CJK UNIFIED IDEOGRAPH") or name.startswith("CJK COMPATIBILITY IDEOGRAPH")


def number(text):
    digits = text.split()
    return int("".join(digits).ljust(4, "0")[:4], 16) if digits else 0


def read(path):
    """(entries, starts): text -> elements (primary bytes, secondary, tertiary), script -> first primary bytes."""
    entries, starts = {}, {}
    for line in path.read_text(encoding="utf-8").splitlines():
        match = LINE.match(line)
        if not match:
            continue
        before, text, elements = match.groups()
        key = characters(before) if text is None else characters(before) + characters(text)
        parsed = []
        for element in ELEMENT.findall(elements):
            if "U+" in element:
                break
            primary, secondary, tertiary = (element + ",,").split(",")[:3]
            parsed.append((primary.strip(), number(secondary), number(tertiary)))
        else:
            if before.startswith("FDD1"):
                comment = line.split("#", 1)[1].strip()
                starts[comment.split(" first primary")[0].upper().replace(" ", "_")] = parsed[0][0]
                continue
            if text is not None:
                # What a text is after another one: as one text of both.
                parsed = entries.get(characters(before), []) + parsed
            entries[key] = parsed
    return entries, starts


def apply_rules(rules, mapped):
    """{text: elements} of a tailoring; elements are [primary, secondary, tertiary] with ranks as primaries."""
    result = {}
    for chain in rules.split("&")[1:]:
        before = chain.startswith("[before]")
        lesser = chain.startswith("[before2]")
        parts = re.split(r"(<<<|<<|<)", re.sub(r"^\[before2?\]", "", chain.strip()))
        anchor = mapped[unicodedata.normalize("NFD", parts[0])]
        primary, secondary, tertiary = anchor[-1]
        if before:
            primary -= 0.5
        if lesser:
            secondary -= 0x80
        step = 0
        for relation, text in zip(parts[1::2], parts[2::2]):
            step += 1
            if relation == "<":
                primary, secondary, tertiary = primary + 1 / 64, 0x500, 0x500
            elif relation == "<<":
                secondary, tertiary = secondary + step, 0x500
            else:
                tertiary = 0x9C00
            text, _, expansion = text.partition("/")
            if expansion:
                tertiary = anchor[-1][2] + 0x100
            key = unicodedata.normalize("NFD", text)
            result[key] = [*anchor[:-1], [primary, secondary, tertiary], *(mapped[expansion] if expansion else [])]
    return result


def texts(directory):
    """{key: value to be written as JSON}: uca/BLOCK for each 128 characters, uca for what is of all, collation/LANGUAGE."""
    entries, starts = read(pathlib.Path(directory, "source/data/unidata/FractionalUCA.txt"))
    primaries = {primary for elements in entries.values() for primary, _, _ in elements if primary} | set(starts.values())
    ranks = {primary: rank for rank, primary in enumerate(sorted(primaries, key=lambda text: bytes.fromhex(text)), 1)}
    ranks[""] = 0
    mapped = {key: [[ranks[p], s, t] for p, s, t in elements] for key, elements in entries.items()}

    def flat(elements):
        return [weight for element in elements for weight in element]

    blocks = {}
    for key, elements in mapped.items():
        # These are decomposed before they are compared, and Han has no order here.
        if unicodedata.normalize("NFD", key) != key or any(is_han(c) for c in key):
            continue
        block = blocks.setdefault(ord(key[0]) >> 7, {"one": {}, "more": {}})
        if len(key) == 1:
            block["one"][key] = flat(elements)
        else:
            block["more"].setdefault(key[0], []).append([key, flat(elements)])
    result = {f"uca/{block:x}": value for block, value in blocks.items()}
    borders = sorted(ranks[primary] for primary in starts.values())
    order = {script: ranks[primary] for script, primary in starts.items()}
    result["uca"] = {
        "symbols": order["SYMBOL"],
        "latin": order["LATIN"],
        "digits": [mapped[str(digit)][0][0] for digit in range(10)],
    }
    for language, (scripts, rules) in RULES.items():
        ranges = []
        for script in scripts:
            start = order[script]
            end = next((border for border in borders if border > start), start + 100000)
            ranges.append([start, end])
        tailored = apply_rules(rules, mapped)
        result[f"collation/{language}"] = {"first": ranges, "texts": [[key, flat(value)] for key, value in tailored.items()]}
    return result
