import io
import zlib

# Time zones: those of the IANA database, as the package tzdata has them. _ZONES is made while goru is built (time_zones.py).


def _load_zone(key):
    """In the place of zoneinfo._common.load_tzdata, which looks for the package."""
    data = _zones.get(key)
    if data is None:
        from zoneinfo._common import ZoneInfoNotFoundError

        raise ZoneInfoNotFoundError(f"No time zone found with key {key}")
    return io.BytesIO(data)


def _zone_names():
    """Returns a set containing all available time zones."""
    return {name for name in _zones if name not in ("posixrules", "localtime", "Factory")}


_zones = {}


def _zones_begin():
    """At the end of the image's making."""
    import base64
    import marshal
    import zoneinfo

    global _ZONES
    _zones.update(marshal.loads(zlib.decompress(base64.b85decode(_ZONES))))
    del _ZONES
    zoneinfo._common.load_tzdata = _load_zone
    zoneinfo.available_timezones = zoneinfo._tzpath.available_timezones = _zone_names
