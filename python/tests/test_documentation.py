"""The examples of docstrings and pages give what they say."""

import doctest
import importlib
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


MODULES = [
    "numfuse",
    "numfuse.chunked",
    "numfuse.dask",
    "numfuse.errors",
    "numfuse.numexpr",
    "numfuse.numexpr.necompiler",
    "numfuse.pandas",
    "numfuse.results",
    "numfuse.versions",
    "numfuse.xarray",
]


@pytest.mark.parametrize("name", MODULES)
def test_docstrings(name):
    assert doctest.testmod(importlib.import_module(name), optionflags=OPTIONS).failed == 0


@pytest.mark.parametrize("name", ["evaluate", "compile", "explain"])
def test_docstrings_of_the_core(name):
    import numfuse

    found = doctest.DocTestFinder(recurse=False).find(getattr(numfuse, name), name, globs={})
    assert [test.name for test in found if test.examples] == [name]
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    assert sum(runner.run(test).failed for test in found) == 0


@pytest.mark.parametrize("page", ["docs/python.md"])
def test_pages(page):
    failed, tried = doctest.testfile(str(ROOT / page), module_relative=False, optionflags=OPTIONS)
    assert tried > 0 and failed == 0


def test_versions_are_shown(capsys):
    import numfuse

    numfuse.show_versions()
    shown = capsys.readouterr().out
    assert f"numfuse:      {numfuse.__version__}\n" in shown and "numpy:" in shown
