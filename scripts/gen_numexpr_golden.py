#!/usr/bin/env python3
"""Writes tests/golden/numexpr/: what NumExpr itself makes of formulas.

    gen_numexpr_golden.py           writes the files
    gen_numexpr_golden.py --check   compares them with what NumExpr computes here

Made with NumExpr 2.14.2 (without VML) and NumPy 2.4.6.

`kinds.txt` has a line `formula: result` for every operator and function of variables of every kind (b, i, l, f,
d, c, s): a dtype, or the name of the exception and its words.

`values.bin` has results. A section is, little-endian: the number of elements n (u32), the number of inputs (u8), and for
each its name (one byte), its dtype and its n elements; then the number of formulas (u16), and for each the level of
optimization (u8, its place in LEVELS), how near the result must be (u8: 0 if arithmetic fixes its bits, else k for an
error of the size of the result times 2**-k), the length of the text (u8), the text, the dtype of the result, its
number of elements (u32), and these. A dtype is its place in DTYPES (u8), or beyond them bytes and their width (u8).

Left out is where NumExpr ends the process (least // -1), has undefined results (integer powers that overflow or
divide by zero), fails in its own code (`sin` of bytes, a literal as an exponent that is no real number) or is not followed
(`docs/numexpr.md`).
"""

import itertools
import struct
import sys
import warnings

import numexpr
import numpy as np
from golden import GOLDEN, keep

DTYPES = ["?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16"]
LEVELS = ["none", "moderate", "aggressive"]
OUT = GOLDEN / "numexpr"

KINDS = {"b": "?", "i": "i4", "l": "i8", "f": "f4", "d": "f8", "c": "c16", "s": "S2"}
REAL = "bilfd"
# How near functions are, by the kind of their operand, where libraries of mathematics differ and formulas are naive.
NEAR = {"b": 20, "i": 46, "l": 46, "f": 20, "d": 46, "c": 40}
# What NumExpr says where it meets an error of its own.
BROKEN = ("ValueError tuple.index", "ValueError invalid literal", "TypeError int()")
ARITHMETIC = ["+", "-", "*", "/", "//", "%", "**"]
BITS = ["<<", ">>", "&", "|", "^"]
COMPARISONS = ["<", "<=", ">", ">=", "==", "!="]
ONE = """sqrt sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh log log1p log10 log2 exp expm1 abs
ceil floor trunc round sign isnan isfinite isinf signbit real imag conj copy ones_like sum prod""".split()
TWO = "arctan2 fmod hypot nextafter copysign maximum minimum complex contains".split()
EXACT_ONE = """sqrt abs ceil floor trunc round sign isnan isfinite isinf signbit real imag conj copy ones_like
sum prod""".split()
EXACT_TWO = "fmod nextafter copysign maximum minimum complex".split()
EXACT_COMPLEX = "isnan isfinite isinf real imag conj copy ones_like round".split()
LITERALS = ("True", "3", "2**40", "2.5", "1j", "'ab'")
EXPONENTS = ["0", "1", "2", "3", "7", "0.0", "1.0", "2.0", "0.5", "2.5", "-0.5", "-1.0", "-2.0", "-1", "-2", "-3", "13"]


def evaluate(formula, inputs, level="aggressive"):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return numexpr.evaluate(formula, local_dict=inputs, global_dict={}, optimization=level)


def answer(formula, inputs, level="aggressive"):
    try:
        dtype = evaluate(formula, inputs, level).dtype
        return f"S{dtype.itemsize}" if dtype.kind == "S" else dtype.name
    except Exception as error:
        return f"{type(error).__name__} {error}"


