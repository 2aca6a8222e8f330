"""Values, dtypes and layouts against NumPy; where names come from; where results go."""

import datetime
import sys

import numpy as np
import pytest

import numfuse

DTYPES = [
    "?", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "c8", "c16",
]  # fmt: skip
LAYOUTS = {
    "dense": lambda a: a.copy(),
    "strided": lambda a: np.repeat(a, 2)[::2],
    "reversed": lambda a: a[::-1].copy()[::-1],
    "swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "unaligned": lambda a: unaligned(a),
    "columns": lambda a: np.asfortranarray(a.reshape(4, -1)),
    "transposed": lambda a: a.reshape(4, -1).T.copy().T,
    "read-only": lambda a: read_only(a),
    "broadcast": lambda a: np.broadcast_to(a[:1], a.shape),
}


def unaligned(a):
    memory = np.zeros(a.nbytes + 1, "u1")
    view = memory[1:].view(a.dtype)
    view[:] = a
    return view


def read_only(a):
    a = a.copy()
    a.flags.writeable = False
    return a


def sample(dtype, count=24):
    numbers = np.random.default_rng(5).integers(0, 2 if dtype == "?" else 100, count)
    return numbers.astype(dtype)


def same(ours, theirs):
    """Both are of one dtype and shape and have one value, NaN being equal to itself."""
    assert type(ours) is type(theirs)
    assert ours.dtype == theirs.dtype and ours.shape == theirs.shape
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_dtype_in_every_layout(dtype, layout):
    a, b = LAYOUTS[layout](sample(dtype)), LAYOUTS[layout](sample(dtype)[::-1])
    same(numfuse.evaluate("a + b"), np.asarray(a + b))
    same(numfuse.evaluate("a == b"), np.asarray(a == b))
    same(numfuse.evaluate("where(a != b, a, b)"), np.where(a != b, a, b))


@pytest.mark.parametrize("left", DTYPES)
@pytest.mark.parametrize("right", DTYPES)
def test_dtypes_meet_as_in_numpy(left, right):
    a, b = sample(left), sample(right)
    same(numfuse.evaluate("a * b"), a * b)


@pytest.mark.parametrize("number", [3, 3.5, True, 2 + 1j, np.float32(3), np.int8(3), np.float64(0.1), np.uint64(3)])
@pytest.mark.parametrize("dtype", ["i1", "u8", "f2", "f4", "f8", "c8"])
def test_plain_numbers_are_weak_and_numpys_are_strong(dtype, number):
    a = sample(dtype)
    same(numfuse.evaluate("a + number"), a + number)


@pytest.mark.parametrize(
    ("expr", "expected"),
    [
        ("s + 'x'", lambda s, b, d, t: np.char.add(s, "x").astype("U4")),
        ("s == 'né'", lambda s, b, d, t: s == "né"),
        ("b == b'ab'", lambda s, b, d, t: b == b"ab"),
        ("upper(b)", lambda s, b, d, t: np.char.upper(b)),
        ("d - t", lambda s, b, d, t: d - t),
        ("d > '2024-01-02'", lambda s, b, d, t: d > np.datetime64("2024-01-02")),
        ("t * 2", lambda s, b, d, t: t * 2),
    ],
)
@pytest.mark.parametrize("swap", [False, True])
def test_text_bytes_and_dates(expr, expected, swap):
    s = np.array(["né", "abc", ""])
    b = np.array([b"ab", b"c", b""])
    d = np.array(["2024-01-01", "2024-01-03", "NaT"], "M8[D]")
    t = np.array([1, 2, 3], "m8[h]")
    if swap:
        s, d, t = (a.astype(a.dtype.newbyteorder()) for a in (s, d, t))
    same(numfuse.evaluate(expr), expected(s, b, d, t))


def test_scalars_of_text_and_dates():
    s, d = np.array(["a", "b"]), np.array(["2024-01-01"], "M8[s]")
    word, moment = "b", np.datetime64("2023-12-31")
    same(numfuse.evaluate("s == word"), s == word)
    same(numfuse.evaluate("d - moment"), d - moment)


def test_no_axes_give_scalars_as_numpy_does():
    a = np.array(3.0)
    x = np.float32(2)
    assert type(numfuse.evaluate("a * 2")) is np.float64
    assert type(numfuse.evaluate("x * 2")) is np.float32
    assert type(numfuse.evaluate("sum(a)")) is np.float64
    assert type(numfuse.evaluate("1 + 2")) is np.int64
    assert isinstance(numfuse.evaluate("'a' + 'b'"), np.str_)
    assert numfuse.evaluate("'a' + 'b'") == "ab"


