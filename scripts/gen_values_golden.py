#!/usr/bin/env python3
"""Writes tests/golden/values/: NumPy's results of every operator that IEEE 754 or integer arithmetic fixes.

    gen_values_golden.py           writes the files
    gen_values_golden.py --check   compares them with what NumPy computes here

NumPy's bits depend on the instruction sets that it dispatches to, so it runs with all of them disabled.

A file holds the sections of one operator, `cast.bin` those of the casts. A section is, little-endian:
the lane computed in (u8, its place in LANES), the number of operands (u8), the lane of the results (u8), 0 (u8),
the number of elements n (u32); then each operand's n elements, then the results.
"""

import os
import struct
import sys

import numpy as np
from golden import GOLDEN, keep
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

DISABLE = "NPY_DISABLE_CPU_FEATURES"
LANES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16"]
LANES += ["float32", "float64"]
# float16 is stored, compared and converted, but not computed with.
SIGNED, UNSIGNED, HALF, FLOATS = LANES[1:5], LANES[5:9], LANES[9:10], LANES[10:]
INTEGERS = SIGNED + UNSIGNED
OUT = GOLDEN / "values"

ANY_PAIR = ["add", "multiply", "fmin", "fmax", "minimum", "maximum"]
COMPARISONS = ["less", "less_equal", "greater", "greater_equal", "equal", "not_equal"]
BITS = ["bitwise_and", "bitwise_or", "bitwise_xor"]
BINARY = {
    **{name: ["bool"] + INTEGERS + FLOATS for name in ANY_PAIR},
    **{name: LANES for name in COMPARISONS},
    **{name: INTEGERS + FLOATS for name in ["subtract", "floor_divide", "remainder", "fmod"]},
    **{name: FLOATS for name in ["divide", "copysign"]},
    "nextafter": HALF + FLOATS,
    **{name: ["bool"] + INTEGERS for name in BITS},
    **{name: INTEGERS for name in ["left_shift", "right_shift", "power", "gcd", "lcm"]},
}
UNARY = {
    "abs": ["bool"] + INTEGERS + FLOATS,
    **{name: INTEGERS + FLOATS for name in ["negative", "sign", "floor", "ceil", "trunc"]},
    **{name: INTEGERS + FLOATS for name in ["isnan", "isinf", "isfinite", "signbit"]},
    **{name: FLOATS for name in ["sqrt", "rint", "mantissa", "exponent"]},
    "invert": ["bool"] + INTEGERS,
}


class Random:
    """Raw PCG64 output, which NumPy promises not to change."""

    def __init__(self, seed):
        self.source = np.random.PCG64(seed)

    def bits(self, n):
        return self.source.random_raw(n)

    def unit(self, n):
        return (self.bits(n) >> np.uint64(11)) * 2.0**-53


def edges(dtype):
    """The values at which operators differ."""
    dtype = np.dtype(dtype)
    if dtype == bool:
        return np.array([False, True])
    if dtype.kind in "iu":
        low, high = int(np.iinfo(dtype).min), int(np.iinfo(dtype).max)
        small = [0, 1, 2, 3, 7] + ([-1, -2, -3, -7] if low else [])
        return np.array(sorted({low, low + 1, high, high - 1, dtype.itemsize * 8, *small}), dtype)
    info = np.finfo(dtype)
    half = [0.0, 0.5, 1.0, 1.5, 2.5, 3.0, 0.1, info.max, info.tiny, info.smallest_subnormal, np.inf]
    return np.array([*half, *(-x for x in np.array(half, dtype)), np.nan], dtype)


