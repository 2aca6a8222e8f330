#!/usr/bin/env python3
"""Writes tests/golden/indexing.txt: what NumPy gives of views, masks, indices and generators.

    gen_indexing_golden.py           writes the file
    gen_indexing_golden.py --check   compares it with what NumPy computes here

A line is a formula, the dtype, the shape and the elements in C order (floats as hexadecimal), separated by tabs. The inputs
are made by `inputs` here and by the function of that name in tests/indexing.rs. Where NumPy raises, the line
ends after `error`.
"""


import numpy as np
from golden import GOLDEN, keep


FORMULAS = """
a[1:-1] + a[:-2]
a[1:-1] + a[:-2][1:]
a[::2, None]
a[..., 0]
a[-1, -2] + v
a.T
(a*2 + b)[::-1, 1:4].T
(a + b + c)[1:2]*b
a[0:1] + a
a[4:]*a
a[-1:] + a[:1]
a[5:] + a[:1]
(a + c)[:, None, -1]
(a*b).T[1:3, ::-2]
sum(a, axis=0)[1:3]
(sum(a, axis=0) + b)[-1]
a[None][0, ..., None]
a[10:]
a[:, 3:3] + c
sum(a[:, ::2], axis=1)
sum(a.T, axis=0)
a[1:][1:][1:2] * a
a[::-2, ::3]
a[-2:-4:-1]
a[7]
a[:, -7]
a[:, 1:2] + b[:5]
z[:, 1]
z[:, 1:2] + v[:3]
z[0]
v[3:2]
v[-1:-100:-4]
argmax(a[::-1], axis=0)
(v > 4)[::2]
a[m]
a[m]*2 + 1
sum(a[m])
a[r]
a[r][:, 1]
a[m][1:4]
a[m][0]
a[a > 100]
a[a > 100][0]
min(a[a > 100])
v[v == 3.0] + a
v[v == 3.0][None]*a
v[v >= 8] + v[v < 2]
v[v >= 8] + v[v < 3]
(a + b)[m] - a[m]
(a[r]*b)[::-1, :2]
z[z == 0]
a[i]
(a*b)[i]
v[i]
v[i[:, None]]
a[i[:2]]*b
v[v >= 3][i]
v[i + 6]
v[i - 6]
z[i]
v[int64(3)]
v[uint8(9)]
arange(5)
arange(2, 10, 3)
arange(10, 2, -3)
arange(3, 3)
arange(0, 1, 0.1)
arange(1, 0, -0.3)
arange(0.5, 4)
arange(-1.5, 2.5, 0.7)
arange(10)[::-3]
arange(12.0)[2:5]*v[2:5]
linspace(0, 1, 11)
linspace(0, 1)
linspace(-3, 7, 13)
linspace(2, 5, 4, endpoint=False)
linspace(1, 2, 1)
linspace(1, 2, 0)
linspace(0, 5e-324, 5)
linspace(1, 10, 7)[-1]
linspace(0.1, 0.7, 9)[::-2]
zeros(3)
zeros((2, 3)) + arange(3)
ones((3, 1))*v[:2]
ones(())
full(3, 7)
full((2, 2), 2.5)
full((2, 6), b)
indices((2, 3))
indices((2, 3))[1]
a[m[0][:5]]
ones((2, 3))[ones((2, 3)) > 0]
arange(6)[arange(6) % 2 == 0]
arange(6)[i]
full(5, c[:, 0])[i]
sum(arange(1000)**2)
""".split("\n")


def inputs():
    cells = np.arange(30).reshape(5, 6)
    return {
        "a": cells * 0.5 - 4,
        "b": np.arange(6) - 2.0,
        "c": np.arange(5).reshape(5, 1) * 0.25,
        "v": np.arange(10.0),
        "i": np.array([0, -1, 3, 4, -5]),
        "m": cells * 7 % 5 < 2,
        "r": np.arange(5) % 2 == 0,
        "z": np.zeros((0, 3)),
    }


def element(value):
    return float(value).hex() if isinstance(value, np.floating) else str(int(value))


def line(formula):
    functions = ["sum", "min", "argmax", "arange", "linspace", "zeros", "ones", "full", "indices", "int64", "uint8"]
    names = inputs() | {name: getattr(np, name) for name in functions}
    try:
        result = np.asarray(eval(formula, {"__builtins__": {}}, names))
    except (IndexError, ValueError):
        return f"{formula}\terror\n"
    shape = ",".join(map(str, result.shape))
    return f"{formula}\t{result.dtype.name}\t{shape}\t{' '.join(map(element, result.ravel()))}\n"


def main():
    text = "".join(line(formula) for formula in FORMULAS if formula)
    keep({GOLDEN / "indexing.txt": text}, f"NumPy {np.__version__}")


main()