@pytest.mark.parametrize("shape", [(0,), (0, 3), (3, 0, 2), (1,), (1, 1, 1)])
def test_empty_and_single(shape):
    a = np.ones(shape)
    same(numfuse.evaluate("2*a + 1"), 2 * a + 1)
    same(numfuse.evaluate("sum(a)"), np.sum(a))


def test_lists_tuples_and_buffers_are_arrays():
    a, b, c = [1, 2, 3], (0.5, 1.5, 2.5), memoryview(bytes([1, 2, 3]))
    same(numfuse.evaluate("a + b"), np.add(a, b))
    same(numfuse.evaluate("a * c"), np.multiply(a, np.asarray(c)))


def test_results_are_the_librarys_memory_and_live_on():
    a = np.arange(100_000.0)
    r = numfuse.evaluate("a + 1")
    assert r.flags.writeable and r.flags.c_contiguous and r.flags.aligned
    assert type(r.base).__name__ == "Memory"
    view = r[::2]
    del r
    f = numfuse.compile("a + 2")
    kept = [f(a) for _ in range(8)]
    np.testing.assert_array_equal(view, np.arange(100_000.0)[::2] + 1)
    assert len({k.ctypes.data for k in kept}) == 8


def test_many_calls_take_no_memory():
    def resident():
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * 4096

    small, large, words = np.ones(16), np.ones((400, 1000)), np.array(["a", "bc"])
    f = numfuse.compile("2*a + b")

    def calls(count):
        for call in range(count):
            f(small, 1.0), f(b=small, a=np.float32(2)), numfuse.evaluate("small.T"), numfuse.evaluate("sum(small)")
            numfuse.evaluate("words + '!'", {"words": words}), numfuse.evaluate("a, a + 1", {"a": small})
            numfuse.evaluate("small > 0", order="F")
            if call % 100 == 0:
                f(large, large)

    calls(2_000)
    before = resident()
    calls(20_000)
    assert resident() - before < 2 << 20


def test_several_results_are_a_named_tuple():
    import pickle

    a = np.array([1.0, 2.0, 6.0])
    results = numfuse.evaluate("m = mean(a); d = a - m; _hidden = 2*a; s = sum(d**2)")
    assert results._fields == ("m", "d", "s")
    assert results.m == 3.0 and results.s == 14.0
    np.testing.assert_array_equal(results.d, [-2.0, -1.0, 3.0])
    again = pickle.loads(pickle.dumps(results))
    assert again._fields == results._fields and again.m == 3.0
    assert numfuse.evaluate("a, a + 1")._fields == ("_0", "_1")
    assert type(numfuse.evaluate("b = a + 1")) is np.ndarray


GLOBAL = np.array([10.0])


def test_names_come_from_the_frame_then_the_globals():
    a = np.array([1.0])
    assert numfuse.evaluate("a + GLOBAL") == [11.0]
    assert (lambda b: numfuse.evaluate("b * GLOBAL"))(a * 3) == [30.0]

    class Body:
        c = np.array([4.0])
        r = numfuse.evaluate("c + GLOBAL")
        still_there = c

    assert Body.r == [14.0] and Body.still_there == [4.0]
    assert numfuse.evaluate("a + GLOBAL", {"a": np.array([2.0])}) == [12.0]
    assert numfuse.evaluate("a + GLOBAL", {"a": a}, {"GLOBAL": np.array([0.5])}) == [1.5]
    space = {"numfuse": numfuse, "a": a}
    exec("r = numfuse.evaluate('a + 1')", space, space)
    assert space["r"] == [2.0] and "a" in space


def test_mappings_other_than_dicts():
    from collections import ChainMap, UserDict

    a = np.array([1.0])
    assert numfuse.evaluate("a + b", UserDict(a=a), ChainMap({"b": a})) == [2.0]


def test_the_frame_keeps_nothing_alive():
    a = np.ones(1000)
    before = sys.getrefcount(a)
    numfuse.evaluate("a + 1")
    assert sys.getrefcount(a) == before


def test_constants_unless_the_scope_has_arrays_of_their_names():
    from numpy import float32  # noqa: F401  (in scope, and still a dtype in the formula)

    a = np.array([1.0])
    assert numfuse.evaluate("a * pi") == [np.pi]
    assert numfuse.evaluate("sum(a, dtype=float32)").dtype == np.float32
    e = np.array([5.0])
    assert numfuse.evaluate("a * e") == [5.0]
    assert numfuse.evaluate("a * e * pi") == [5.0 * np.pi]
    e = ValueError("a caught exception")
    assert numfuse.evaluate("a * e") == [np.e]


