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


def test_arrays_are_saved_to_files(goru):
    code = """
import numpy as np
a = np.arange(12.0).reshape(3, 4)
np.save("a.npy", a)
np.savez("b.npz", a=a, names=np.array(["x", "yy"]))
np.savetxt("c.csv", a, delimiter=",")
print((np.load("a.npy") == a).all(), np.load("b.npz")["names"], np.loadtxt("c.csv", delimiter=",").sum())
try:
    np.fromfile("a.npy")
except OSError:
    print("OSError")
"""
    run = goru("--scratch", "-c", code)
    assert run.stdout == "True ['x' 'yy'] 66.0\nOSError\n", run.stderr


def test_parts_that_are_left_out_are_simply_not_there(goru):
    run = goru("-c", "import numpy.f2py")
    assert run.stderr.splitlines()[-1] == "ModuleNotFoundError: No module named 'numpy.f2py'"


def test_python_integers_mix_with_arrays_of_32_bits(goru):
    code = "import numpy as np\na = np.arange(3, dtype=np.int32)\nprint(np.choose([0, 1, 0], (a, -2)), np.where(a > 1, a, -1).dtype, np.clip(a, 0, 1))"
    run = goru("-c", code)
    assert run.stdout == "[ 0 -2  2] int32 [0 1 1]\n", run.stderr


def test_errors_that_numpy_itself_finds_are_raised(goru):
    code = "import numpy as np, warnings\nwarnings.simplefilter('error')\n"
    singular = goru("-c", code + "np.linalg.solve(np.zeros((2, 2)), [1, 2])")
    assert singular.stderr.splitlines()[-1] == "numpy.linalg.LinAlgError: Singular matrix"
    divided = goru("-c", code + "np.array([1, 2]) // np.array([0, 1])")
    assert divided.stderr.splitlines()[-1] == "RuntimeWarning: divide by zero encountered in floor_divide"
