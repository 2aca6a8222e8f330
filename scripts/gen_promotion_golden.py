#!/usr/bin/env python3
"""Asks NumPy 2 for the result dtype of every function of every pair of dtypes and plain numbers.

Writes tests/golden/promotion.txt. A line is a formula in X and Y, the operand X, and for each operand
Y, in the order of the first line, the result: a dtype, `refused` (TypeError) or `overflow`
(OverflowError). A formula without Y has one result.

    gen_promotion_golden.py           writes the file
    gen_promotion_golden.py --check   compares it with what NumPy says here
"""

import warnings

import numpy as np
from golden import GOLDEN, keep

DTYPES = {
    "bool": "?", "i8": "i1", "i16": "i2", "i32": "i4", "i64": "i8", "u8": "u1", "u16": "u2", "u32": "u4",
    "u64": "u8", "f16": "f2", "f32": "f4", "f64": "f8", "c64": "c8", "c128": "c16",
}
SHORT = {np.dtype(code): name for name, code in DTYPES.items()}
NUMBERS = {"True": True, "2": 2, "300": 300, "2.5": 2.5}
OPERANDS = {name: np.ones(2, code) for name, code in DTYPES.items()} | NUMBERS

UNARY = """negative abs absolute sign sqrt floor ceil trunc fix rint invert bitwise_not bitwise_invert isnan
isinf isfinite signbit exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin asin arccos acos arctan atan sinh
cosh tanh arcsinh asinh arccosh acosh arctanh atanh cbrt logical_not positive fabs square reciprocal round around
sum prod min amin max amax any all argmin argmax mean average count_nonzero""".split()
BINARY = """add subtract multiply divide true_divide floor_divide remainder mod fmod power pow fmin fmax minimum
maximum copysign bitwise_and bitwise_or bitwise_xor left_shift bitwise_left_shift right_shift bitwise_right_shift
less less_equal greater greater_equal equal not_equal arctan2 atan2 hypot logical_and logical_or
logical_xor""".split()
SYMBOLS = "+ - * / // % ** << >> & | ^ < <= > >= == !=".split()


def answer(function, *operands):
    """The dtype that NumPy gives, or how it refuses."""
    try:
        dtype = np.asarray(function(*operands)).dtype
    except OverflowError:
        return "overflow"
    except TypeError:
        return "refused"
    return SHORT.get(dtype, "refused")


def formulas():
    """Pairs of a formula in X and Y and the function that computes it."""
    for name in UNARY:
        if hasattr(np, name):
            yield f"{name}(X)", getattr(np, name)
    for name in BINARY:
        if hasattr(np, name):
            yield f"{name}(X,Y)", getattr(np, name)
    for symbol in SYMBOLS:
        yield f"X{symbol}Y", eval(f"lambda x, y: x {symbol} y")  # the text is ours
    condition = np.ones(2, bool)
    yield "where(True,X,Y)", lambda x, y: np.where(condition, x, y)
    yield "clip(X,Y,Y)", lambda x, y: np.clip(x, y, y)


def lines():
    yield "# " + " ".join(OPERANDS)
    for formula, function in formulas():
        for first, x in OPERANDS.items():
            seconds = list(OPERANDS)
            # Between two plain numbers a symbol is Python's own.
            if "(" not in formula and first in NUMBERS:
                seconds = list(DTYPES)
            pairs = [(x, OPERANDS[second]) for second in seconds] if "Y" in formula else [(x,)]
            yield f"{formula} {first}: " + " ".join(answer(function, *pair) for pair in pairs)


def main():
    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    text = "\n".join(lines()) + "\n"
    keep({GOLDEN / "promotion.txt": text}, f"NumPy {np.__version__}")


main()
