"""Packages of the npm registry, bundled as people bundle them, do the same in the sandbox as in node."""

import json

import pytest

PACKAGES = ["zod", "lodash-es", "date-fns", "uuid", "nanoid", "ajv", "mathjs", "luxon", "immer", "marked"]


@pytest.fixture(scope="module")
def answers(project):
    """What node prints for each package."""
    known = {}

    def answer(name):
        if name not in known:
            output = project.directory / f"{name}.node.mjs"
            project.esbuild(f"entries/{name}.js", output, "--format=esm")
            known[name] = project.node(output)
            assert known[name]
        return known[name]

    return answer


@pytest.mark.parametrize("form", ["esm", "iife", "cjs"])
@pytest.mark.parametrize("name", PACKAGES)
def test_esbuild(project, answers, name, form):
    output = f"out/{name}.{form}.js"
    project.esbuild(f"entries/{name}.js", output, f"--format={form}", "--sourcemap", *(["--minify"] if form == "iife" else []))
    done = project.goru(output)
    assert done.stdout == answers(name)
    assert done.stderr == ""


@pytest.mark.parametrize("name", ["zod", "immer", "uuid"])
@pytest.mark.parametrize("target", ["var", "commonjs2", "umd", "module"])
def test_webpack(project, answers, name, target):
    output = project.directory / "out" / f"{name}.webpack.{target}.js"
    config = {
        "mode": "production" if target == "var" else "none",
        "target": ["web", "es2022"],
        "entry": f"./entries/{name}.js",
        "output": {
            "path": str(output.parent),
            "filename": output.name,
            "library": {"type": target, **({"name": "library"} if target in ("var", "umd") else {})},
            "globalObject": "globalThis",
        },
        "optimization": {"nodeEnv": "production"},
        "experiments": {"outputModule": target == "module"},
    }
    script = (
        "require('webpack')(JSON.parse(process.argv[1]), (error, stats) => {"
        "  if (error || stats.hasErrors()) { console.error(error ?? stats.toString()); process.exit(1); } });"
    )
    project.node("-e", script, json.dumps(config))
    assert project.goru(output).stdout == answers(name)


def test_url_is_the_standards(project):
    project.esbuild("entries/whatwg-url.js", "out/whatwg-url.js", "--format=esm")
    assert project.goru("out/whatwg-url.js").stdout == "0 differ, many are valid\n"


def test_bundle_of_typescript_names_its_sources(project):
    source = project.directory / "app"
    source.mkdir()
    (source / "lib.ts").write_text(
        "export interface Options { depth: number }\n"
        "export function explode(options: Options): never {\n"
        "  const text: string = 'höhe';\n"
        "  throw new RangeError(text + options.depth);\n"
        "}\n"
    )
    (source / "main.ts").write_text(
        "import { z } from 'zod';\nimport { explode } from './lib';\nexport const main = () => {\n"
        "  explode({ depth: z.number().parse(3) });\n};\nmain();\n"
    )
    for form in ("esm", "iife", "cjs"):
        for flags in (["--sourcemap"], ["--sourcemap=inline", "--minify"], ["--sourcemap", "--sources-content=false"]):
            output = f"out/traced.{form}.js"
            (project.directory / f"{output}.map").unlink(missing_ok=True)
            project.esbuild("app/main.ts", output, f"--format={form}", *flags)
            done = project.goru(output, check=False)
            assert done.returncode == 1
            assert "RangeError: höhe3" in done.stderr
            assert "(app/lib.ts:4:" in done.stderr and "app/main.ts:4:" in done.stderr
            if "--sources-content=false" not in flags:
                assert done.stderr.startswith("app/lib.ts:4\n  throw new RangeError(text + options.depth);\n")


def test_a_map_that_is_broken_is_left_out(project):
    code = project.directory / "broken.js"
    code.write_text("throw new Error('x');\n")
    for text in (b"", b"{", b"\xff\xfe\x00", b'{"mappings":"AAAA","sources":[null]}', b"[" * 100000):
        (project.directory / "broken.js.map").write_bytes(text)
        done = project.goru("broken.js", check=False)
        assert done.stderr.endswith("Error: x\n    at broken.js:1:11\n")


def test_iife_with_a_global_name_serves_later_code(project):
    (project.directory / "library.js").write_text("export { marked } from 'marked'; export const version = 1;")
    project.esbuild("library.js", "out/global.js", "--format=iife", "--global-name=lib")
    code = (project.directory / "out" / "global.js").read_text() + "\nconsole.log(lib.version, lib.marked.parse('*x*'));\n"
    (project.directory / "out" / "global.js").write_text(code)
    assert project.goru("out/global.js").stdout == "1 <p><em>x</em></p>\n\n"


def test_what_stays_away_says_so(project):
    (project.directory / "node.js").write_text("import fs from 'node:fs'; console.log(fs.readFileSync('/etc/passwd'));")
    project.esbuild("node.js", "out/node.cjs", "--format=cjs", "--platform=node")
    done = project.goru("out/node.cjs", check=False)
    assert done.returncode == 1 and "require is not defined" in done.stderr
    project.esbuild("node.js", "out/node.mjs", "--format=esm", "--platform=node")
    done = project.goru("out/node.mjs", check=False)
    assert done.returncode == 1 and "cannot import 'node:fs'" in done.stderr