def kinds():
    variables = {name: np.ones(2, dtype) for name, dtype in KINDS.items()}
    pairs = list(itertools.product(KINDS, repeat=2))
    formulas = [f"{op}{x}" for op in "-+~" for x in KINDS]
    formulas += [f"{x}.{part}" for part in ("real", "imag") for x in KINDS]
    formulas += [f"{name}({x})" for name in ONE for x in KINDS]
    formulas += [f"{name}({x})" for name in ("min", "max") for x in KINDS if x != "i"]
    formulas += [f"{x} {op} {y}" for op in ARITHMETIC + BITS + COMPARISONS for x, y in pairs]
    formulas += [f"{name}({x}, {y})" for name in TWO for x, y in pairs]
    formulas += [f"where({c}, {x}, {y})" for c in "bidcs" for x, y in pairs]
    formulas += [f"{x} {op} {y}" for op in ["+", "/", "**", "<", "=="] for x in KINDS for y in LITERALS]
    formulas += [f"{y} {op} {x}" for op in ["+", "/", "**", "<", "=="] for x in KINDS for y in LITERALS]
    formulas += ["contains(s, 'ab')", "contains('ab', s)", "contains(s, 1)", "copy(s)", "+s", "s"]
    formulas += ["abs(c) < 1.0", "sqrt(c).real", "sum(c.real)", "abs(1j)", "sqrt(1j)", "real(1j)", "conj(1j)", "1j.imag"]
    formulas += ["1j * 1j", "(-1) ** 0.5", "2 ** 1j", "complex(1, 2)", "1j == 1j", "where(b, 1j, 2)"]
    lines = [f"{formula}: {answer(formula, variables)}" for formula in formulas]
    for level in LEVELS:
        powers = [f"{x}**{n}" for x in KINDS for n in EXPONENTS]
        lines += [f"{level} {formula}: {answer(formula, variables, level)}" for formula in powers]
    return "\n".join(line for line in lines if not line.split(": ", 1)[1].startswith(BROKEN)) + "\n"


def edges(kind):
    dtype = np.dtype(KINDS[kind])
    if kind == "b":
        return np.array([False, True])
    if kind in "il":
        info = np.iinfo(dtype)
        return np.array([0, 1, 3, 64, -1, -7, info.max, info.min], dtype)
    if kind == "c":
        parts = [(0.0, 0.0), (-0.0, 0.0), (1.0, -0.0), (1.0, 2.5), (-3.5, 0.1), (1e30, -1e200), (np.inf, 1.0), (2.0, np.nan)]
        return np.array([complex(*part) for part in parts])
    return np.array([0.0, -0.0, 1.0, 2.5, -3.5, 0.1, 1e30, np.inf, -np.inf, np.nan], dtype)


def grid(x, y):
    return np.repeat(x, len(y)), np.tile(y, len(x))


def code(array):
    if array.dtype.kind == "S":
        return bytes([len(DTYPES), array.dtype.itemsize])
    return bytes([DTYPES.index("?" if array.dtype == bool else array.dtype.str[1:])])


def near(formulas, bits):
    """Formulas whose results need only be near."""
    return [(formula, "aggressive", bits) for formula in formulas]


def section(inputs, formulas):
    """Results of the formulas, each a text, or a text, a level and how near; those that NumExpr refuses are left out."""
    count = len(next(iter(inputs.values())))
    data = struct.pack("<IB", count, len(inputs))
    for name, array in inputs.items():
        data += name.encode() + code(array)
        data += array.tobytes()
    kept = []
    for formula, level, bits in ((f, "aggressive", 0) if isinstance(f, str) else f for f in formulas):
        try:
            result = np.atleast_1d(evaluate(formula, inputs, level))
        except (NotImplementedError, ValueError, ZeroDivisionError):
            continue
        head = struct.pack("<BBB", LEVELS.index(level), bits, len(formula)) + formula.encode()
        kept.append(head + code(result) + struct.pack("<I", len(result)) + result.tobytes())
    return data + struct.pack("<H", len(kept)) + b"".join(kept)


