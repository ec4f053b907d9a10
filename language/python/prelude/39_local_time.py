import os
import re
import struct
import time

# Local time, which the C library leaves at UTC. What the environment variable TZ names is read from the time zone database
# (RFC 8536), or as a rule of POSIX such as CET-1CEST,M3.5.0,M10.5.0/3 (IEEE 1003.1, 8.3). Years after the database's last are
# written down for one cycle of the calendar, 400 years: the C functions go round in it. Nothing of zoneinfo is used, which
# programs may import later, or replace.

try:
    from _goru import set_local_time as _set_local_time
except ImportError:
    _set_local_time = None

_CYCLE = 400
_FOREVER = -(1 << 63)
_UTC_NAMES = ("", "UTC", "UTC0", "Etc/UTC")

_ZONE_NAME = r"([A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
_ZONE_TIME = r"([+-]?)(\d{1,3})(?::(\d\d))?(?::(\d\d))?"
_ZONE_DATE = rf"(?:M(\d+)\.(\d)\.(\d)|(J?)(\d+))(?:/{_ZONE_TIME})?"
_ZONE_RULE = re.compile(rf"{_ZONE_NAME}{_ZONE_TIME}(?:{_ZONE_NAME}(?:{_ZONE_TIME})?(?:,{_ZONE_DATE},{_ZONE_DATE})?)?")
_USUAL_DATES = ",M3.2.0,M11.1.0"


def _days_before_year(year):
    """Days from 1970 on."""
    year -= 1
    return 365 * year + year // 4 - year // 100 + year // 400 - 719162


def _is_leap_year(year):
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _year_of(moment):
    return time.gmtime(moment).tm_year


def _zone_seconds(sign, hours, minutes, seconds):
    total = int(hours) * 3600 + int(minutes or 0) * 60 + int(seconds or 0)
    return -total if sign == "-" else total


def _second_of_year(year, month, week, weekday, julian, day, *clock):
    """When in a year a part of a rule comes, in seconds of local time."""
    leap = _is_leap_year(year)
    if month is None:
        # Days of Julian years, 1 to 365, leave the 29th of February out; the others are 0 to 365.
        days = int(day) - 1 + (leap and int(day) > 59) if julian else int(day)
    else:
        lengths = (31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
        month = int(month) - 1
        days = sum(lengths[:month])
        first = (_days_before_year(year) + days + 4) % 7
        in_month = (int(weekday) - first) % 7 + 7 * (int(week) - 1)
        days += in_month - 7 if in_month >= lengths[month] else in_month
    return days * 86400 + (_zone_seconds(*clock) if clock[1] is not None else 7200)


def _read_zone_rule(text, years):
    """The spans of a rule: (from, offset, is DST, name), and whether they repeat."""
    found = _ZONE_RULE.fullmatch(text)
    if found and found[6] and not found[12] and not found[15]:
        found = _ZONE_RULE.fullmatch(text + _USUAL_DATES)
    if not found:
        raise ValueError(
            f"TZ={text!r} is neither a time zone, such as Europe/Berlin, nor a rule of POSIX, such as CET-1CEST,M3.5.0,M10.5.0/3"
        )
    parts = found.groups()
    # POSIX counts to the west.
    standard = (-_zone_seconds(*parts[1:5]), 0, parts[0].strip("<>"))
    if not parts[5]:
        return [(_FOREVER, *standard)], False
    ahead = -_zone_seconds(*parts[6:10]) if parts[7] is not None else standard[0] + 3600
    summer = (ahead, 1, parts[5].strip("<>"))
    # What a year has depends on the day that it begins with, and on whether it is a leap year.
    known = {}
    spans = []
    for year in years:
        days = _days_before_year(year)
        kind = days % 7, _is_leap_year(year)
        if kind not in known:
            known[kind] = _second_of_year(year, *parts[10:19]), _second_of_year(year, *parts[19:28])
        start, end = known[kind]
        spans.append((days * 86400 + start - standard[0], *summer))
        spans.append((days * 86400 + end - summer[0], *standard))
    spans.sort()
    return [(_FOREVER, *standard), *spans], True


def _read_zone_file(data):
    """(moments, index of a kind for each, kinds, rule): of the part that has 64 bits."""
    header = struct.Struct(">4sc15x6L")
    _, _, utc, std, leaps, moments, kinds, chars = header.unpack_from(data)
    at = header.size + moments * 5 + kinds * 6 + chars + leaps * 8 + std + utc
    _, _, utc, std, leaps, moments, kinds, chars = header.unpack_from(data, at)
    at += header.size
    times = struct.unpack_from(f">{moments}q", data, at)
    indices = data[at + moments * 8 : at + moments * 9]
    at += moments * 9
    names = data[at + kinds * 6 : at + kinds * 6 + chars]
    found = []
    for i in range(kinds):
        offset, is_dst, name = struct.unpack_from(">lBB", data, at + i * 6)
        found.append((offset, is_dst, names[name : names.index(b"\0", name)].decode()))
    at += kinds * 6 + chars + leaps * 12 + std + utc
    return times, indices, found, data[at:].strip().decode()


def _zone_spans(name):
    *folders, last = name.split("/")
    data = _zone_packages.get(".".join((_TZDATA, *folders)), {}).get(last)
    if data is None:
        return _read_zone_rule(name, range(1900, 1900 + _CYCLE + 1))
    moments, indices, kinds, rule = _read_zone_file(data)
    spans = [(_FOREVER, *next((kind for kind in kinds if not kind[1]), kinds[0]))]
    spans += [(moment, *kinds[index]) for moment, index in zip(moments, indices, strict=True)]
    if not rule:
        return spans, False
    end = moments[-1] if moments else _FOREVER
    first_year = _year_of(end) if moments else 1900
    changes, repeat = _read_zone_rule(rule, range(first_year, first_year + _CYCLE + 1))
    return spans + [span for span in changes if span[0] > end], repeat


def _set_local_zone():
    """Sets local time, and what `time` says of it, to what TZ is."""
    name = os.environ.get("TZ", "").removeprefix(":")
    if name in _UTC_NAMES:
        spans, repeat = [], False
    elif _set_local_time is None:
        raise ValueError(f"TZ={name!r}: local time is UTC in Python 3.12; use Python 3.13, or zoneinfo")
    else:
        spans, repeat = _zone_spans(name)
    if _set_local_time is None:
        return
    places = {}
    text = b""
    for span in spans:
        if span[3] not in places:
            places[span[3]] = len(text)
            text += span[3].encode() + b"\0"
    packed = b"".join(struct.pack("<qiHH", moment, offset, dst, places[zone]) for moment, offset, dst, zone in spans)
    _set_local_time(packed, text, repeat)
    # As time's own C code has it: of both halves of this year standard time is the one with the smaller offset.
    january = _days_before_year(time.gmtime().tm_year) * 86400
    halves = [time.localtime(january), time.localtime(january + 183 * 86400)]
    standard, summer = sorted(halves, key=lambda half: half.tm_gmtoff)
    time.timezone, time.altzone = -standard.tm_gmtoff, -summer.tm_gmtoff
    time.tzname = (standard.tm_zone, summer.tm_zone)
    time.daylight = int(time.timezone != time.altzone)


if _set_local_time is not None:

    def _tzset():
        """tzset()

        Initialize, or reinitialize, the local timezone to the value stored in
        os.environ['TZ'], a name such as Europe/Berlin or a rule of POSIX.
        """
        _set_local_zone()

    _tzset.__name__ = _tzset.__qualname__ = "tzset"
    _tzset.__module__ = "time"
    time.tzset = _tzset
