#!/usr/bin/env python3
"""Asks NumPy 2 for the results of reductions and running values of every dtype, with every keyword.

Writes tests/golden/reductions.txt. A line is a dtype, a formula in a (2 by 4 numbers), n (with NaN, where the dtype
has it), e (0 by 3) and m (a mask), and the result: its dtype, its shape, its elements, complex ones as two numbers; or
`refused`.

    gen_reductions_golden.py           writes the file
    gen_reductions_golden.py --check   compares it with what NumPy says here
"""

import warnings

import numpy as np
from golden import GOLDEN, keep

SHORT = {
    "bool": "bool", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8", "uint16": "u16",
    "uint32": "u32", "uint64": "u64", "float16": "f16", "float32": "f32", "float64": "f64",
    "complex64": "c64", "complex128": "c128",
}
A = [[3.25, 0, 1.5, 2], [5, 1, 7.75, 4]]
N = [[3.25, np.nan, np.nan, 2], [5, 1, np.nan, 4]]
# The imaginary parts.
B = [[0.5, -1, 2, 0], [1, 0, -0.25, 3]]
M = [[True, False, True, True], [False, True, False, True]]

AXES = ["", "axis=0", "axis=-1", "axis=(0, 1)", "axis=None", "axis=(), keepdims=True", "axis=1, keepdims=True"]
TOTAL = ["dtype=float32", "dtype='float64'", "dtype=int16", "dtype=uint8", "dtype=bool", "where=m", "initial=1"]
TOTAL += ["axis=0, initial=2.5, where=m", "axis=1, dtype=float16, where=m"]
EXTREMUM = ["initial=1", "axis=0, initial=1, where=m", "where=m"]
SPREAD = ["dtype=float32", "dtype=float64", "ddof=1", "ddof=0.5", "correction=1", "ddof=9", "axis=0, ddof=2"]
SPREAD += ["where=m", "axis=0, where=m", "axis=1, where=m, ddof=1"]
WHOLE = ["dtype=int64", "dtype=int16, axis=0", "dtype=uint8, ddof=1", "dtype=int32, axis=1, where=m", "dtype=int8, where=m"]
KEYWORDS = {
    "sum": TOTAL, "prod": TOTAL, "min": EXTREMUM, "max": EXTREMUM, "any": ["where=m"], "all": ["where=m"],
    "argmin": [], "argmax": [], "mean": ["dtype=float32", "dtype=float64", "where=m", "axis=0, where=m"],
    "var": SPREAD + WHOLE, "std": SPREAD + WHOLE, "ptp": [], "count_nonzero": [], "cumsum": TOTAL[:5], "cumprod": TOTAL[:5],
}
# What complex numbers have, or real ones in a complex dtype.
COMPLEX_TOTAL = ["dtype=complex64", "dtype=complex128", "axis=0, dtype=complex64, initial=2j, where=m"]
COMPLEX_EXTREMUM = ["initial=1j", "initial=9-1j", "axis=0, initial=1+1j, where=m", "where=m"]
COMPLEX = {
    "sum": TOTAL + COMPLEX_TOTAL, "prod": TOTAL + COMPLEX_TOTAL, "min": COMPLEX_EXTREMUM, "max": COMPLEX_EXTREMUM,
    "any": ["where=m"], "all": ["where=m", "axis=1, where=m"], "argmin": [], "argmax": [], "count_nonzero": [],
    "mean": ["dtype=complex64", "dtype=float64", "dtype=int16", "axis=0, where=m"],
    "var": ["dtype=complex64", "dtype=complex128, axis=0", "ddof=1", "axis=0, where=m"],
    "std": ["dtype=complex128", "axis=1, where=m"],
    "cumsum": ["dtype=complex64", "dtype=float32", "axis=1, dtype=complex128"],
    "nansum": ["dtype=complex64", "initial=1j", "where=m"], "nanprod": ["axis=0, where=m, initial=1j"],
    "nanmean": ["dtype=complex64", "axis=1, where=m"], "nanvar": ["ddof=1"],
}
REAL_IN_COMPLEX = [
    *(f"{name}(a, {dtype})" for name in ("sum", "prod", "mean", "var", "std", "cumsum")
      for dtype in ("dtype=complex64", "dtype=complex128, axis=0")),
    "sum(a, dtype=complex128, initial=1j, where=m)", "prod(a, axis=1, dtype=complex64, where=m)", "sum(a, initial=1j)",
]  # fmt: skip
NAN = ["sum", "prod", "min", "max", "mean", "var", "std"]
ONE_AXIS = ["argmin", "argmax", "cumsum", "cumprod"]
EMPTY = ["{}(e)", "{}(e, axis=0)", "{}(e, axis=1)"]


def calls(name, operand):
    base = name.removeprefix("nan")
    for keywords in AXES + KEYWORDS[base]:
        if base in ONE_AXIS and "axis=(" in keywords or base.startswith("cum") and "keepdims" in keywords:
            continue
        # There the mean that NumPy takes the deviations from is rounded to the narrower dtype of the array.
        if name in ("nanvar", "nanstd") and "dtype" in keywords:
            continue
        yield f"{name}({operand}{', ' if keywords else ''}{keywords})"


def complex_formulas():
    for name, own in COMPLEX.items():
        operand = "n" if name.startswith("nan") else "a"
        axes = [] if name.startswith("cum") else AXES
        for keywords in axes + own:
            if name not in ONE_AXIS or "axis=(" not in keywords:
                yield f"{name}({operand}{', ' if keywords else ''}{keywords})"
        yield from (empty.format(name) for empty in EMPTY)
    yield from ["min(e, initial=1j)", "sum(e, initial=2j)", "prod(e, axis=0, initial=2j)"]


def formulas():
    for name in KEYWORDS:
        yield from calls(name, "a")
        yield from (empty.format(name) for empty in EMPTY)
    for name in NAN:
        yield from calls(f"nan{name}", "n")
        yield from (empty.format(f"nan{name}") for empty in EMPTY)
    yield from ["min(e, initial=1)", "nanmax(e, axis=0, initial=1)", "sum(e, initial=2)", *REAL_IN_COMPLEX]


def answer(formula, names):
    """The result as text, or how NumPy refuses."""
    try:
        result = np.asarray(eval(formula, vars(np) | names))  # the text is ours
    except (TypeError, ValueError):
        return "refused"
    if result.dtype.name not in SHORT:
        return "refused"
    shape = ",".join(map(str, result.shape))
    numbers = [part for x in result.ravel().tolist() for part in ((x.real, x.imag) if isinstance(x, complex) else (x,))]
    return " ".join([f"{SHORT[result.dtype.name]}[{shape}]", *map(repr, numbers)])


def lines():
    for name, short in SHORT.items():
        is_float, is_complex = name.startswith("float"), name.startswith("complex")
        imaginary = 1j * np.array(B) if is_complex else 0
        a = (np.array(A) + imaginary).astype(name)
        names = {"a": a, "n": (np.array(N) + imaginary).astype(name) if is_float or is_complex else a}
        names |= {"e": np.zeros((0, 3), name), "m": np.array(M)}
        for formula in complex_formulas() if is_complex else formulas():
            yield f"{short}\t{formula}\t{answer(formula, names)}"


def main():
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    text = "\n".join(lines()) + "\n"
    keep({GOLDEN / "reductions.txt": text}, f"NumPy {np.__version__}")


main()
