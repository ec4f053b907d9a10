import importlib.machinery
import io
import sys

# The time zones of PyPI's tzdata, as that package: zoneinfo looks for it, and finds an installed one before this.

_TZDATA = "tzdata.zoneinfo"
_zones_version, _zone_names, _zone_data = _zones
del _zones
# {package: {name: data, or None for a package}}
_zone_packages = {"tzdata": {"zones": ("\n".join(_zone_names) + "\n").encode(), "zoneinfo": None}, _TZDATA: {}}
for _name in _zone_names:
    _package = _TZDATA
    *_folders, _last = _name.split("/")
    for _folder in _folders:
        _zone_packages[_package][_folder] = None
        _package = f"{_package}.{_folder}"
        _zone_packages.setdefault(_package, {})
    _zone_packages[_package][_last] = _zone_data[_name]
del _zone_names, _zone_data


class _ZoneFile:
    """A resource of the package (importlib.resources.abc.Traversable)."""

    def __init__(self, package, name=""):
        self._package = package
        self.name = name or package.rpartition(".")[2]
        self._file = name

    def _data(self):
        data = _zone_packages.get(self._package, {}).get(self._file)
        if data is None:
            raise FileNotFoundError(f"no resource {self._file!r} in {self._package}")
        return data

    def is_dir(self):
        return not self._file and self._package in _zone_packages

    def is_file(self):
        return bool(self._file) and _zone_packages.get(self._package, {}).get(self._file) is not None

    def iterdir(self):
        return map(self.joinpath, _zone_packages[self._package] if self.is_dir() else ())

    def joinpath(self, *names):
        place = self
        for name in "/".join(names).split("/"):
            if place._file:
                raise FileNotFoundError(f"{place._file!r} is a file")
            package = f"{place._package}.{name}"
            place = _ZoneFile(package) if package in _zone_packages else _ZoneFile(place._package, name)
        return place

    __truediv__ = joinpath

    def open(self, mode="r", *args, **kwargs):
        data = io.BytesIO(self._data())
        return data if "b" in mode else io.TextIOWrapper(data, *args, **kwargs)

    def read_bytes(self):
        return self._data()

    def read_text(self, encoding="utf-8", errors="strict"):
        return self._data().decode(encoding, errors)


class _ZoneReader:
    """importlib.resources.abc.TraversableResources."""

    def __init__(self, package):
        self._package = package

    def files(self):
        return _ZoneFile(self._package)


class _TimeZones(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name not in _zone_packages:
            return None
        return importlib.machinery.ModuleSpec(name, self, origin="bundled", is_package=True)

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        if module.__name__ == "tzdata":
            module.IANA_VERSION = _zones_version
            module.__version__ = f"{_zones_version[:4]}.{ord(_zones_version[4]) - 96}"

    def get_resource_reader(self, name):
        return _ZoneReader(name)
