"""Random inputs: values at which operators differ, in every layout."""

import struct

import numpy as np
from client import WORD, counted, dtype_name

UNITS = ["Y", "M", "D", "h", "s", "ms", "us", "ns"]
SIZES = [0, 1, 1, 2, 2, 3, 3, 4, 5, 7, 8, 9, 16, 17]
LONG_SIZES = [31, 64, 100, 300, 1023, 1025, 2049, 5000]
SPECIAL = [0.0, -0.0, 1.0, -1.0, np.nan, np.inf, -np.inf, 0.5, -0.5, 1.5, 2.5, -2.5, 0.1, 3.0, 100.0]
NUMERIC = {
    "b": ["?"], "i": ["i1", "i2", "i4", "i8"], "u": ["u1", "u2", "u4", "u8"],
    "f": ["f4", "f8", "f8"], "e": ["f2"], "c": ["c8", "c16"],
}  # fmt: skip


def random_dtype(rng, kind):
    """A dtype of a kind: one of b i u f e (half) c S U M m."""
    if kind in "SU":
        return np.dtype(f"{kind}{rng.randrange(1, 7)}")
    if kind in "mM":
        return np.dtype(f"{kind}8[{rng.choice(UNITS)}]")
    return np.dtype(rng.choice(NUMERIC[kind]))


def floats(dtype, n, bits):
    """Everyday numbers, the edges of the dtype, any bits, and numbers of every magnitude."""
    info = np.finfo(dtype)
    edges = np.array(
        SPECIAL
        + [info.max, -info.max, info.tiny, -info.tiny, info.smallest_subnormal, -info.smallest_subnormal]
        + [1 + info.eps, 1 - info.epsneg, info.max / 2, 2.0 ** (info.nmant + 1)],
        dtype,
    )
    raw = bits.integers(0, 1 << 64, n, dtype=np.uint64, endpoint=False)
    style = (raw & np.uint64(7)).astype(np.intp)
    small = ((raw >> np.uint64(8)) % np.uint64(41)).astype(dtype) / dtype.type(4) - dtype.type(5)
    any_bits = (raw >> np.uint64(64 - 8 * dtype.itemsize)).astype(f"u{dtype.itemsize}").view(dtype)
    edge = edges[(raw >> np.uint64(16)) % np.uint64(len(edges))]
    unit = bits.random(n)
    uniform = (unit * 10 - 5).astype(dtype)
    reach = min(info.maxexp - 1, 60)
    scaled = np.ldexp(unit + 0.5, ((raw >> np.uint64(24)) % np.uint64(2 * reach)).astype(int) - reach)
    scaled = np.where(raw & np.uint64(128), -scaled, scaled).astype(dtype)
    return np.choose(style, [small, small, edge, any_bits, uniform, uniform, scaled, scaled])


def integers(dtype, n, bits):
    info = np.iinfo(dtype)
    raw = bits.integers(0, 1 << 64, n, dtype=np.uint64, endpoint=False)
    style = (raw & np.uint64(3)).astype(np.intp)
    small = ((raw >> np.uint64(8)) % np.uint64(21)).astype("i8") - 10
    width = dtype.itemsize * 8
    near = np.array([info.min, info.min + 1, info.max, info.max - 1, width, width - 1, 0, 1], dtype)
    edge = near[(raw >> np.uint64(16)) % np.uint64(len(near))]
    power = np.uint64(1) << ((raw >> np.uint64(24)) % np.uint64(width))
    pick = [small.astype(dtype), edge, raw.astype(dtype), power.astype(dtype)]
    return np.choose(style, pick)


def texts(dtype, n, bits):
    letters = np.array(list("aabB\0z "), "U1") if dtype.kind == "S" else np.array(list("aabB\0zé漢"), "U1")
    length = dtype.itemsize // (4 if dtype.kind == "U" else 1)
    picked = letters[bits.integers(0, len(letters), (n, length))]
    lines = np.array(["".join(row) for row in picked], f"U{length}")
    return np.char.encode(lines, "ascii").astype(dtype) if dtype.kind == "S" else lines


def elements(dtype, n, bits):
    """`n` random elements of a dtype in native order."""
    kind = dtype.kind
    if kind == "b":
        return bits.integers(0, 2, n, dtype=np.uint8).view(bool)
    if kind in "iu":
        return integers(dtype, n, bits)
    if kind == "f":
        return floats(dtype, n, bits)
    if kind == "c":
        part = np.dtype(f"f{dtype.itemsize // 2}")
        return floats(part, 2 * n, bits).view(dtype)
    if kind in "SU":
        return texts(dtype, n, bits)
    # Within what nanoseconds reach: NumPy's conversions to them wrap.
    reach = {"Y": 200, "M": 2400, "D": 80_000}.get(np.datetime_data(dtype)[0], 100_000)
    counts = bits.integers(-reach, reach, n)
    counts[bits.random(n) < 0.1] = np.iinfo("i8").min  # NaT
    return counts.view(dtype)


