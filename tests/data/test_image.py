"""The image data itself: found by its name, with everything imported, and sandboxes of it as independent as others."""

import json

IMPORTED = "numpy numpy.linalg numpy.fft numpy.ma numpy.polynomial".split()


def test_what_it_has_is_imported_before_code_starts(goru):
    run = goru("-p", "-c", f"import sys\n[name for name in {IMPORTED} if name not in sys.modules]")
    assert run.stdout.strip() == "[]", run.stderr


def test_importing_is_cheap_enough_to_read_no_file(goru):
    run = goru("-c", "import sys\nbefore = set(sys.modules)\nimport numpy, numpy.random\nprint(sorted(set(sys.modules) - before))")
    assert run.stdout == "['numpy.random', 'random']\n" or run.stdout == "['numpy.random']\n", run.stderr


def test_distributions_are_known(goru):
    run = goru("-c", "import importlib.metadata as m\nprint(m.version('numpy'), m.metadata('numpy')['Name'], len(m.files('numpy')) > 100)")
    assert run.stdout == "2.3.5 numpy True\n", run.stderr


def test_every_sandbox_draws_numbers_of_its_own(goru):
    code = "import numpy as np\nprint(np.random.rand(3), np.random.default_rng().random(3), np.random.randint(0, 10**9))"
    assert len({goru("-c", code).stdout for _ in range(4)}) == 4
    held = "from numpy.random import rand, RandomState\nprint(rand(3), RandomState().rand(3))"
    assert len({goru("-c", held).stdout for _ in range(4)}) == 4


def test_a_seed_gives_the_same_numbers_everywhere(goru):
    code = "import numpy as np\nnp.random.seed(5)\nprint(np.random.rand(3))"
    assert goru("-c", code).stdout == goru("-c", code).stdout == "[0.22199317 0.87073231 0.20671916]\n"


def test_an_image_on_top_of_it_keeps_what_it_has(goru, tmp_path):
    package = tmp_path / "packages" / "lines"
    package.mkdir(parents=True)
    package.joinpath("__init__.py").write_text(
        "import numpy as np\nfrom numpy.random import rand\n\ndef slope(x, y):\n    return float(np.polyfit(x, y, 1)[0])\n"
    )
    built = goru("image", "build", "--lang", "python", "--image", "data", "--packages", tmp_path / "packages", "--import", "lines",
                 "-o", tmp_path / "lines.img", data=False)
    assert built.returncode == 0, built.stderr
    code = "import lines, numpy.testing\nprint(round(lines.slope([0, 1, 2], [1, 3, 5]), 6), lines.rand(2))"
    runs = [goru("--image", tmp_path / "lines.img", "-c", code, data=False) for _ in range(2)]
    assert [run.stdout.split()[0] for run in runs] == ["2.0", "2.0"], runs[0].stderr
    assert runs[0].stdout != runs[1].stdout


def test_only_named_images_are_looked_for_beside_the_program(goru, tmp_path):
    missing = goru("--image", "dada", "-c", "1", data=False)
    assert missing.returncode == 125 and "make data" in missing.stderr
    path = goru("--image", "./data", "-c", "1", data=False)
    assert path.returncode == 125 and "./data" in path.stderr
    other = goru("-l", "python3.12", "-c", "1")
    assert other.returncode != 0 and "3.12" in other.stderr


def test_the_plain_image_names_it(goru):
    run = goru("-c", "import numpy", data=False)
    assert run.returncode == 1 and "--image data" in run.stderr.splitlines()[-1]


def test_configurations_name_it(goru, tmp_path):
    (tmp_path / "folder").mkdir()
    file = tmp_path / "folder" / "goru.json"
    file.write_text(json.dumps({"executor": {"image_file": "data"}}))
    run = goru("--config", file, "-c", "import numpy as np; print(np.arange(3).sum())", data=False)
    assert run.stdout == "3\n", run.stderr
