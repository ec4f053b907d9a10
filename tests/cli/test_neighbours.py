"""Programs in more than one file: what lies beside the program is said to be there, and how to hand it on."""

HELPER = "def f(): return 7\n"
MAIN = "from helper import f\nprint(f())\n"


def test_a_module_beside_the_program(goru):
    goru.write("helper.py", HELPER)
    goru.write("main.py", MAIN)
    done = goru("main.py")
    assert done.returncode == 1
    assert "ModuleNotFoundError: No module named 'helper'" in done.stderr
    assert done.stderr.endswith(
        "goru: helper.py lies beside the program, which sees only what it is given: --scratch --input helper.py, "
        "or --scratch --mount /work:. (the whole folder, read-only)\n"
    )
    for flags in (("--scratch", "--input", "helper.py"), ("--scratch", "--mount", "/work:.")):
        done = goru("main.py", *flags)
        assert (done.stdout, done.stderr) == ("7\n", "")


def test_in_another_folder(goru):
    folder = goru.directory / "app"
    (folder / "parts").mkdir(parents=True)
    goru.write("app/parts/one.py", HELPER)
    goru.write("app/main.py", "from parts.one import f\nprint(f())\n")
    done = goru("app/main.py")
    assert done.stderr.endswith(
        "goru: app/parts/ lies beside the program, which sees only what it is given: "
        "--scratch --mount /work:app (the whole folder, read-only)\n"
    )
    assert goru("app/main.py", "--scratch", "--mount", "/work:app").stdout == "7\n"


def test_what_is_not_beside_it(goru):
    goru.write("helper.py", HELPER)
    goru.write("lone.py", "import absent_module")
    assert "lies beside" not in goru("lone.py").stderr
    # Only modules that are missing.
    goru.write("other.py", "raise ValueError(\"No module named 'helper'\")")
    assert "lies beside" not in goru("other.py").stderr
    # Code that is in no folder.
    assert "lies beside" not in goru("-c", "import helper").stderr


def test_the_name_is_the_programs_word(goru):
    (goru.directory / "app").mkdir()
    goru.write("secret.py", "")
    for name in ("../secret", "/etc/passwd", "", "a\\0b", "x" * 100_000, "secret"):
        goru.write("app/main.py", f"raise ModuleNotFoundError(\"No module named '{name}'\")")
        done = goru("app/main.py")
        assert done.returncode == 1
        assert "lies beside" not in done.stderr