class ArrayInput:
    """An array somewhere in memory: what numfuse is given, and the same for NumPy."""

    def __init__(self, name, dtype, shape, strides, offset, memory, swapped=False, writable=False):
        self.name, self.dtype, self.shape = name, dtype, tuple(shape)
        self.strides, self.offset, self.memory = tuple(strides), offset, memory
        self.swapped, self.writable = swapped, writable
        stored = dtype.newbyteorder("S") if swapped else dtype
        there = np.dtype("u1") if dtype.kind == "b" else stored
        view = np.ndarray(self.shape, there, memory, offset, self.strides)
        # Foreign bools may be any byte.
        self.value = np.asarray(view != 0 if dtype.kind == "b" else view.astype(dtype))

    @classmethod
    def dense(cls, name, value, writable=False):
        value = np.ascontiguousarray(value).reshape(np.shape(value))
        return cls(name, value.dtype, value.shape, value.strides, 0, bytearray(value.tobytes()), writable=writable)

    @property
    def is_dense(self):
        return self.strides == self.value.strides and not self.swapped and not self.offset

    def packed(self):
        rank = len(self.shape)
        head = counted(self.name.encode()) + (b"w" if self.writable else b"a")
        head += counted(dtype_name(self.dtype).encode()) + bytes([self.swapped, rank])
        return head + struct.pack(f"<{rank}Q{rank}qQ", *self.shape, *self.strides, self.offset) + counted(self.memory)

    def __repr__(self):
        layout = "" if self.strides == self.value.strides else f" at byte strides {self.strides}"
        swapped = ", the other byte order" if self.swapped else ""
        return f"{literal(self.value)}{layout}{swapped}"


class WeakInput:
    """A plain number, of no dtype yet."""

    shape = ()

    def __init__(self, name, value):
        self.name, self.value = name, value

    def packed(self):
        head = counted(self.name.encode())
        if isinstance(self.value, float):
            return head + b"f" + struct.pack("<d", self.value)
        return head + (b"i" + struct.pack("<q", self.value) if self.value < 1 << 63 else b"u" + WORD.pack(self.value))

    def __repr__(self):
        return f"the plain number {self.value!r}"


def literal(value):
    """An array as Python text from which it can be made again, floats in hexadecimal."""
    value = np.asarray(value)
    if value.size > 64:
        return f"{value.dtype} {value.shape}: bytes {value.tobytes()[:256].hex()}…"

    def one(x):
        if value.dtype.kind == "f":
            return f"float.fromhex({float(x).hex()!r})"
        if value.dtype.kind == "c":
            return f"complex({one_float(x.real)}, {one_float(x.imag)})"
        return repr(x.item() if value.dtype.kind in "biuSU" else str(x))

    def one_float(x):
        return f"float.fromhex({float(x).hex()!r})"

    items = ", ".join(one(x) for x in value.ravel())
    return f"np.array([{items}], {dtype_name(value.dtype)!r}).reshape({value.shape})"


def random_space(rng):
    """The sizes that the inputs of a program broadcast to."""
    rank = rng.choices([0, 1, 2, 3, 4], [1, 5, 5, 2, 1])[0]
    space = [rng.choice(SIZES) for _ in range(rank)]
    if rank == 1 and rng.random() < 0.2 or rank == 2 and rng.random() < 0.05:
        space[0] = rng.choice(LONG_SIZES)
    while np.prod(space, dtype=int) > 6000:
        space[rng.randrange(rank)] = rng.randrange(1, 4)
    return space


def random_array(rng, bits, name, dtype, space):
    """An array that broadcasts to the space, in memory order of any axes, strided, reversed, swapped, unaligned."""
    skip = rng.randrange(len(space) + 1) if rng.random() < 0.25 else 0
    shape = [1 if rng.random() < 0.15 else n for n in space[skip:]]
    if rng.random() < 0.5:
        values = elements(dtype, int(np.prod(shape, dtype=int)), bits).reshape(shape)
        return ArrayInput.dense(name, values)
    order = list(range(len(shape)))
    if rng.random() < 0.4:
        rng.shuffle(order)
    step, offset, strides = dtype.itemsize, 0, [0] * len(shape)
    for axis in reversed(order):
        gap = rng.randrange(1, 4) if rng.random() < 0.3 else 1
        reach = step * gap * max(shape[axis] - 1, 0)
        strides[axis] = step * gap
        if rng.random() < 0.25:
            strides[axis] = -strides[axis]
            offset += reach
        elif rng.random() < 0.05:
            strides[axis] = 0
        step = reach + step * gap
    shift = rng.randrange(9) if rng.random() < 0.4 else 0
    swapped = dtype.kind in "iufcmMU" and dtype.itemsize > 1 and rng.random() < 0.2
    stored = elements(dtype, step // dtype.itemsize + 2, bits)
    stored = stored.astype(dtype.newbyteorder("S")) if swapped else stored
    memory = bytearray(shift) + bytearray(stored.tobytes())
    if dtype.kind == "b" and rng.random() < 0.2:
        memory = bytearray(byte * rng.randrange(1, 256) for byte in memory)
    return ArrayInput(name, dtype, shape, strides, offset + shift, memory, swapped)


def random_weak(rng, name):
    if rng.random() < 0.5:
        return WeakInput(name, rng.choice([0, 1, 2, 3, -1, 7, 100, -20, 200, 1000, 1 << 40, (1 << 63) - 1]))
    return WeakInput(name, rng.choice([0.5, -0.0, 3.25, 1e300, float("nan"), 2.0, -1e-3]))