def pair(x, y):
    xs, ys = grid(edges(x), edges(y))
    formulas = [f"x {op} y" for op in ARITHMETIC[:-1] + BITS + COMPARISONS]
    formulas += [f"{name}(x, y)" for name in EXACT_TWO]
    formulas += ["where(x > y, x, y)"]
    if x in "bil" and y in "bil":
        divided = (ys == -1) & (xs == xs.min())
        formulas.remove("x % y")
        yield {"x": xs[~divided], "y": ys[~divided]}, formulas
        # NumExpr adds the divisor to the remainder, which overflows for the greatest and the least.
        divided |= ((ys == ys.max()) | (ys == ys.min())) & (y != "b")
        yield {"x": xs[~divided], "y": ys[~divided]}, ["x % y"]
        if "b" not in (x, y):
            low, high = np.array([1, -1, 2, -2, 3, 5], KINDS[x]), np.array([0, 1, 2, 3, 9, -1, -2, -5], KINDS[y])
            xs, ys = grid(low, high)
            # To NumExpr every negative power is the reciprocal.
            followed = (xs != -1) | (ys > 0) | (ys % 2 == 1)
            yield {"x": xs[followed], "y": ys[followed]}, ["x ** y"]
    else:
        yield {"x": xs, "y": ys}, formulas


def single(x):
    formulas = [f"{name}(x)" for name in EXACT_ONE[:-2]] + ["-x", "~x", "+x", "x.real", "x.imag"]
    yield {"x": edges(x)}, formulas
    if x != "b":
        small = np.array([1, 2, 3, -2, 5], KINDS[x])
        yield {"x": small}, [f"{name}(x)" for name in EXACT_ONE[-2:]]
        yield {"x": np.array([7, -7, 2, 10], KINDS[x])}, ["x / 3", "x / 3.0", "x / 0", "3 / x", "3.0 / x", "x / True",
                                                         ("x / 3.0", "none", 0)]
    # What is a product, a quotient or a root at a level has its bits.
    bases = np.array([0, 1, 2, 3, 5], KINDS[x]) if x in "bil" else np.array([0.0, 1.1, -1.7, 0.3, 20.7, np.inf], KINDS[x])
    products = [f"x**{n}" for n in EXPONENTS]
    yield {"x": bases}, products + [(f"x**{n}", "moderate", 0) for n in ("0", "1", "2", "0.5", "-1.0", "-1", "2.0")]
    tame = np.array([0, 1, 2, 5], KINDS[x]) if x in "bil" else np.array([0.0, 0.1, 0.5, 0.9, -0.3, 1.5, 20.0], KINDS[x])
    functions = [f"{name}(x)" for name in ONE if name not in EXACT_ONE]
    yield {"x": tame}, near(functions, NEAR[x])


def two_real(x, y):
    xs, ys = grid(*(np.array([1, 0, 1, 3, 7] if k in "bil" else [0.5, -1.25, 3.0, 1e3], KINDS[k]) for k in (x, y)))
    bits = 46 if "d" in (x, y) or {x, y} <= set("il") else 20
    yield {"x": xs, "y": ys}, near(["arctan2(x, y)", "hypot(x, y)"], bits)


def plane():
    """Complex numbers off the axes, where the branch cuts of functions are."""
    parts = [-2.5, -0.7, -0.1, 0.3, 1.2, 3.1]
    return np.array([complex(re, im) for re in parts for im in parts])


def complex_pair(x, y):
    """What has a complex operand: sums and products have NumExpr's bits, quotients and powers its values."""
    xs, ys = grid(edges(x), edges(y))
    exact = [f"x {op} y" for op in ("+", "-", "*", "==", "!=")]
    yield {"x": xs, "y": ys}, exact + ["where(x == y, x, y)", "where(x != y, x, 1j)", "x * 2j", "1 - y"]
    tame = {"c": plane()[::5], "b": np.array([True]), "i": np.array([1, 2, 3], "i4"), "l": np.array([1, 2, 5])}
    xs, ys = grid(*(tame.get(kind, np.array([0.5, 1.5, 3.0], KINDS[kind])) for kind in (x, y)))
    yield {"x": xs, "y": ys}, near(["x / y", "x ** y", "x / 2.5j", "2.5 / y"], NEAR["c"])


