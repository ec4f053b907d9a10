"""Packages follow the version of Python that imports them."""

import pytest
from conftest import Client

BOTH = [("python3.12", "312"), ("python3.13", "313")]
WHERE = ".goru/python/packages"


def client(directory, cache, index, language):
    made = Client(directory, cache, language)
    made.environment.update(index.environment)
    return made


@pytest.fixture(params=BOTH, ids=lambda pair: pair[0])
def version(request, tmp_path, cache, index):
    language, digits = request.param
    return client(tmp_path, cache, index, language), digits


def test_bytecode_is_of_the_version(version, index):
    goru, digits = version
    index.add("cup", "1.0")
    assert goru.deps("install", "cup").returncode == 0
    assert [path.name for path in (goru.directory / WHERE / "__pycache__").iterdir()] == [f"cup.cpython-{digits}.pyc"]
    run = goru.code("import cup; print(cup.__cached__)", "--packages", WHERE)
    assert run.stdout == f"/packages/__pycache__/cup.cpython-{digits}.pyc\n", run.stderr


def test_pip_chooses_for_the_version(version, index):
    goru, digits = version
    index.add("cup", "1.0", tags="cp312-none-any")
    index.add("cup", "2.0", tags="cp313-none-any")
    assert goru.deps("install", "cup").stdout == {"312": "cup 1.0\n", "313": "cup 2.0\n"}[digits]


def test_install_pkg_follows_the_session(version, index):
    goru, digits = version
    index.add("cup", "1.0")
    run = goru.code("print(install_pkg('cup')); import cup; print(cup.__cached__[-7:-4])", "--allow-pkg", "cup", "--timeout", "100s")
    assert run.stdout == f"{{'cup': '1.0'}}\n{digits}\n", run.stderr


def test_images_follow_the_version(version, index):
    goru, digits = version
    index.add("cup", "1.0")
    assert goru.deps("install", "cup").returncode == 0
    built = goru("image", "build", "--lang", goru.language, "--packages", WHERE, "--import", "cup", "-o", "app.img")
    assert built.returncode == 0, built.stderr
    run = goru.code("import sys; print('cup' in sys.modules, sys.version_info[1])", "--image", "app.img")
    assert run.stdout == f"True {digits[1:]}\n", run.stderr


def test_the_other_version_is_an_error_that_says_what_to_do(goru, tmp_path, cache, index):
    index.add("cup", "1.0")
    old = client(tmp_path, cache, index, "python3.12")
    assert old.deps("install", "cup").returncode == 0
    refused = goru.code("import cup", "--packages", WHERE)
    assert refused.returncode == 2
    assert "Python 3.12" in refused.stderr and "-l python3.12" in refused.stderr and "goru deps install" in refused.stderr
    assert old.code("import cup", "--packages", WHERE).returncode == 0

    refused = goru("image", "build", "--lang", "python", "--packages", WHERE, "--import", "cup", "-o", "app.img")
    assert refused.returncode == 2 and "Python 3.12" in refused.stderr
    built = goru("image", "build", "--lang", "python3.12", "--packages", WHERE, "--import", "cup", "-o", "app.img")
    assert built.returncode == 0, built.stderr
    refused = goru.code("import cup", "--image", "app.img")
    assert refused.returncode == 2 and "python 3.12" in refused.stderr
    # Languages without an image of their own in there are not concerned.
    assert goru("run", "-l", "js", "--image", "app.img", "-c", "1").returncode == 0

    # What the error proposes.
    assert goru.deps("install", "--upgrade").stdout == "cup 1.0\n"
    assert goru.code("import cup; print(cup.version)", "--packages", WHERE).stdout == "1.0\n"


def test_directories_that_goru_did_not_make_fit_all(version):
    goru, _ = version
    (goru.directory / "own").mkdir()
    (goru.directory / "own/cup.py").write_text("x = 1\n")
    assert goru.code("import cup; print(cup.x)", "--packages", "own").stdout == "1\n"


@pytest.mark.parametrize("command", [("deps", "install", "cup"), ("image", "build", "--import", "cup", "-o", "x.img")])
def test_only_python_has_packages(goru, command):
    refused = goru(*command, "--lang", "js")
    assert refused.returncode == 2 and "python3.13" in refused.stderr
