"""The drop-in for NumExpr: its interface, its exceptions, and its own tests."""

import importlib.util
import inspect
import pathlib
import shutil
import subprocess
import sys
import textwrap
import threading

import numpy as np
import pytest

import numfuse.numexpr as ne
from suites import listed, run_suite

NUMBER_OF_TESTS = 6042


def test_numexprs_own_tests_pass_but_for_those_listed(tmp_path):
    package = pathlib.Path(importlib.util.find_spec("numexpr").origin).parent
    # A copy: beside the package it would import that, not what stands in its place.
    suite = shutil.copy(package / "tests" / "test_numexpr.py", tmp_path)
    outcomes = run_suite(tmp_path, suite)
    assert len(outcomes) == NUMBER_OF_TESTS
    failed = {name for name, outcome in outcomes.items() if outcome == "failed"}
    assert failed == listed("NumExpr's own tests")
    assert NUMBER_OF_TESTS - len(failed) >= 6015


A, B = np.arange(6.0), np.ones(6)


def test_evaluate_takes_names_from_where_numexpr_does():
    a = A
    np.testing.assert_array_equal(ne.evaluate("2*a + B"), 2 * a + B)
    np.testing.assert_array_equal(ne.evaluate("a + b", {"a": A}, {"b": B}), A + B)
    out = np.empty(6, "f4")
    assert ne.evaluate("a + B", out=out) is out
    np.testing.assert_array_equal(out, A + B)
    with pytest.raises(KeyError, match="zz"):
        ne.evaluate("a + zz")


def test_results_are_arrays():
    k = 3
    result = ne.evaluate("k + 1")
    assert type(result) is np.ndarray and result.shape == () and result.dtype == np.int64


