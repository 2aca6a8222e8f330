"""THE table of the differential test: every operator of the language, one row each.

A row says how a formula spells it, what NumPy has for it (whose result dtype is the expected one), which kinds of
operands it is tried with, and its class:

  A  NumPy's bits, but for the payload and the sign of NaN
  B  at most 1 ULP from the true value (ulp.py)
  C  within pairwise summation's bound of the exact value (sums.py)
  D  numfuse's own rule (rules.py), as exactly as A
  F  the formula of the language's page, each step with its own promise (ulp.py has what that comes to)
"""

from dataclasses import dataclass
from typing import Callable

import numpy as np
import rules

REAL, INTEGER, FLOAT, NUMBER = "biuf", "biu", "f", "biufc"


@dataclass(frozen=True)
class Row:
    """One operator."""

    name: str
    text: str
    numpy: Callable
    kinds: tuple
    cls: str = "A"
    weight: float = 1.0
    # What chooses the arguments that are no operands, by name; see `choices.py`.
    choose: str = ""
    # The function whose values class B means, if it is not the row's name.
    function: str = ""
    # Of an operator that has several results: which one the node is.
    pick: int | None = None
    # A row is tried where all of these features are evaluated; its name is one of them.
    needs: tuple = ()

    @property
    def arity(self):
        return len(self.kinds)


def infix(name, symbol, apply, kinds, cls="A", weight=1.0, function=""):
    yield Row(f"{name} symbol", f"({{0}} {symbol} {{1}})", apply, (kinds, kinds), cls, weight, function=function)
    if hasattr(np, name):
        text = f"{name}({{0}}, {{1}})"
        yield Row(name, text, getattr(np, name), (kinds, kinds), cls, weight / 4, function=function)


def call(name, kinds, cls="A", apply=None, text="", weight=1.0, function=""):
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    args = ", ".join(f"{{{k}}}" for k in range(len(kinds)))
    apply = apply or getattr(np, name)
    yield Row(name, text or f"{name}({args})", apply, kinds, cls, weight, function=function or name)


