"""`%%numfuse` in a session of IPython."""

import numpy as np
import pytest
from IPython.testing.globalipapp import start_ipython

import numfuse


@pytest.fixture(scope="module")
def shell():
    shell = start_ipython()
    shell.run_line_magic("load_ext", "numfuse.ipython")
    return shell


def test_a_cell_assigns_what_its_formula_names(shell):
    shell.user_ns["a"] = np.array([1.0, 3.0])
    assert shell.run_cell_magic("numfuse", "", "m = mean(a)\n_d = a - m\ns = sum(_d**2)\n") is None
    assert shell.user_ns["m"] == 2.0 and shell.user_ns["s"] == 2.0 and "_d" not in shell.user_ns
    assert shell.run_cell_magic("numfuse", "", "one = 1 + 0*a\n") is None
    np.testing.assert_array_equal(shell.user_ns["one"], [1, 1])


def test_an_expression_is_the_value(shell):
    shell.user_ns["b"] = np.array([1.0, 2.0])
    np.testing.assert_array_equal(shell.run_line_magic("numfuse", "2*b"), [2.0, 4.0])
    assert shell.run_cell_magic("numfuse", "", "b, b + 1")._fields == ("_0", "_1")


def test_errors_are_raised_with_their_place(shell):
    with pytest.raises(numfuse.FormulaNameError, match="missing"):
        shell.run_line_magic("numfuse", "2*missing")
