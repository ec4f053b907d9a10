"""The check of functions that would be a trap to call: one that finds nothing where there is something would be worse than none."""

import pathlib
import subprocess
import sys

import pytest

CHECK = pathlib.Path(__file__).resolve().parents[2] / "language/python/extensions/check_methods.py"
SOURCE = """
typedef struct { const char *name; void *function; int flags; const char *doc; } Method;
typedef struct { const char *name; void *get; void *set; const char *doc; void *closure; } Attribute;
static void *one(void *self) { return self; }
static void *two(void *self, void *args) { return args; }
static void *three(void *self, void *args, void *keywords) { return keywords; }
static int set_two(void *self, void *value) { return 0; }
static int set_three(void *self, void *value, void *closure) { return 0; }
Method methods[] = { METHODS {0} };
Attribute attributes[] = { ATTRIBUTES {0} };
"""


@pytest.mark.parametrize("methods, attributes, found", [
    ('{"a", two, 1, "doc"}, {"b", three, 3, 0}, {"c", two, 4, 0}, {"d", two, 8, 0}, {"e", three, 0x80, 0},', '{"f", two, set_three, 0, 0}, {"g", two, 0, "doc", 0},', ()),
    ('{"a", one, 4, "doc"},', "", ("one",)),
    ('{"a", two, 3, 0},', "", ("two",)),
    ('{"a", three, 1, 0}, {"b", two, 1 | 0x20, 0},', "", ("three",)),
    ("", '{"a", one, 0, 0, 0},', ("one",)),
    ("", '{"a", two, set_two, "doc", 0},', ("set_two",)),
])
def test_finds_what_does_not_fit(tmp_path, methods, attributes, found):
    source = tmp_path / "module.c"
    source.write_text(SOURCE.replace("METHODS", methods).replace("ATTRIBUTES", attributes))
    subprocess.run(["clang-22", "--target=wasm32-wasi", "-O1", "-w", "-c", source, "-o", tmp_path / "module.o"], check=True)
    run = subprocess.run([sys.executable, CHECK, tmp_path / "module.o"], capture_output=True, text=True, check=False)
    assert run.returncode == bool(found), run.stdout + run.stderr
    assert all(f" {name}, registered as 'a'" in run.stdout for name in found)
    assert len(run.stdout.splitlines()) == max(1, len(found))
