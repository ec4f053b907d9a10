import importlib
import importlib.util
import sys

# Packages: what a session has is seen below /packages, after the standard library. The path's finder is made while the image
# is built: an import that fails costs one look at a directory's time of change, which tells when there is something new.

_PACKAGES = "/packages"

# Called when a session makes its first run.
_at_first_run = []


def install_pkg(name, specifier="", /):
    """Installs a package that the host allows, and what it needs, into this sandbox; it can be imported at once."""
    for argument in (name, specifier):
        if not isinstance(argument, str):
            raise TypeError(f"install_pkg takes names and versions as str, not {type(argument).__name__}")
    installed = _ask("goru:packages.install", {"name": name, "specifier": specifier})
    importlib.invalidate_caches()
    return {package["name"]: package["version"] for package in installed}


def _mount_packages():
    sys.path.append(_PACKAGES)
    importlib.util.find_spec("goru_absent")


def _keep_imports(names):
    """Imports modules while an image with packages is built, so that every sandbox of it has them."""
    # What an image on top of another has seen is what the other has.
    importlib.invalidate_caches()
    for name in names:
        importlib.import_module(name)
    if "random" in sys.modules and sys.modules["random"].seed not in _at_first_run:
        # Modules that were imported hold it: each sandbox has to draw numbers of its own all the same.
        _at_first_run.append(sys.modules["random"].seed)
    _keep_numpy_random()
    _settle()