def randoms(dtype, random, n):
    """Any bits, and numbers of everyday size."""
    dtype = np.dtype(dtype)
    raw = random.bits(n)
    if dtype == bool:
        return (raw & np.uint64(1)).astype(bool)
    if dtype.kind in "iu":
        values = raw.view("<i8").astype(dtype)
        small = values % dtype.type(100)
        return np.where(np.arange(n) % 2 == 0, values, small).astype(dtype)
    bits = (raw >> np.uint64(64 - 8 * dtype.itemsize)).astype(f"<u{dtype.itemsize}").view(dtype)
    everyday = ((random.unit(n) - 0.5) * 20).round(2).astype(dtype)
    return np.where(np.arange(n) % 2 == 0, bits, everyday)


def filled(values, size):
    """The values repeated up to a multiple of `size`: in the tail of a loop NumPy's ties differ."""
    return np.resize(values, -(-len(values) // size) * size)


def pairs(dtype, seed):
    """Every pair of edges, random pairs, and pairs whose quotient is nearly whole."""
    lattice = edges(dtype)
    random = Random(seed)
    n = 96
    x, y = randoms(dtype, random, n), randoms(dtype, random, n)
    xs, ys = [np.repeat(lattice, len(lattice)), x], [np.tile(lattice, len(lattice)), y]
    if np.dtype(dtype).kind == "f":
        times = np.rint((random.unit(n) - 0.5) * 2000).astype(dtype)
        xs.append(times * y), ys.append(y)
    return filled(np.concatenate(xs), 64), filled(np.concatenate(ys), 64)


def singles(dtype, seed):
    values = [edges(dtype), randoms(dtype, Random(seed), 200)]
    if np.dtype(dtype).kind == "f":
        halves = np.arange(-8, 8.5, 0.5, dtype)
        whole = np.array(2 ** (np.finfo(dtype).nmant), dtype)
        values += [halves, whole + halves, whole / 2 + halves]
    return filled(np.concatenate(values), 64)


def section(lane, operands, result):
    lanes = LANES.index(np.dtype(lane).name), len(operands), LANES.index(result.dtype.name), 0
    arrays = [np.ascontiguousarray(a) for a in [*operands, result]]
    return struct.pack("<4BI", *lanes, len(result)) + b"".join(a.tobytes() for a in arrays)


def binary(name, lane):
    x, y = pairs(lane, 1)
    if name == "power":
        y = np.where(y < 0, ~y, y)
    return section(lane, [x, y], getattr(np, name)(x, y))


def unary(name, lane):
    x = singles(lane, 2)
    results = {"mantissa": np.frexp(x)[0], "exponent": np.frexp(x)[1].astype(lane)} if lane in FLOATS else {}
    return section(lane, [x], results[name] if name in results else getattr(np, name)(x))


def where(lane):
    x, y = pairs(lane, 3)
    condition = randoms("bool", Random(4), len(x))
    return section(lane, [condition, x, y], np.where(condition, x, y))


def cast(source, target):
    """Floats beyond an integer's range are left out: NumPy's results are the machine's."""
    x = singles(source, 5)
    if source in HALF + FLOATS and target in INTEGERS:
        info = np.iinfo(target)
        low, high = float(info.min) - 1, float(info.max) + 1
        inside = (x >= info.min if low == info.min else x > low) & (x < high)
        x = x[inside]
    return section(source, [x], x.astype(target))


def files():
    yield "cast", b"".join(cast(a, b) for a in LANES for b in LANES if a != b)
    yield "where", b"".join(map(where, LANES))
    for kind, operators in (unary, UNARY), (binary, BINARY):
        for name, lanes in operators.items():
            yield name, b"".join(kind(name, lane) for lane in lanes)


def without_dispatch():
    """Runs this script again with every dispatched feature disabled, if one is enabled."""
    found = [feature for feature in __cpu_dispatch__ if __cpu_features__[feature]]
    if found and DISABLE not in os.environ:
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, DISABLE: " ".join(found)})
    if found:
        sys.exit(f"NumPy still dispatches to {' '.join(found)}")


def main():
    without_dispatch()
    np.seterr(all="ignore")
    keep({OUT / f"{name}.bin": data for name, data in files()}, f"NumPy {np.__version__}")


if __name__ == "__main__":
    main()
