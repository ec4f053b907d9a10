# Runs one of CPython's own test files inside a sandbox: the source of a program whose last line names the test (run.py). The
# test package lies in /packages, with its data.
import errno
import struct
import sys
import unittest


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
    """Whether no file could be made; the sandbox has none but those of its packages."""
    wanted = (errno.ENOENT, errno.EROFS, errno.ENOSYS, errno.ENOTSUP, errno.EBADF, errno.EACCES, errno.EPERM)
    if _Result.has_files:
        # There are files, but no links and no locks.
        wanted = (errno.ENOSYS, errno.ENOTSUP)
    return isinstance(error, OSError) and error.errno in wanted


class _Result(unittest.TextTestResult):
    """Takes a test that needs what a sandbox never has for one that does not apply, and such as are said not to."""

    do_not_apply = {}
    has_files = False

    def startTest(self, test):
        super().startTest(test)
        name = test.id().removeprefix("test.")
        for listed, why in self.do_not_apply.items():
            if name == listed or name.startswith(listed + "."):
                # What unittest.skip would have set.
                setattr(test, test._testMethodName, unittest.skip(why)(getattr(test, test._testMethodName)))

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


def run(name, do_not_apply, has_files):
    """`do_not_apply` says why, by the name of a test or class below package test. `has_files`: goru has --scratch."""
    # They test what the machine can count, and programs see a larger number (language/python/prelude/37_sizes.py).
    sys.maxsize = 2 ** (8 * struct.calcsize("n") - 1) - 1
    import test.support

    test.support.verbose = 0
    # As CPython's own runner does without -u: no hours of CPU, no gigabytes, no network.
    test.support.use_resources = ()
    _Result.do_not_apply = do_not_apply
    _Result.has_files = has_files
    suite = unittest.defaultTestLoader.loadTestsFromName("test." + name)
    result = unittest.TextTestRunner(stream=sys.stdout, verbosity=0, resultclass=_Result).run(suite)
    passed = result.testsRun - len(result.skipped) - len(result.failures) - len(result.errors)
    print(f"{max(passed, 0)} of {result.testsRun}")
    sys.exit(0 if result.wasSuccessful() and passed > 0 else 1)


