import importlib
import importlib.abc
import importlib.machinery
import sys

# Modules that everybody uses are imported while the image is built. One that holds entropy is kept back and seeded when it is
# first imported, so that no two sandboxes draw the same numbers.


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
        if name == "random":
            kept.seed()
        else:
            importlib.import_module("random")
        sys.modules[name] = kept
