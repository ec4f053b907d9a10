# Runs one of CPython's own test files inside a sandbox: the source of a program whose last line names the test (run.py). The
# test package comes as a zip archive on standard input.
import errno
import importlib.abc
import importlib.util
import io
import sys
import unittest
import zipfile

_files = zipfile.ZipFile(io.BytesIO(sys.stdin.buffer.read()))
_names = set(_files.namelist())
_PLACE = "/usr/local/lib/python3.13/"


class _Tests(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports package test from the archive."""

    def _path(self, name):
        path = name.replace(".", "/")
        for candidate in (path + ".py", path + "/__init__.py"):
            if candidate in _names:
                return candidate
        return None

    def find_spec(self, name, path=None, target=None):
        found = self._path(name) if name.partition(".")[0] == "test" else None
        if found is None:
            return None
        package = found.endswith("/__init__.py")
        spec = importlib.util.spec_from_loader(name, self, origin=_PLACE + found, is_package=package)
        spec.has_location = True
        if package:
            spec.submodule_search_locations = [_PLACE + found.removesuffix("/__init__.py")]
        return spec

    def get_source(self, name):
        return _files.read(self._path(name)).decode()

    def get_code(self, name):
        return compile(_files.read(self._path(name)), _PLACE + self._path(name), "exec", dont_inherit=True)


sys.meta_path.append(_Tests())
sys.stdin = io.TextIOWrapper(io.BytesIO())


def _load_package_tests(directory, loader, standard_tests, pattern):
    prefix = directory.removeprefix(_PLACE) + "/"
    for path in sorted(_names):
        rest = path.removeprefix(prefix)
        if rest != path and rest.startswith("test_") and rest.endswith(".py") and "/" not in rest:
            standard_tests.addTests(loader.loadTestsFromName(path.removesuffix(".py").replace("/", ".")))
        elif rest.startswith("test_") and rest.endswith("/__init__.py") and rest.count("/") == 1:
            standard_tests.addTests(loader.loadTestsFromName(path.removesuffix("/__init__.py").replace("/", ".")))
    return standard_tests


def _reason(error):
    """What the sandbox does not have and a test wants, or None."""
    seen = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if "the sandbox has no" in str(error) or "does not support processes" in str(error):
            return str(error)
        error = error.__cause__ or error.__context__
    return None


def _is_about_files(error):
    """Whether no file could be made or found; the sandbox has none."""
    wanted = (errno.ENOENT, errno.EROFS, errno.ENOSYS, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM)
    return isinstance(error, OSError) and error.errno in wanted


class _Result(unittest.TextTestResult):
    """Takes a test that needs what a sandbox never has for one that does not apply."""

    def addError(self, test, error):
        reason = _reason(error[1]) or ("the sandbox has no files" if _is_about_files(error[1]) else None)
        if reason is None:
            super().addError(test, error)
        else:
            self.addSkip(test, reason)

    def addSubTest(self, test, subtest, error):
        if error is not None and (_reason(error[1]) or _is_about_files(error[1])):
            self.addSkip(subtest, "the sandbox has no files")
        else:
            super().addSubTest(test, subtest, error)


def run(name):
    import test.support

    test.support.verbose = 0
    test.support.load_package_tests = _load_package_tests
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=_Result).run(suite)
    passed = result.testsRun - len(result.skipped) - len(result.failures) - len(result.errors)
    print(f"{max(passed, 0)} of {result.testsRun}")
    sys.exit(0 if result.wasSuccessful() and passed > 0 else 1)


