"""Each kind of error is its class, says where, and evaluates nothing."""

import pickle

import numpy as np
import pytest

import numfuse
from numfuse import _core

A = np.arange(3.0)


@pytest.mark.parametrize(
    ("expr", "builtin", "code"),
    [
        ("A +", SyntaxError, "unexpected-end"),
        ("", SyntaxError, "empty-formula"),
        ("A && A", SyntaxError, "unknown-operator"),
        ("lambda: A", SyntaxError, "reserved-word"),
        ("A + missing", NameError, "unknown-name"),
        ("sqtr(A)", NameError, "unknown-function"),
        ("sin(A, A, A)", TypeError, "wrong-arity"),
        ("A & A", TypeError, "no-operation"),
        ("sum(A, axes=0)", TypeError, "unknown-keyword"),
        ("sum(A, axis=3)", ValueError, "axis-out-of-range"),
        ("A + arange(4)", ValueError, "shape-mismatch"),
        ("arange(3) ** (0 - arange(3))", ValueError, "negative-power"),
        ("A[7]", ValueError, "index-out-of-bounds"),
        ("zeros(1000000000000) + 1.0", MemoryError, "out-of-memory"),
    ],
)
def test_each_kind_is_its_class(expr, builtin, code):
    with pytest.raises(builtin) as caught:
        numfuse.evaluate(expr)
    assert isinstance(caught.value, numfuse.FormulaError)
    assert caught.value.code == code


def test_the_text_shows_every_place():
    with pytest.raises(numfuse.FormulaError) as caught:
        numfuse.evaluate("sqtr(A) + sum(A, axis=1)")
    assert [d.code for d in caught.value.diagnostics] == ["unknown-function", "axis-out-of-range"]
    assert caught.value.diagnostics[0].spans == [(0, 4)]
    text = str(caught.value)
    assert "1 │ sqtr(A) + sum(A, axis=1)" in text and "│ ^^^^" in text and "did you mean `sqrt`?" in text


def test_a_name_that_the_frame_lacks_names_the_nearest():
    price = A
    with pytest.raises(NameError, match="did you mean `price`"):
        numfuse.evaluate("2 * prise")
    assert price is A


def test_errors_are_pickled():
    with pytest.raises(numfuse.FormulaError) as caught:
        numfuse.evaluate("sqtr(A)")
    again = pickle.loads(pickle.dumps(caught.value))
    assert type(again) is numfuse.FormulaNameError and str(again) == str(caught.value)
    assert again.diagnostics == caught.value.diagnostics and again.code == caught.value.code


def test_every_code_of_the_library_has_a_class():
    classes = dict(_core.error_codes())
    assert set(classes.values()) == {
        "FormulaSyntaxError",
        "FormulaNameError",
        "FormulaTypeError",
        "FormulaValueError",
    }
    assert all(issubclass(getattr(numfuse, name), numfuse.FormulaError) for name in classes.values())


@pytest.mark.parametrize(
    "expr",
    [
        "__import__('os').system('echo')",
        "(lambda: 1)()",
        "A.__class__",
        "A.tofile('x')",
        "().__class__.__bases__",
        "[x for x in (1, 2)]",
        "exec('1')",
        "eval('1')",
        "open('x')",
        "A; import os",
        "f'{A}'",
        "(1).__class__.__base__.__subclasses__()",
        "print(A)",
        "A if (B := 1) else A",
        '"".join("a")',
        "globals()",
        "A[().__class__]",
        "A @ A",
        "await A",
        "yield A",
    ],
)
def test_a_formula_calls_and_imports_nothing(expr):
    with pytest.raises(numfuse.FormulaError):
        numfuse.evaluate(expr)


@pytest.mark.parametrize("text", ["(" * 100_000, "A" * 1_000_000, "-" * 1_000_000 + "A"])
def test_long_texts_are_errors(text):
    with pytest.raises(numfuse.FormulaError):
        numfuse.evaluate(text)


def test_long_formulas_are_computed():
    np.testing.assert_array_equal(numfuse.evaluate("+".join(["A"] * 10_000)), 10_000 * A)
    np.testing.assert_array_equal(numfuse.evaluate("-" * 10_000 + "A"), A)


@pytest.mark.parametrize("cause", [KeyboardInterrupt, SystemExit, MemoryError])
def test_what_is_no_fault_of_the_object_is_passed_on(cause):
    class Interrupted:
        def __array__(self, *args, **kwargs):
            raise cause("now")

    with pytest.raises(cause, match="now"):
        numfuse.evaluate("x + 1", {"x": Interrupted()})


@pytest.mark.parametrize("value", [[1, 2], np.float64(3.0), memoryview(b"ab")])
def test_what_is_no_array_of_the_caller_is_not_changed(value):
    with pytest.raises(numfuse.FormulaError) as raised:
        numfuse.evaluate("x += 1", {"x": value})
    assert raised.value.code == "not-writable"


def test_ten_thousand_errors_take_no_memory():
    def resident():
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * 4096

    def fail(k):
        for expr in [f"A + missing{k}", f"A +* {k}", "sum(A, axis=9)", "A + arange(4)"]:
            with pytest.raises(numfuse.FormulaError):
                numfuse.evaluate(expr)

    for k in range(500):
        fail(k)
    before = resident()
    for k in range(2_500):
        fail(k)
    assert resident() - before < 4 << 20