def test_the_last_formula_of_each_thread():
    def work(k, wrong):
        a = A + k
        ne.validate(f"a * {k}")
        for _ in range(100):
            if not (ne.re_evaluate() == a * k).all():
                wrong.append(k)

    wrong = []
    threads = [threading.Thread(target=work, args=(k, wrong)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []

    raised = []

    def without():
        try:
            ne.re_evaluate()
        except RuntimeError as error:
            raised.append(error)

    thread = threading.Thread(target=without)
    thread.start()
    thread.join()
    assert len(raised) == 1


@pytest.mark.parametrize(
    ("expr", "kind", "text"),
    [
        ("s1 + s1", NotImplementedError, "couldn't find matching opcode for 'add_sss'"),
        ("where(i, a, a)", NotImplementedError, "where_"),
        ("a and a", TypeError, "You can't use Python's standard boolean operators"),
        ("u + 'x'", ValueError, "NumExpr 2 does not support Unicode as a dtype."),
        ("d", ValueError, "unknown type datetime64[D]"),
        ("i ** -2", ValueError, "Integers to negative integer powers are not allowed."),
        ("1 / 0", ZeroDivisionError, ""),
        ("~1.5", TypeError, "bad operand type for unary ~: 'float'"),
        ("sum(a) + 1", RuntimeError, "invalid program: reduction operations must occur last"),
        ("sum(a, axis=-1)", ValueError, ""),
        ("a[0]", ValueError, "has forbidden control characters"),
        ("a.__class__", ValueError, "has forbidden control characters"),
        ("__import__('os')", (ValueError, TypeError), ""),
        ("a +", SyntaxError, ""),
        (5, ValueError, "must specify expression as a string"),
    ],
)
def test_exceptions_are_numexprs(expr, kind, text):
    a, i, s1 = A, A.astype("i4"), np.array([b"x"])
    u, d = np.array(["x"]), np.array(["2024-01-01"], "M8[D]")
    with pytest.raises(kind) as caught:
        ne.evaluate(expr)
    assert text in str(caught.value)
    assert isinstance(ne.validate(expr), kind)
    del a, i, s1, u, d


def test_axes_are_checked_by_the_run():
    a = A
    assert ne.validate("sum(a, axis=3)") is None
    with pytest.raises(ValueError):
        ne.re_evaluate()
    assert a is A


def test_what_the_sanitizer_refuses_wrongly_is_computed():
    x = np.array([b"b:", b"a"])
    np.testing.assert_array_equal(ne.evaluate("x == 'b:'"), [True, False])
    assert ne.evaluate("1.e24") == 1e24
    assert ne.evaluate("1.5j") == 1.5j
    np.testing.assert_array_equal(ne.evaluate('x == "b:"'), [True, False])


def test_casting_is_checked():
    a = np.arange(3, dtype="u8")
    assert ne.evaluate("a + 1").dtype == np.int64
    with pytest.raises(TypeError, match="could not be cast"):
        ne.evaluate("a + 1", casting="safe")
    with pytest.raises(TypeError):
        ne.evaluate("A * 1.5", out=np.empty(6, "i4"))
    long = np.arange(3, dtype="longdouble")
    assert ne.evaluate("long * 2").dtype == np.float64


def test_keywords_are_checked():
    with pytest.raises(ValueError, match="Unknown keyword argument 'foo'"):
        ne.evaluate("A", foo=1)
    with pytest.raises(ValueError, match="optimization"):
        ne.evaluate("A", optimization="most")


def test_compiled_formulas():
    f = ne.NumExpr("2*a + b", [("a", float), ("b", np.int32)])
    assert (f.signature, f.input_names, f.constants) == ("fi", ("a", "b"), (2,))
    assert f(np.float32(1), 3).dtype == np.float32
    with pytest.raises(TypeError):
        f(A, 3)
    with pytest.raises(ValueError, match="number of inputs"):
        f(1)
    g = ne.NumExpr(2 * ne.E.a + ne.E.b**2 - ~(ne.E.a > 1) * 1)
    assert g.input_names == ("a", "b")
    np.testing.assert_array_equal(g(A, B), 2 * A + B**2 - ~(A > 1) * 1)
    functions = ne.necompiler.expressions.functions
    h = ne.NumExpr(functions["where"](ne.E.a > 2, functions["sin"](ne.E.a), np.float32("nan")))
    np.testing.assert_array_equal(h(A), np.where(A > 2, np.sin(A), np.nan))
    with pytest.raises(NotImplementedError):
        ne.disassemble(f)


def test_threads_are_set_as_numexpr_sets_them(capsys):
    before = ne.get_num_threads()
    assert ne.set_num_threads(3) == before and ne.get_num_threads() == 3
    assert ne.set_num_threads(0) == -1 and ne.set_num_threads(ne.MAX_THREADS + 1) == -1
    assert "nthreads" in capsys.readouterr().err
    assert ne.set_num_threads(before) == 3
    assert ne.set_vml_num_threads(2) is None and ne.get_vml_version() is None
    with pytest.raises(ValueError):
        ne.set_vml_accuracy_mode("best")


def test_everything_numexpr_exports_is_there():
    names = """E NumExpr disassemble evaluate re_evaluate validate get_vml_version set_vml_accuracy_mode
        set_vml_num_threads set_num_threads get_num_threads detect_number_of_cores detect_number_of_threads print_versions
        test ncores nthreads MAX_THREADS __BLOCK_SIZE1__ use_vml is_cpu_amd_intel __version__ version _init_num_threads
        expressions necompiler interpreter utils""".split()
    assert [name for name in names if not hasattr(ne, name)] == []
    assert ne.__version__ == "2.14.2" and ne.test(verbosity=0)


def test_signatures_are_numexprs():
    script = """
        import inspect, numexpr
        for name in ("evaluate", "validate", "re_evaluate", "NumExpr", "disassemble", "set_num_threads"):
            print(name, [(p.name, p.default) for p in inspect.signature(getattr(numexpr, name)).parameters.values()])
    """
    theirs = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(script)], capture_output=True, text=True, check=True
    )
    for line in theirs.stdout.splitlines():
        name, _, parameters = line.partition(" ")
        ours = [(p.name, p.default) for p in inspect.signature(getattr(ne, name)).parameters.values()]
        assert str(ours).replace(str(inspect.Parameter.empty), "") == parameters.replace(
            str(inspect.Parameter.empty), ""
        )


def test_it_takes_the_place_of_numexpr():
    script = """
        import numfuse.numexpr
        numfuse.numexpr.install()
        import numexpr, numexpr.utils
        from numexpr.expressions import ConstantNode
        assert numexpr is numfuse.numexpr and numexpr.utils is numfuse.numexpr.utils
        assert ConstantNode is numfuse.numexpr.expressions.ConstantNode
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(script)], check=True)
