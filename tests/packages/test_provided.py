"""Packages that an image provides: installing takes them as present, and what has to fit them does or is refused."""

import json

import pytest

WHERE = ".goru/python/packages"


@pytest.fixture
def image(goru, index):
    """An image that provides bowl 1.5, while the index has newer ones."""
    index.add("bowl", "1.5")
    assert goru.deps("install", "bowl", "--dir", "in-the-image").returncode == 0
    built = goru("image", "build", "--lang", "python", "--packages", "in-the-image", "--import", "bowl", "-o", "bowl.img")
    assert built.returncode == 0, built.stderr
    index.add("bowl", "2.0")
    index.requests.clear()
    return "bowl.img"


def test_images_say_what_they_provide(goru, image):
    listed = goru("image", "list", "--image-dir", ".")
    assert listed.returncode == 0, listed.stderr
    assert listed.stdout.startswith("bowl: python, CPython 3.13.") and listed.stdout.endswith("; provides bowl 1.5\n")
    (described,) = json.loads(goru("image", "list", "--image-dir", ".", "--json").stdout)
    assert described["name"] == "bowl" and described["provides"] == {"bowl": "1.5"}
    assert described["bytes"] == (goru.directory / image).stat().st_size


def test_the_list_has_the_images_that_goru_comes_with(goru):
    listed = {entry["name"]: entry for entry in json.loads(goru("image", "list", "--json").stdout)}
    assert listed["python-3.13"]["version"] == "3.13" and listed["python-3.13"]["provides"] == {}
    assert listed["javascript"]["language"] == "javascript"


def test_the_list_tells_of_what_is_no_image(goru):
    (goru.directory / "broken.img").write_bytes(b"no image")
    (goru.directory / "else.txt").write_text("")
    listed = goru("image", "list", "--image-dir", ".")
    assert listed.returncode == 0
    assert listed.stdout.startswith("broken: ") and "not a goru image" in listed.stdout and listed.stdout.count("\n") == 1
    assert "no images" in goru("image", "list", "--image-dir", "nowhere").stdout


def test_what_is_provided_is_not_installed_again(goru, index, image):
    index.add("cup", "1.0", {"cup.py": "import bowl\nheld = bowl.version\n"}, requires=["bowl>=1"])
    done = goru.deps("install", "cup", "--image", image)
    assert (done.returncode, done.stdout) == (0, "cup 1.0\n"), done.stderr
    assert not [path for path in index.requests if "bowl-" in path]
    run = goru.code("import cup; print(cup.held)", "--image", image, "--packages", WHERE)
    assert run.stdout == "1.5\n", run.stderr
    # And for the plain image it is.
    assert goru.deps("install", "cup", "--dir", "plain").stdout == "bowl 2.0\ncup 1.0\n"


def test_asking_for_what_is_provided_brings_nothing(goru, image):
    done = goru.deps("install", "bowl>=1", "--image", image)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
    assert "the image provides bowl 1.5" in done.stderr
    assert goru.code("import bowl; print(bowl.version)", "--image", image, "--packages", WHERE).stdout == "1.5\n"


@pytest.mark.parametrize("asked", ["cup", "bowl>=2"])
def test_another_version_is_refused_with_the_one_that_is_there(goru, index, image, asked):
    index.add("cup", "1.0", {"cup.py": ""}, requires=["bowl>=2"])
    refused = goru.deps("install", asked, "--image", image)
    assert refused.returncode == 2
    assert "the image provides bowl 1.5" in refused.stderr and "bowl>=2" in refused.stderr
    assert not (goru.directory / WHERE).exists()


def test_older_versions_that_fit_are_found(goru, index, image):
    index.add("cup", "1.0", {"cup.py": ""}, requires=["bowl>=1"])
    index.add("cup", "1.1", {"cup.py": ""}, requires=["bowl>=2"])
    assert goru.deps("install", "cup", "--image", image).stdout == "cup 1.0\n"


def test_extras_of_what_is_provided_bring_what_they_need(goru, index):
    metadata_of = "Metadata-Version: 2.1\nName: bowl\nVersion: 1.5\nRequires-Dist: spoon ; extra == 'more'\nProvides-Extra: more\n"
    package = goru.directory / "hand-made"
    (package / "bowl-1.5.dist-info").mkdir(parents=True)
    (package / "bowl-1.5.dist-info" / "METADATA").write_text(metadata_of)
    (package / "bowl.py").write_text("version = '1.5'\n")
    built = goru("image", "build", "--packages", "hand-made", "--import", "bowl", "-o", "bowl.img")
    assert built.returncode == 0, built.stderr
    index.add("spoon", "1.0")
    # The index has the same version, for this machine.
    index.add("bowl", "1.5", tags="cp313-cp313-manylinux_2_28_x86_64")
    done = goru.deps("install", "bowl[more]", "--image", "bowl.img")
    assert (done.returncode, done.stdout) == (0, "spoon 1.0\n"), done.stderr


def test_sandboxed_code_finds_it_installed(goru, index, image):
    index.add("cup", "1.0", {"cup.py": "import bowl\nheld = bowl.version\n"}, requires=["bowl"])
    code = """
print(install_pkg("cup"), install_pkg("bowl"))
import cup, importlib.metadata
print(cup.held, importlib.metadata.version("bowl"))
try:
    install_pkg("bowl", ">=2")
except ValueError as error:
    print(error)
"""
    run = goru.code(code, "--image", image, "--allow-pkg-install", "--timeout", "100s")
    lines = run.stdout.splitlines()
    assert lines[:2] == ["{'cup': '1.0'} {'cup': '1.0', 'bowl': '1.5'}", "1.5 1.5"], run.stderr
    assert "the image provides bowl 1.5" in lines[2]


def test_images_on_top_of_others_provide_both(goru, index, image):
    index.add("cup", "1.0", {"cup.py": "import bowl\n"}, requires=["bowl"])
    assert goru.deps("install", "cup", "--image", image).returncode == 0
    built = goru("image", "build", "--image", image, "--packages", WHERE, "--import", "cup", "-o", "both.img")
    assert built.returncode == 0, built.stderr
    listed = {entry["name"]: entry["provides"] for entry in json.loads(goru("image", "list", "--image-dir", ".", "--json").stdout)}
    assert listed == {"bowl": {"bowl": "1.5"}, "both": {"bowl": "1.5", "cup": "1.0"}}


def test_an_image_of_another_python_is_refused(goru, index, image):
    index.add("cup", "1.0")
    refused = goru("deps", "install", "cup", "--lang", "python3.12", "--image", image, "--cache-dir", goru.cache)
    assert refused.returncode == 2 and "3.13" in refused.stderr
    refused = goru.deps("install", "cup", "--image", "javascript")
    assert refused.returncode == 2 and "not of python" in refused.stderr
    assert goru.deps("install", "cup", "--image", "nowhere.img").returncode == 125
