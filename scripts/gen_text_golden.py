#!/usr/bin/env python3
"""Writes tests/golden/text.txt: NumPy's results of operators on bytes and text.

    gen_text_golden.py           writes the file
    gen_text_golden.py --check   compares it with what NumPy computes here

A line `input NAME DTYPE HEX` is an array of one axis, little-endian; a line `FORMULA | DTYPE HEX` a result;
a line `== HEX DTYPE SHAPE` an array whose `str` is on the lines up to the next. Needs NumPy 2.
"""


import numpy as np
from golden import GOLDEN, keep

N = 29
source = np.random.PCG64(11)


def random(dtype, alphabet):
    width = np.dtype(dtype).itemsize // (4 if np.dtype(dtype).kind == "U" else 1)
    words = []
    for _ in range(N):
        length = int(source.random_raw()) % (width + 1)
        words.append("".join(alphabet[int(source.random_raw() >> 7) % len(alphabet)] for _ in range(length)))
    if np.dtype(dtype).kind == "S":
        words = [w.encode("latin-1") for w in words]
    return np.array(words, dtype)


BYTES, TEXT = "aabbAZ z\0 \t\x1c\xe9\xff", "aabbAZ z\0 \t\x1cé\xa0ßŉſΣσΑǆ😀\u2028İ\U00010428"
inputs = {
    "s": random("S7", BYTES), "t": random("S3", "ab \0"), "w": random("S16", BYTES), "x": random("S40", "ab"),
    "u": random("U6", TEXT), "v": random("U2", "ab ΣA\0"), "y": random("U8", "abAB"), "z": random("U21", TEXT),
    "c": (np.arange(N) % 3 == 0), "p": random("S5", "abc "), "q": random("U5", "abc "),
}
cases = []


def case(formula, result):
    result = np.asarray(result)
    dtype = result.dtype
    name = {"b": "bool", "i": f"i{8 * dtype.itemsize}"}.get(dtype.kind)
    name = name or f"{dtype.kind}{dtype.itemsize // (4 if dtype.kind == 'U' else 1)}"
    cases.append(f"{formula} | {name} {result.astype(dtype.newbyteorder('<')).tobytes().hex()}")


def literal(value):
    return ascii(value)


st = np.strings
COMPARE = {"==": np.equal, "!=": np.not_equal, "<": np.less, "<=": np.less_equal, ">": np.greater, ">=": np.greater_equal}
PAIRS = [("s", "t"), ("t", "s"), ("w", "s"), ("x", "t"), ("u", "v"), ("v", "u"), ("y", "v"), ("z", "u")]
for a, b in PAIRS + [(k, k) for k in "stuv"]:
    for symbol, function in COMPARE.items():
        case(f"{a} {symbol} {b}", function(inputs[a], inputs[b]))
    for name in ("startswith", "endswith", "find"):
        case(f"{name}({a}, {b})", getattr(st, name)(inputs[a], inputs[b]))
    case(f"contains({a}, {b})", st.find(inputs[a], inputs[b]) >= 0)
    case(f"{a} + {b}", st.add(inputs[a], inputs[b]))
    case(f"where(c, {a}, {b})", np.where(inputs["c"], inputs[a], inputs[b]))
    for name in ("strip", "lstrip", "rstrip"):
        case(f"{name}({a}, {b})", getattr(st, name)(inputs[a], inputs[b]))
for a in "stwxuvyz":
    needles = ["a", "ab", "", "a\0b", "aab", " ", "b" * 9, "aabba" * 4, "abab" * 4 + "a"] + [str(w) for w in inputs["v"][:6]]
    if inputs[a].dtype.kind == "S":
        needles = [n.encode("latin-1", "ignore") for n in needles]
    needles += [inputs[a][3].item(), inputs[a][int(np.argmax(st.str_len(inputs[a])))].item()]
    for needle in dict.fromkeys(needles):
        text = literal(needle)
        for symbol, function in COMPARE.items():
            case(f"{a} {symbol} {text}", function(inputs[a], needle))
        case(f"{text} == {a}", inputs[a] == needle)
        case(f"contains({a}, {text})", st.find(inputs[a], needle) >= 0)
        case(f"find({text}, {a})", st.find(needle, inputs[a]))
        for name in ("startswith", "endswith", "find", "strip"):
            case(f"{name}({a}, {text})", getattr(st, name)(inputs[a], needle))
        case(f"{a} + {text}", st.add(inputs[a], needle))
        case(f"{text} if c else {a}", np.where(inputs["c"], np.array(needle), inputs[a]))
    for name in ("upper", "lower", "strip", "lstrip", "rstrip", "str_len"):
        case(f"{name}({a})", getattr(st, name)(inputs[a]))
    case(f"bool({a})", inputs[a].astype(bool))
    case(f"{a} and c", np.logical_and(inputs[a], inputs["c"]))
    case(f"count_nonzero({a})", np.count_nonzero(inputs[a]))
    case(f"any({a})", np.any(inputs[a]))
    kind = inputs[a].dtype.kind
    for width in (1, 2, 5, 30):
        case(f"{kind}{width}({a})", inputs[a].astype(f"{kind}{width}"))
case("isin(t, (b'a', b'ab', b''))", np.isin(inputs["t"], [b"a", b"ab", b""]))
case("v not in ('a', 'ab')", ~np.isin(inputs["v"], ["a", "ab"]))
for width in (1, 4, 9):
    case(f"U{width}(p)", inputs["p"].astype(f"U{width}"))
    case(f"S{width}(q)", inputs["q"].astype(f"S{width}"))
case("''", np.array(""))
case("b'abc'", np.array(b"abc"))
case("'é\\U0001f600'", np.array("é😀"))

printed = []
for array in [
    np.array(["a", "b'c", 'd"e', "'\"", "\\", "\n\t\r\x01é€\u200b😀\U000e0001\x7f\xa0\xad\u0301"]),
    np.array([b"a", b"'", b"\xff\n\\"]), np.array("abc"), np.array("é\n"), np.array(["x" * 30] * 5),
    np.array([""]), np.array([], "U3"), np.array([["a", "bb"], ["c", "d"]]), np.array(["a\0b"]),
    np.array(["é" * 20] * 5), np.array([b"word%d" % i for i in range(1001)]), np.array([["ab"] * 40] * 3),
]:
    kind, width = array.dtype.kind, array.dtype.itemsize // (4 if array.dtype.kind == "U" else 1)
    data = array.astype(array.dtype.newbyteorder("<")).tobytes().hex() or "-"
    printed.append(f"== {kind}{width} {'x'.join(map(str, array.shape)) or '-'} {data}\n{array!s}")


def lines():
    for name, array in inputs.items():
        kind = array.dtype.kind
        dtype = "bool" if kind == "b" else f"{kind}{array.dtype.itemsize // (4 if kind == 'U' else 1)}"
        yield f"input {name} {dtype} {array.astype(array.dtype.newbyteorder('<')).tobytes().hex()}"
    yield from cases
    yield from printed


text = "\n".join(lines()) + "\n"
keep({GOLDEN / "text.txt": text}, f"NumPy {np.__version__}")