def test_out_is_written_and_given_back():
    a = np.arange(6.0)
    out = np.empty(6)
    assert numfuse.evaluate("a * 2", out=out) is out
    np.testing.assert_array_equal(out, a * 2)
    assert numfuse.evaluate("a * 2", out=a) is a
    np.testing.assert_array_equal(a, out)
    single = np.empty(6, "f4")
    numfuse.evaluate("a / 3", out=single)
    np.testing.assert_array_equal(single, (a / 3).astype("f4"))
    strided = np.zeros((6, 2))
    numfuse.evaluate("a + 1", out=strided[:, 1])
    np.testing.assert_array_equal(strided, np.stack([np.zeros(6), a + 1], 1))
    wide = np.empty((2, 6))
    numfuse.evaluate("a + 1", out=wide)
    np.testing.assert_array_equal(wide, np.broadcast_to(a + 1, (2, 6)))
    shifted = np.arange(6.0)
    source, target = shifted[:-1], shifted[1:]
    numfuse.evaluate("source * 1", out=target)
    np.testing.assert_array_equal(shifted, [0, 0, 1, 2, 3, 4])
    swapped = np.empty(6, ">f8")
    numfuse.evaluate("a + 1", out=swapped)
    np.testing.assert_array_equal(swapped, a + 1)


def test_out_that_does_not_fit():
    a = np.arange(6.0)
    with pytest.raises(TypeError, match="cannot be cast|cast"):
        numfuse.evaluate("a * 2", out=np.empty(6, "i8"))
    with pytest.raises(ValueError):
        numfuse.evaluate("a * 2", out=np.empty(5))
    with pytest.raises(ValueError, match="read-only"):
        numfuse.evaluate("a * 2", out=read_only(np.empty(6)))
    with pytest.raises(TypeError):
        numfuse.evaluate("a * 2", out=[0.0] * 6)
    numfuse.evaluate("a * 2", out=(out := np.empty(6, "i8")), casting="unsafe")
    np.testing.assert_array_equal(out, a.astype("i8") * 2)


def test_dtype_casting_and_order():
    a = np.arange(12.0).reshape(3, 4)
    assert numfuse.evaluate("a * 2", dtype="f4").dtype == np.float32
    assert numfuse.evaluate("a * 2", dtype=np.int16, casting="unsafe").dtype == np.int16
    with pytest.raises(TypeError):
        numfuse.evaluate("a * 2", dtype="i8")
    columns = numfuse.evaluate("a * 2", order="F")
    assert columns.flags.f_contiguous
    np.testing.assert_array_equal(columns, a * 2)
    with pytest.raises(ValueError, match="order"):
        numfuse.evaluate("a", order="Z")
    with pytest.raises(ValueError, match="casting"):
        numfuse.evaluate("a", casting="any")


def test_subclasses_give_plain_arrays():
    class Sub(np.ndarray):
        pass

    a = np.arange(3.0).view(Sub)
    assert type(numfuse.evaluate("a + 1")) is np.ndarray
    b = np.ma.array([1.0, 2.0, 3.0])
    assert type(numfuse.evaluate("b + 1")) is np.ndarray


@pytest.mark.parametrize(
    ("a", "kind", "match"),
    [
        (np.array([1, None]), TypeError, "Python objects"),
        ([[1, 2], [3]], ValueError, "no array"),
        (np.ma.array([1.0, 2.0], mask=[True, False]), TypeError, "masked"),
        (np.zeros(2, "f8,i4"), TypeError, "dtype"),
        (np.zeros(2, "longdouble"), TypeError, "precision"),
        (np.zeros(2, "M8[10s]"), TypeError, "multiple"),
        (None, TypeError, "Python objects"),
        (len, TypeError, "Python objects"),
        ({"x": 1}, TypeError, "Python objects"),
        (datetime.date(2024, 1, 1), TypeError, "Python objects"),
        (10**30, ValueError, "64 bits"),
    ],
)
def test_what_is_no_array_is_refused_by_name(a, kind, match):
    with pytest.raises(kind, match=match) as caught:
        numfuse.evaluate("a + 1")
    assert "`a`" in str(caught.value)


def test_integers_up_to_64_bits():
    a = np.array([1], "u8")
    big = 2**64 - 1
    same(numfuse.evaluate("big - a"), big - a)


def test_generators_and_statements():
    assert numfuse.evaluate("sum(arange(1_000_001))") == 500_000_500_000
    a = np.arange(10.0)
    np.testing.assert_array_equal(numfuse.evaluate("""
        inner = a[1:-1]
        inner[inner > 4]
    """.strip()), [5, 6, 7, 8])  # fmt: skip
