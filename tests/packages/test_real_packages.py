"""Packages of the real index, installed by pip and doing real work in the sandbox."""

import pytest
from conftest import Client
from works import WORKS

# Asked of both versions of Python where it matters which one it is.
VERSIONS = ("python3.13", "python3.12")


@pytest.fixture(params=VERSIONS)
def goru(tmp_path, cache, request):
    return Client(tmp_path, cache, request.param)


@pytest.mark.parametrize("name", WORKS)
def test_installs_and_works(goru, name):
    requirements, code, expected, *flags = WORKS[name]
    installed = goru.deps("install", *requirements)
    assert installed.returncode == 0, installed.stderr
    assert name in installed.stdout.split()
    run = goru.code(code, "--packages", ".goru/python/packages", *flags)
    assert (run.stdout, run.returncode) == (expected, 0), run.stderr


def test_all_together_with_lock_and_offline(goru):
    names = [name for name in WORKS if name != "sympy"]
    installed = goru.deps("install", *names, "--lock", "goru.lock", "--dir", "all")
    assert installed.returncode == 0, installed.stderr
    for name in names:
        _, code, expected, *flags = WORKS[name]
        run = goru.code(code, "--packages", "all", *flags)
        assert (run.stdout, run.returncode) == (expected, 0), run.stderr
    # The same again from the lock file, with no network and no pip that could be asked.
    again = goru.deps(
        "install", "--lock", "goru.lock", "--dir", "copy", env={"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_NO_INDEX": "1"}
    )
    assert again.returncode == 0, again.stderr
    assert again.stdout == installed.stdout
    mine, theirs = goru.files("copy"), goru.files("all")
    del mine["goru-packages.json"], theirs["goru-packages.json"]
    assert mine == theirs


@pytest.mark.parametrize("name, instead", [
    ("numpy", "--image data"), ("pandas", "sqlite3"), ("requests", "use http"), ("Django", "jinja2"), ("flask", "jinja2"),
    ("scipy", "host function"), ("lxml", "beautifulsoup4"),
])
def test_what_cannot_work_is_refused_with_an_alternative(goru, name, instead):
    refused = goru.deps("install", name)
    assert refused.returncode == 2
    assert instead in refused.stderr
    assert not (goru.directory / ".goru/python/packages").exists()


def test_native_code_without_a_fallback_is_named(goru):
    refused = goru.deps("install", "rpds-py")
    assert refused.returncode == 2
    assert "native code" in refused.stderr


def test_install_pkg_from_sandboxed_code(goru):
    code = """
try:
    import dateutil
except ModuleNotFoundError:
    print("not there")
print(sorted(install_pkg("python-dateutil", ">=2.8")))
from dateutil.relativedelta import relativedelta
from datetime import date
print(date(2024, 1, 31) + relativedelta(months=1))
"""
    run = goru.code(code, "--allow-pkg", "python_dateutil", "--timeout", "200s")
    assert run.returncode == 0, run.stderr
    assert "'python-dateutil'" in run.stdout
    assert run.stdout.startswith("not there\n") and run.stdout.endswith("2024-02-29\n")


def test_image_with_packages(goru):
    assert goru.deps("install", "pydantic", "jinja2").returncode == 0
    built = goru("image", "build", "--lang", goru.language, "--packages", ".goru/python/packages",
                 "--import", "pydantic,jinja2", "-o", "app.img")
    assert built.returncode == 0, built.stderr
    # The image holds the packages.
    (goru.directory / ".goru").rename(goru.directory / "elsewhere")
    code = """
import sys
print("pydantic" in sys.modules, "jinja2" in sys.modules)
import pydantic, jinja2.nativetypes, importlib.metadata
class M(pydantic.BaseModel):
    x: int
print(M(x="3"), importlib.metadata.version("pydantic") == pydantic.VERSION)
import random
print(random.random(), file=sys.stderr)
"""
    runs = [goru.code(code, "--image", "app.img") for _ in range(2)]
    assert [run.stdout for run in runs] == ["True True\nx=3 True\n"] * 2, runs[0].stderr
    assert runs[0].stderr != runs[1].stderr
