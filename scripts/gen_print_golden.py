"""Writes tests/golden/print.txt: arrays and how NumPy prints them.

    gen_print_golden.py           writes the file
    gen_print_golden.py --check   compares it with what NumPy prints here

A case is a line `== DTYPE SHAPE hex BYTES` (little-endian) or `== DTYPE SHAPE ramp START STEP`, then
the text of `str(array)`. Needs NumPy 2.
"""


import numpy as np
from golden import GOLDEN, keep

np.seterr(all="ignore")
rng = np.random.default_rng(7)
cases = []


def short(dtype):
    return "bool" if dtype.kind == "b" else f"{dtype.kind}{8 * dtype.itemsize}"


def shape_text(shape):
    return "x".join(map(str, shape)) or "-"


def add(array):
    array = np.ascontiguousarray(array).reshape(np.shape(array))
    data = array.astype(array.dtype.newbyteorder("<")).tobytes().hex() or "-"
    cases.append(f"== {short(array.dtype)} {shape_text(array.shape)} hex {data}\n{array!s}\n")


def ramp(dtype, shape, start, step):
    n = int(np.prod(shape))
    array = (start + step * np.arange(n, dtype=np.float64)).astype(dtype).reshape(shape)
    cases.append(f"== {short(array.dtype)} {shape_text(shape)} ramp {start} {step}\n{array!s}\n")


FLOATS = (np.float16, np.float32, np.float64)
nan, inf = np.nan, np.inf
for dtype in FLOATS:
    for values in (
        [], [1, 2, 3], [1, 2.5, 3.25], [0.1, 0.2, 0.3], [-0.0, 0.0], [1e-4, 1], [1e-5], [1e-5, 1e5], [1 / 3, 2 / 3],
        [nan], [inf], [-inf, nan], [nan, 1.5], [inf, -1], [-inf, 1.25], [nan, 1e-7, -inf], [999.0, 1.0], [1000.5, 1.0],
        [1001, 1], [1, 10, 100], [12345.678, 12345.679], [-1.5, 20], [0.99999, 1], [2048, 1024], [6e4, 1e-6], [5e-8],
    ):
        add(np.array(values, dtype))
    for value in (0.0, -0.0, 1.0, 0.1, 1e-4, 9.9e-5, 1e-7, 12345.0, 1 / 3, 60000.0, 999, 1000, 1024, nan, inf, -inf):
        add(np.array(value, dtype))
for dtype in FLOATS[1:]:
    for values in (
        [999999, 1], [1e6], [99999999.0], [1e8], [123456789.125], [1e10, 1e-10], [1e30, 2.5e30], [0.999999999, 0.5],
        [16777216.0, 16777215], [3.0000000001], [1e-30, -1e-30], [0.000123456789, 0.00023], [9.9999999e-5], [5e-38, nan],
        [1e15], [1.25e-3, 1.24], [0.125000005, 1], [0.5, 0.123456785, 0.123456775],
        [2488.78125], [396793.94, -222446.625], [141975.625, nan],
    ):
        add(np.array(values, dtype))
    for value in (999999, 1e6, 1234567, 9999999, 1e15, 9.999e15, 1e16, 1.5e20, 123456.789, 1e-30, 3.4e38, 16777217.0, 1134937.25):
        add(np.array(value, dtype))
    for low, high in ((-2, 2), (-1, 0), (0, 3), (-5, -2), (4, 9), (-12, 12)):
        for shape in ((7,), (3, 4), (2, 2, 3)):
            size = 10.0 ** rng.uniform(low, high, shape) * rng.choice([-1, 1], shape)
            add(np.where(rng.random(shape) < 0.05, rng.choice([nan, inf, -inf]), size).astype(dtype))
add(np.array([1e-300, 1e300, 1.0]))
add(np.array([1e100, nan, -1e-5]))
add(np.array([5e-324, 1.7976931348623157e308]))
add(np.array(1e300))
add(np.array([True, False]))
add(np.array([[True], [True]]))
add(np.array(True))
for dtype in (np.int8, np.int16, np.int32, np.int64, np.uint8, np.uint16, np.uint32, np.uint64):
    info = np.iinfo(dtype)
    add(np.array([info.min, info.max, 0, 7], dtype))
    add(np.array(info.min, dtype))
    add(rng.integers(0, 100, (2, 3), dtype))
add(np.zeros((0,)))
add(np.zeros((3, 0, 2), np.int32))
add(np.ones((1, 1, 1, 1)))
add(rng.standard_normal((30,)))
add(rng.integers(-1000, 1000, (40,)))
add(rng.standard_normal((3, 17)))
add(rng.random((2, 2, 2, 3)) < 0.5)
for dtype in ("f8", "f4", "i8", "u1"):
    ramp(dtype, (1000,), 0, 1 if dtype != "u1" else 0)
    ramp(dtype, (1001,), 0, 1 if dtype != "u1" else 0)
ramp("f8", (100, 100), 0.5, 0.25)
ramp("f8", (5, 300), -3.0, 0.125)
ramp("i4", (300, 5), 0, 3)
ramp("f8", (12, 3, 50), 0, 1)
ramp("i2", (7, 8, 9, 10), 0, 1)
ramp("f4", (2000,), 1, 1000)
ramp("f8", (2, 1000, 2, 2), 1, 1e6)
ramp("i8", (4, 1, 700), -100, 1)
ramp("i8", (1, 40, 40), -100, 123456789)
ramp("f8", (2000,), 0.1, 0.1)
for dtype in (np.complex64, np.complex128):
    for value in (0, 1 + 2j, 1e7 - 1j, 2j, -2j, complex(-0.0, 1), complex(0, nan), complex(inf, -inf), 1e16 + 1e-5j, 0.1 - 0.25j):
        add(np.array(value, dtype))
    for values in (
        [], [1 + 2j], [1 + 2j, -3.5 - 0.25j], [complex(nan, inf), 1 - 1j], [complex(1, -inf), 1e-7], [1e9 - 2.5j, 1e-9 + 1j],
        [complex(0.0, -0.0), complex(nan, nan)], [1 / 3 + 2j / 3, 100], [complex(-inf, 1e20), 7j],
    ):
        add(np.array(values, dtype))
    size = 10.0 ** rng.uniform(-2, 3, (5, 4, 2)) * rng.choice([-1, 1], (5, 4, 2))
    add((size[..., 0] + 1j * size[..., 1]).astype(dtype))

keep({GOLDEN / "print.txt": "".join(cases)}, f"NumPy {np.__version__}")