def arithmetic():
    yield from infix("add", "+", lambda x, y: x + y, NUMBER + "mM", weight=4)
    yield from infix("subtract", "-", lambda x, y: x - y, NUMBER + "mM", weight=4)
    yield from infix("multiply", "*", lambda x, y: x * y, NUMBER + "m", weight=4)
    yield from infix("divide", "/", lambda x, y: x / y, NUMBER + "m", weight=3)
    yield from infix("floor_divide", "//", lambda x, y: x // y, REAL + "m", weight=2)
    yield from infix("remainder", "%", lambda x, y: x % y, REAL + "m", weight=2)
    yield from infix("power", "**", rules.power, REAL, "B", weight=2, function="power")
    yield from infix("left_shift", "<<", lambda x, y: x << y, INTEGER)
    yield from infix("right_shift", ">>", lambda x, y: x >> y, INTEGER)
    yield from infix("bitwise_and", "&", lambda x, y: x & y, INTEGER)
    yield from infix("bitwise_or", "|", lambda x, y: x | y, INTEGER)
    yield from infix("bitwise_xor", "^", lambda x, y: x ^ y, INTEGER)
    for name, symbol in [("less", "<"), ("less_equal", "<="), ("greater", ">"), ("greater_equal", ">=")]:
        yield from infix(name, symbol, getattr(np, name), REAL + "mMSU")
    yield from infix("equal", "==", np.equal, NUMBER + "mMSU")
    yield from infix("not_equal", "!=", np.not_equal, NUMBER + "mMSU")
    yield from call("fmod", (REAL, REAL))
    yield Row("negative symbol", "(-{0})", np.negative, (NUMBER + "m",), "A", 2)
    yield Row("positive symbol", "(+{0})", np.positive, (NUMBER + "m",), "A", 0.3)
    yield Row("invert symbol", "(~{0})", np.invert, (INTEGER,), "A")


def rounding():
    for name in ["negative", "positive", "square"]:
        yield from call(name, NUMBER, weight=0.5)
    yield from call("abs", REAL + "m", apply=np.abs)
    yield Row("abs of complex", "abs({0})", np.abs, ("c",), "B", 1, function="cabs")
    for name in ["sign", "floor", "ceil", "trunc", "rint", "fabs", "sqrt"]:
        yield from call(name, REAL, weight=0.7)
    yield from call("round", REAL, apply=np.round)
    yield from call("reciprocal", REAL, "D", apply=rules.reciprocal)
    yield from call("invert", INTEGER, weight=0.5)
    for name in ["isnan", "isinf", "isfinite"]:
        yield from call(name, NUMBER + ("mM" if name != "isinf" else ""), weight=0.5)
    # The sign of a NaN is nobody's promise, so nothing may look at it.
    yield Row("signbit", "signbit(where(isnan({0}), 1, {0}))", lambda x: np.signbit(number(x)), (REAL,))
    text = "copysign({0}, where(isnan({1}), 1, {1}))"
    yield Row("copysign", text, lambda x, y: np.copysign(x, number(y)), (REAL, REAL))
    for name in ["minimum", "maximum", "fmin", "fmax"]:
        yield from call(name, (REAL + "mM", REAL + "mM"), "D", apply=getattr(rules, name))
    yield from call("clip", (REAL,) * 3, "D", apply=rules.clip)


def number(x):
    """x with 1 for NaN, as where(isnan(x), 1, x) gives it."""
    return np.where(np.isnan(x), 1, x)


def choosing():
    any_kind = NUMBER + "mMSU"
    yield from call("where", ("biuf", any_kind, any_kind), "D", apply=rules.where, weight=2)
    text = "({1} if {0} else {2})"
    yield Row("ternary", text, rules.where, ("biuf", any_kind, any_kind), "D")
    yield Row("and", "({0} and {1})", rules.logical(np.logical_and), (REAL, REAL))
    yield Row("or", "({0} or {1})", rules.logical(np.logical_or), (REAL, REAL))
    yield Row("not", "(not {0})", rules.logical(np.logical_not), (REAL,))
    for name in ["logical_and", "logical_or", "logical_xor"]:
        yield from call(name, (REAL, REAL), apply=rules.logical(getattr(np, name)), weight=0.4)
    yield from call("logical_not", REAL, apply=rules.logical(np.logical_not), weight=0.4)
    yield Row("chain", "({0} < {1} <= {2})", rules.chain, (REAL,) * 3, "D")
    yield Row("in", "({0} in ({1}, {2}))", rules.is_in, (REAL + "SU",) * 3, "D")
    not_in = lambda x, *items: ~rules.is_in(x, *items)  # noqa: E731
    yield Row("not in", "({0} not in ({1}, {2}))", not_in, (REAL,) * 3, "D", 0.5)


CASTS = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float32", "float64"]


def casts():
    for name in CASTS:
        apply = lambda x, name=name: rules.cast(x, name)  # noqa: E731
        yield Row(f"cast to {name}", f"{name}({{0}})", apply, (REAL,), "D", 0.6)
    for name in ["float16", "complex64", "complex128"]:
        apply = lambda x, name=name: rules.cast(x, name)  # noqa: E731
        needs = ("half",) if name == "float16" else ("complex",)
        yield Row(f"cast to {name}", f"{name}({{0}})", apply, (REAL,), "D", 0.6, needs=needs)


# Functions of class B, and the NumPy function that has their result dtype.
FUNCTIONS = (
    "exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh cbrt"
).split()
OTHER = "erf erfc erfinv gamma gammaln".split()
PAIRS = ["arctan2", "hypot"]


def float_of(*args):
    return np.arctan2(*args) if len(args) == 2 else np.sin(*args)


def functions():
    for name in FUNCTIONS:
        yield from call(name, REAL, "B", weight=0.5)
    for name in OTHER:
        yield from call(name, REAL, "B", apply=float_of, weight=0.5)
    for name in PAIRS:
        yield from call(name, (REAL, REAL), "B", weight=0.8)
    yield from call("float_power", (REAL, REAL), "B", weight=0.5, function="power")
    for name in ["expit", "logit", "sinc"]:
        yield from call(name, REAL, "F", apply=float_of, weight=0.5)
    for name in ["xlogy", "xlog1py", "logaddexp", "logaddexp2"]:
        yield from call(name, (REAL, REAL), "F", apply=float_of, weight=0.4)


def more_exact():
    for name in ["gcd", "lcm"]:
        yield from call(name, ("iu", "iu"), weight=0.6)
    yield from call("bitwise_count", "iu", weight=0.6)
    for name in ["nextafter", "heaviside"]:
        yield from call(name, (REAL, REAL), weight=0.6)
    for name in ["degrees", "radians"]:
        yield from call(name, REAL, weight=0.4)
    yield from call("spacing", REAL, "D", apply=rules.spacing, weight=0.4)
    yield from call("nan_to_num", NUMBER, weight=0.6)
    yield from call("ldexp", (REAL, "i"), "D", apply=rules.ldexp, weight=0.6)
    for name in ["zeros_like", "ones_like"]:
        yield from call(name, NUMBER, weight=0.2)
    yield Row("isin", "isin({0}, ({1}, {2}))", rules.is_in, (REAL,) * 3, "D", 0.5)
    yield Row("round decimals", "round({0}{extra})", np.round, (FLOAT,), "A", 0.5, choose="decimals")
    for pick, name in enumerate(["quotient", "remainder"]):
        apply = lambda x, y, pick=pick: np.divmod(x, y)[pick]  # noqa: E731
        yield Row(f"divmod {name}", "divmod({0}, {1})", apply, (REAL, REAL), "A", 0.4, pick=pick)
    for pick, name in enumerate(["fraction", "whole"]):
        apply = lambda x, pick=pick: np.modf(x)[pick]  # noqa: E731
        yield Row(f"modf {name}", "modf({0})", apply, (REAL,), "A", 0.3, pick=pick)
    for pick, name in enumerate(["mantissa", "exponent"]):
        apply = lambda x, pick=pick: np.frexp(x)[pick]  # noqa: E731
        yield Row(f"frexp {name}", "frexp({0})", apply, (REAL,), "A", 0.3, pick=pick)
    yield from call("isclose", (REAL, REAL), "D", apply=rules.isclose, weight=0.6)
    yield from call("isposinf", REAL, weight=0.4)
    yield from call("isneginf", REAL, weight=0.4)
    yield from call("isnat", "mM")
    for name in ["real", "imag"]:
        yield Row(f".{name}", f"{{0}}.{name}", getattr(np, name), ("c",))
    yield from call("conj", "c")


def text():
    texts = "SU"
    yield from call("contains", (texts, texts), apply=lambda x, y: np.strings.find(x, y) >= 0)
    for name in ["startswith", "endswith", "find"]:
        yield from call(name, (texts, texts), apply=getattr(np.strings, name))
    yield from call("str_len", texts, apply=np.strings.str_len)
    for name in ["upper", "lower"]:
        yield from call(name, texts, apply=getattr(np.strings, name), weight=0.7)
    for name in ["strip", "lstrip", "rstrip"]:
        apply = rules.stripped(getattr(np.strings, name))
        yield from call(name, texts, "D", apply=apply, weight=0.5)
        yield Row(f"{name} of", f"{name}({{0}}, {{1}})", apply, (texts, texts), "D", 0.3)
    yield Row("concatenation", "({0} + {1})", np.add, (texts, texts), "A", 2)


def complexes():
    for name in ["exp", "log", "sqrt", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos", "arctan"]:
        row = f"{name} of complex"
        yield Row(row, f"{name}({{0}})", getattr(np, name), ("c",), "B", 0.5, function=f"complex {name}")


def reductions():
    axis, single = "axes", "axis"
    yield Row("sum", "sum({0}{extra})", np.sum, (NUMBER + "m",), "C", 2.5, choose=axis)
    yield Row("prod", "prod({0}{extra})", np.prod, (REAL,), "C", 1, choose=axis)
    yield Row("prod of complex", "prod({0}{extra})", np.prod, ("c",), "C", 0.5, choose=axis)
    yield Row("mean", "mean({0}{extra})", np.mean, (REAL,), "C", 1.5, choose=axis)
    for name in ["min", "max"]:
        yield Row(name, f"{name}({{0}}{{extra}})", getattr(np, name), (REAL + "mM",), "D", choose=axis)
    for name in ["any", "all"]:
        apply = lambda x, name=name, **k: getattr(np, name)(rules.truth(x), **k)  # noqa: E731
        yield Row(name, f"{name}({{0}}{{extra}})", apply, (REAL,), "A", 0.7, choose=axis)
    yield Row("count_nonzero", "count_nonzero({0}{extra})", np.count_nonzero, (REAL,), "A", 0.7, choose=axis)
    for name in ["argmin", "argmax"]:
        yield Row(name, f"{name}({{0}}{{extra}})", getattr(np, name), (REAL,), "A", 0.6, choose=single)
    for name in ["var", "std"]:
        yield Row(name, f"{name}({{0}}{{extra}})", getattr(np, name), (REAL,), "C", choose="ddof")
    yield Row("ptp", "ptp({0}{extra})", np.ptp, ("iuf",), "A", 0.6, choose=axis)
    for name in ["nansum", "nanprod", "nanmean"]:
        yield Row(name, f"{name}({{0}}{{extra}})", getattr(np, name), (REAL,), "C", 0.6, choose=axis)
    for name in ["nanmin", "nanmax"]:
        yield Row(name, f"{name}({{0}}{{extra}})", getattr(np, name), ("iuf",), "D", 0.6, choose=axis)
    for name in ["nanvar", "nanstd"]:
        yield Row(name, f"{name}({{0}}{{extra}})", getattr(np, name), (FLOAT,), "C", 0.5, choose="ddof")
    for name in ["cumsum", "cumprod"]:
        yield Row(name, f"{name}({{0}}{{extra}})", getattr(np, name), (REAL,), "A", 0.7, choose="scan")
    yield Row("diff", "diff({0}{extra})", np.diff, (REAL,), "A", 0.7, choose="last")
    # Keywords of reductions that are there already.
    yield Row("sum initial", "sum({0}{extra})", np.sum, (REAL,), "C", 0.5, choose="initial")
    for name in ["min", "max"]:
        yield Row(f"{name} initial", f"{name}({{0}}{{extra}})", getattr(np, name), ("iuf",), "D", 0.4, choose="initial")
    yield Row("sum dtype", "sum({0}{extra})", np.sum, (INTEGER,), "C", 0.5, choose="dtype")
    for name in ["sum", "prod", "mean", "any", "all"]:
        apply = lambda x, c, name=name, **k: getattr(np, name)(x, where=c, **k)  # noqa: E731
        cls = "A" if name in ("any", "all") else "C"
        yield Row(f"{name} where", f"{name}({{0}}, where={{1}}{{extra}})", apply, (REAL, "b"), cls, 0.3, choose=axis)


def views():
    any_kind = NUMBER + "mMSU"

    def index(x, index):
        # With an ellipsis one element is an array too, and text keeps the width of its dtype.
        return np.asarray(x)[index if Ellipsis in index else (*index, Ellipsis)]

    yield Row("view", "{0}{extra}", index, (any_kind,), "A", 2, choose="index")
    yield Row("transpose", "{0}.T", np.transpose, (any_kind,), "A")
    yield Row("mask", "{0}[{1}]", lambda x, m: np.asarray(x)[m], (any_kind, "b"), "A")
    yield Row("take", "{0}[{1}]", rules.taken, (any_kind, "iu"), "A")


def generators():
    yield Row("arange", "arange({extra})", np.arange, (), "A", 0.3, choose="arange")
    yield Row("zeros", "zeros({extra})", np.zeros, (), "A", 0.2, choose="sizes")
    yield Row("ones", "ones({extra})", np.ones, (), "A", 0.2, choose="sizes")


def in_place():
    for name, symbol in [("add", "+"), ("subtract", "-"), ("multiply", "*"), ("divide", "/"), ("floor_divide", "//")]:
        apply = rules.written(getattr(np, name))
        yield Row(f"in place {name}", f"{{0}} {symbol}= {{1}}", apply, (REAL, REAL), "D", choose="writes")


SECTIONS = [
    arithmetic, rounding, choosing, casts, functions, more_exact, text, complexes, reductions, views, generators,
    in_place,
]  # fmt: skip
ROWS = {row.name: row for section in SECTIONS for row in section()}
