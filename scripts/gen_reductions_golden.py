#!/usr/bin/env python3
"""Asks NumPy 2 for the results of reductions and running values of every dtype, with every keyword.

Writes tests/golden/reductions.txt. A line is a dtype, a formula in a (2 by 4 numbers), n (with NaN, where the dtype
has it), e (0 by 3) and m (a mask), and the result: its dtype, its shape, its elements; or `refused`.

    gen_reductions_golden.py           writes the file
    gen_reductions_golden.py --check   compares it with what NumPy says here
"""

import pathlib
import sys
import warnings

import numpy as np

SHORT = {
    "bool": "bool", "int8": "i8", "int16": "i16", "int32": "i32", "int64": "i64", "uint8": "u8", "uint16": "u16",
    "uint32": "u32", "uint64": "u64", "float16": "f16", "float32": "f32", "float64": "f64",
}
A = [[3.25, 0, 1.5, 2], [5, 1, 7.75, 4]]
N = [[3.25, np.nan, np.nan, 2], [5, 1, np.nan, 4]]
M = [[True, False, True, True], [False, True, False, True]]

AXES = ["", "axis=0", "axis=-1", "axis=(0, 1)", "axis=None", "axis=(), keepdims=True", "axis=1, keepdims=True"]
TOTAL = ["dtype=float32", "dtype='float64'", "dtype=int16", "dtype=uint8", "dtype=bool", "where=m", "initial=1"]
TOTAL += ["axis=0, initial=2.5, where=m", "axis=1, dtype=float16, where=m"]
EXTREMUM = ["initial=1", "axis=0, initial=1, where=m", "where=m"]
SPREAD = ["dtype=float32", "dtype=float64", "ddof=1", "ddof=0.5", "correction=1", "ddof=9", "axis=0, ddof=2"]
SPREAD += ["where=m", "axis=0, where=m", "axis=1, where=m, ddof=1"]
KEYWORDS = {
    "sum": TOTAL, "prod": TOTAL, "min": EXTREMUM, "max": EXTREMUM, "any": ["where=m"], "all": ["where=m"],
    "argmin": [], "argmax": [], "mean": ["dtype=float32", "dtype=float64", "where=m", "axis=0, where=m"],
    "var": SPREAD, "std": SPREAD, "ptp": [], "count_nonzero": [], "cumsum": TOTAL[:5], "cumprod": TOTAL[:5],
}
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


def formulas():
    for name in KEYWORDS:
        yield from calls(name, "a")
        yield from (empty.format(name) for empty in EMPTY)
    for name in NAN:
        yield from calls(f"nan{name}", "n")
        yield from (empty.format(f"nan{name}") for empty in EMPTY)
    yield from ["min(e, initial=1)", "nanmax(e, axis=0, initial=1)", "sum(e, initial=2)"]


def answer(formula, names):
    """The result as text, or how NumPy refuses."""
    try:
        result = np.asarray(eval(formula, vars(np) | names))  # the text is ours
    except (TypeError, ValueError):
        return "refused"
    if result.dtype.name not in SHORT:
        return "refused"
    shape = ",".join(map(str, result.shape))
    return " ".join([f"{SHORT[result.dtype.name]}[{shape}]", *(repr(x) for x in result.ravel().tolist())])


def lines():
    for name, short in SHORT.items():
        is_float = name.startswith("float")
        a = np.array(A).astype(name)
        names = {"a": a, "n": np.array(N).astype(name) if is_float else a}
        names |= {"e": np.zeros((0, 3), name), "m": np.array(M)}
        for formula in formulas():
            yield f"{short}\t{formula}\t{answer(formula, names)}"


def main():
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    target = pathlib.Path(__file__).parent.parent / "tests" / "golden" / "reductions.txt"
    text = "\n".join(lines()) + "\n"
    if sys.argv[1:] != ["--check"]:
        target.write_text(text)
    elif target.read_text() != text:
        sys.exit(f"NumPy {np.__version__} has other reductions")


main()
