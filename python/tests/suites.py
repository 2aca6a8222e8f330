"""Running the tests of other packages with numfuse in the place of NumExpr."""

import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as xml

HERE = pathlib.Path(__file__).parent
COMPATIBILITY = HERE.parents[1] / "docs" / "numexpr-compat.md"


def run_suite(tmp_path, *arguments):
    """Runs pytest with numfuse in NumExpr's place; gives the outcome of every test by its name."""
    report = tmp_path / "report.xml"
    # Clusters of Dask leave `OMP_NUM_THREADS` in the environment, which NumExpr's tests look at.
    inherited = {name: value for name, value in os.environ.items() if not name.endswith("_NUM_THREADS")}
    environment = {**inherited, "PYTHONPATH": os.pathsep.join([str(HERE / "shim"), *sys.path])}
    options = ["-q", "-W", "ignore", "-p", "no:cacheprovider", f"--junitxml={report}", f"--rootdir={tmp_path}"]
    command = [sys.executable, "-m", "pytest", *options, *map(str, arguments)]
    finished = subprocess.run(command, env=environment, capture_output=True, text=True, cwd=tmp_path)
    assert report.exists(), finished.stdout + finished.stderr
    outcomes = {}
    for case in xml.parse(report).iter("testcase"):
        name = f"{case.get('classname').split('.')[-1]}::{case.get('name')}"
        failed = case.find("failure") is not None or case.find("error") is not None
        outcomes[name] = "failed" if failed else "skipped" if case.find("skipped") is not None else "passed"
    return outcomes


def listed(heading):
    """The tests that the page lists under a heading as not passing."""
    section = COMPATIBILITY.read_text().split(f"## {heading}")[1].split("\n## ")[0]
    return set(re.findall(r"^\| `([^`]+)` \|", section, re.MULTILINE))