def complex_single():
    yield {"x": edges("c")}, [f"{name}(x)" for name in EXACT_COMPLEX] + ["-x", "+x", "x.real", "x.imag", "x", "x * 1j"]
    tame = np.array([0.5 - 1.5j, -2.5 + 0.5j, 2.5 + 3.5j, 0.0 - 0.0j])
    yield {"x": tame}, ["round(x)"] + [f"x**{n}" for n in ("0", "1", "2", "3", "7", "13")]
    small = np.array([1 + 2j, 3 - 1j, -2 + 2j, 5 + 0j])
    yield {"x": small}, ["sum(x)", "prod(x)", "sum(x, axis=0)", "prod(x, axis=0)", "sum(x * 1j)"]
    functions = [f"{name}(x)" for name in ONE if name not in EXACT_COMPLEX + ["sum", "prod"]]
    functions += ["x**-1", "x**0.5", "x**-0.5", "x**2.5", "x**60", "x**0.3", "2**x", "2.5j**x"]
    yield {"x": plane()}, near(functions, NEAR["c"])


def byte_strings():
    """Bytes below 128: NumExpr compares those above as C's `char` has them."""
    x = np.array([b"", b"a", b"ab", b"abc", b"b", b"\x7f", b"a\0c", b"c"])
    y = np.array([b"", b"ab", b"bc", b"abcd", b"\x01", b"a\0c", b"c"])
    xs, ys = grid(x, y)
    yield {"x": xs, "y": ys}, [f"x {op} y" for op in COMPARISONS] + ["x", "copy(y)", "+x", "x >= b'a'", "'b' < x"]
    # To NumExpr what is contained ends at its first NUL.
    xs, ys = grid(x[x != b"a\0c"], y[y != b"a\0c"])
    formulas = ["contains(x, y)", "contains(y, x)", "contains(x, 'b')", "contains('xabcx', y)", "contains(x, '')"]
    yield {"x": xs, "y": ys}, formulas + ["(x == y) & contains(y, x)"]


def stored(dtype):
    """Inputs of the other dtypes, converted to their kinds."""
    if dtype == "c8":
        values = np.array([0, 1, 0.1 + 0.3j, 1e30 - 1e30j, np.inf], dtype)
        yield {"x": values}, ["x", "x + 1", "x * x", "-x", "x == 1", "x.imag", "conj(x)", "sum(x)"]
        return
    info = np.iinfo(dtype) if np.dtype(dtype).kind in "iu" else np.finfo(dtype)
    values = np.array([0, 1, 3, info.max, info.min], dtype)
    yield {"x": values}, ["x", "x + 1", "x / 7", "x * x", "-x", "x > 2", "x + 0.5"]


def nearby():
    """`nextafter` of numbers at the ends of binades and ranges, both ways."""
    tiny = [2.0**-1074, 2.0**-1022, 2.0**-1021, 2.0**-900, 2.0**-822, 1.0, 2.0**1023, sys.float_info.max]
    x = np.array([v * s for v in tiny for s in (1, -1)] + [np.inf, -np.inf, 0.0, -0.0, 1.1, 1e-310, np.pi])
    x = np.concatenate([x, np.nextafter(x, 0), np.nextafter(x, np.inf)])
    yield {"x": x, "y": np.full(len(x), np.inf)}, ["nextafter(x, y)", "nextafter(x, -y)", "nextafter(x, 0.0)"]


def values():
    parts = [pair(x, y) for x in REAL for y in REAL] + [single(x) for x in REAL]
    parts += [stored(dtype) for dtype in ["i1", "u1", "i2", "u2", "u4", "u8", "f2", "c8"]] + [nearby()]
    parts += [two_real(x, y) for x in REAL for y in REAL] + [complex_single(), byte_strings()]
    parts += [complex_pair(x, y) for x in REAL + "c" for y in REAL + "c" if "c" in (x, y)]
    return b"".join(section(inputs, formulas) for part in parts for inputs, formulas in part)


def main():
    numexpr.set_num_threads(1)
    np.seterr(all="ignore")
    keep({OUT / "kinds.txt": kinds(), OUT / "values.bin": values()}, f"NumExpr {numexpr.__version__}")


if __name__ == "__main__":
    main()
