"""What programs under test are started with."""

import os


def clean_environment(*without):
    """The tests' own environment without what would change what goru says, and without the variables that are named; with the
    cache of compiled languages that all tests of a build share."""
    environment = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", *without)}
    cache = os.environ.get("GORU_TEST_CACHE")
    if cache:
        environment["XDG_CACHE_HOME"] = cache
    return environment
