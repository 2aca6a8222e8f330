"""Writes tests/golden/npy/: files as NumPy writes them, whose values the test `npy` computes itself.

    gen_npy_golden.py           writes the files
    gen_npy_golden.py --check   compares them with what NumPy writes here

Element i (in C order) of each array is made from the number i, see `values`. Needs NumPy 2.
"""

import io

import numpy as np
from golden import GOLDEN, keep
from numpy.lib import format as npy

SHAPE = (2, 3, 2)
N = 12
OUT = GOLDEN / "npy"
files = {}


def values(dtype):
    i = np.arange(N)
    kind = np.dtype(dtype).kind
    if kind == "b":
        return i % 3 == 0
    if kind == "u":
        return (i * 7).astype(dtype)
    if kind == "i":
        return (i * 7 - 30).astype(dtype)
    if kind == "f":
        return (i * 0.75 - 3).astype(dtype)
    if kind == "c":
        return (i - 1j * i / 2).astype(dtype)
    if kind in "SU":
        return np.array([f"x{k}" for k in i], dtype)
    # A cast to a time without a unit forgets the byte order: view the numbers instead.
    return (i - 4).astype(dtype[0] + "i8").view(dtype)


def save(name, array, version=(1, 0)):
    file = io.BytesIO()
    npy.write_array(file, array, version=version)
    files[OUT / f"{name}.npy"] = file.getvalue()


CODES = "b1 i1 i2 i4 i8 u1 u2 u4 u8 f2 f4 f8 c8 c16 S5 U3 M8[ns] m8[D] M8".split()
for code in CODES:
    name = code.replace("[", "-").replace("]", "")
    for order, word in (("<", "little"), (">", "big")):
        if np.dtype(code).itemsize == 1 and order == ">":
            continue
        array = values(order + code).reshape(SHAPE)
        save(f"{name}.{word}.c", array)
        if code in ("f8", "i2", "U3"):
            save(f"{name}.{word}.fortran", np.asfortranarray(array))
save("f4.version2", values("<f4").reshape(SHAPE), (2, 0))
save("f4.version3", values("<f4").reshape(SHAPE), (3, 0))
save("scalar", np.array(2.5))
save("empty", np.zeros((0, 3), "<i4"))
save("record", np.zeros(2, [("x", "<f8"), ("y", "<i4")]))
save("object", np.array([None, 1], object))
keep(files, f"NumPy {np.__version__}")
