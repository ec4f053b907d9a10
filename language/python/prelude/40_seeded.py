import importlib
import importlib.abc
import importlib.machinery
import sys

# Modules that everybody uses are imported while the image is built. One that holds entropy is kept back and seeded when it is
# first imported, so that no two sandboxes draw the same numbers.


_seeded = None


class _Seeded(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self):
        self.modules = {}

    def keep(self, name):
        self.modules[name] = sys.modules.pop(name)

    def find_spec(self, name, path=None, target=None):
        if name in self.modules:
            return importlib.machinery.ModuleSpec(name, self)
        return None

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        name = module.__spec__.name
        kept = self.modules.pop(name)
        if name == "statistics":
            importlib.import_module("random")
        else:
            kept.seed()
        sys.modules[name] = kept


def _keep_numpy_random():
    """numpy's own generator draws anew in each sandbox as well: numpy.random is seeded when it is first asked for, or at the
    first run, where another module holds the generator, its functions or the module."""
    module = sys.modules.get("numpy.random")
    if module is None:
        return
    generator = sys.modules["numpy.random.mtrand"]._rand
    held = any(
        value is generator or value is module or getattr(value, "__self__", None) is generator
        for name, other in list(sys.modules.items())
        if name.partition(".")[0] != "numpy"
        for value in list(getattr(other, "__dict__", {}).values())
    )
    if held:
        if module.seed not in _at_first_run:
            _at_first_run.append(module.seed)
    else:
        _seeded.keep("numpy.random")
        # numpy looks for what it lacks, and imports it.
        vars(sys.modules["numpy"]).pop("random", None)
