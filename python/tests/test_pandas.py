"""numfuse as an engine of pandas, and in NumExpr's place in pandas' own tests."""

import numpy as np
import pandas as pd
import pytest

import numfuse.pandas
from suites import listed, run_suite


@pytest.fixture(autouse=True)
def engine():
    numfuse.pandas.register()


FRAME = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [3, -1, 2], "s": ["x", "y", "x"]}, index=[5, 6, 7])


@pytest.mark.parametrize(
    "expr",
    [
        "a + b",
        "2*a - b**2 / 3",
        "(a > 1) & (b < 3) | ~(a == 2)",
        "sin(a) + sqrt(a)",
        "s == 'x'",
        "b in [3, 2]",
        "-a < b <= 3",
        "a + @k * b",
        "index > 5",
    ],
)
def test_expressions_are_those_of_python(expr):
    k = 2.5
    ours = FRAME.eval(expr, engine="numfuse")
    theirs = FRAME.eval(expr, engine="python")
    pd.testing.assert_series_equal(pd.Series(ours), pd.Series(theirs))
    assert k == 2.5


def test_queries_and_assignments():
    threshold = 1.5
    result = FRAME.query("a > @threshold and s == 'x'", engine="numfuse")
    pd.testing.assert_frame_equal(result, FRAME[(FRAME.a > threshold) & (FRAME.s == "x")])
    result = FRAME.eval("c = a * b\nd = c + 1", engine="numfuse")
    np.testing.assert_array_equal(result.d, FRAME.a * FRAME.b + 1)
    x, y = FRAME, FRAME[["a", "b"]] * 2
    pd.testing.assert_frame_equal(pd.eval("x[['a', 'b']] + y", engine="python"), x[["a", "b"]] + y)
    numbers = FRAME[["a", "b"]]
    # pandas gives other engines than Python's one array for all columns, of one dtype.
    pd.testing.assert_frame_equal(pd.eval("numbers + y", engine="numfuse"), numbers + y, check_dtype=False)


def test_names_that_are_not_there():
    with pytest.raises(NameError):
        FRAME.eval("a + missing", engine="numfuse")


def test_pandas_own_tests_pass_but_for_those_listed(tmp_path):
    modules = ["pandas.tests.computation", "pandas.tests.test_expressions"]
    outcomes = run_suite(tmp_path, "-k", "numexpr or test_expressions", "--pyargs", *modules)
    assert len(outcomes) > 5000
    failed = {name for name, outcome in outcomes.items() if outcome == "failed"}
    assert failed == listed("pandas' own tests")
