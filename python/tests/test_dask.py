"""Lazy formulas over arrays of Dask: chunks, dtypes and values, and that nothing is computed early."""

import contextlib
import os
import pickle
import signal
import time

import dask
import dask.array as da
import numpy as np
import pytest

import numfuse

RNG = np.random.default_rng(3)
A, B = RNG.random((13, 8)) - 0.5, RNG.random(8)
I = RNG.integers(-9, 9, (13, 8)).astype("i2")
CHUNKED = {
    "a": da.from_array(A, (5, 3)),
    "b": da.from_array(B, 4),
    "i": da.from_array(I, (4, 8)),
    "k": 3,
    "s": np.float32(2),
}
PLAIN = {"a": A, "b": B, "i": I, "k": 3, "s": np.float32(2)}


def never(*_args, **_kwargs):
    raise AssertionError("computed early")


def lazily(expr, values=CHUNKED, **options):
    with dask.config.set(scheduler=never):
        return numfuse.evaluate(expr, values, **options)


@pytest.mark.parametrize(
    "expr",
    ["2*a + b", "a*i - k", "i * s + k", "where(a > b, sin(a), pi)", "c = a + 1; c*b", "float32(a) * b", "i ** 2"],
)
def test_elementwise(expr):
    lazy, plain = lazily(expr), numfuse.evaluate(expr, PLAIN)
    assert isinstance(lazy, da.Array)
    assert lazy.dtype == plain.dtype and lazy.shape == plain.shape and lazy._meta.dtype == plain.dtype
    np.testing.assert_array_equal(lazy.compute(), plain)
    assert numfuse.evaluate("2*a + b", CHUNKED).chunks == (2 * CHUNKED["a"] + CHUNKED["b"]).chunks


@pytest.mark.parametrize(
    "function", ["sum", "prod", "min", "max", "any", "all", "mean", "var", "std", "count_nonzero", "nansum"]
)
@pytest.mark.parametrize("axis", ["None", "0", "-1", "(0, 1)"])
@pytest.mark.parametrize("keepdims", [True, False])
@pytest.mark.parametrize("operand", ["a*b + k", "i"])
def test_reductions(function, axis, keepdims, operand):
    expr = f"{function}({operand}, axis={axis}, keepdims={keepdims})"
    lazy, plain = lazily(expr), numfuse.evaluate(expr, PLAIN)
    assert lazy.dtype == plain.dtype and lazy.shape == plain.shape
    result = lazy.compute()
    assert result.dtype == plain.dtype and np.shape(result) == plain.shape
    np.testing.assert_allclose(result, plain, rtol=1e-13)


@pytest.mark.parametrize(
    "expr",
    [
        "(a - mean(a)) / std(a)",
        "sum((a - mean(a, axis=0))**2, axis=1)",
        "d = a - min(a); sum(d) / max(d)",
        "m = mean(a)\nv = mean((a - m)**2)\nsqrt(v) + k",
        "exp(a) / sum(exp(a), axis=-1, keepdims=True)",
        "max(max(a, axis=0) - min(a, axis=0))",
    ],
)
def test_reductions_anywhere(expr):
    np.testing.assert_allclose(lazily(expr).compute(), numfuse.evaluate(expr, PLAIN), rtol=1e-12)


def test_several_results():
    results = lazily("m = mean(a); c = a - m")
    assert results._fields == ("m", "c") and all(isinstance(result, da.Array) for result in results)
    m, c = dask.compute(*results)
    np.testing.assert_allclose(m, A.mean())
    np.testing.assert_allclose(c, A - A.mean(), rtol=1e-12, atol=1e-15)


def test_names_of_the_frame_and_compiled_formulas():
    a, b = CHUNKED["a"], CHUNKED["b"]
    np.testing.assert_array_equal(numfuse.evaluate("a + b").compute(), A + B)
    f = numfuse.compile("a * x")
    np.testing.assert_array_equal(f(a, x=2).compute(), A * 2)
    np.testing.assert_array_equal(f(a, 2.0).compute(), A * 2)
    assert numfuse.evaluate("a + 1", dtype="f4").dtype == np.float32


def test_dtypes_of_means():
    single = da.from_array(A.astype("f4"), (5, 3))
    for function in ["mean", "var", "std"]:
        lazy, plain = (
            lazily(f"{function}(a)", {"a": single}),
            numfuse.evaluate(f"{function}(a)", {"a": A.astype("f4")}),
        )
        assert lazy.dtype == lazy.compute().dtype == np.float32
        np.testing.assert_allclose(lazy.compute(), plain, rtol=1e-6)


def test_tasks_hold_text_and_are_the_same_again():
    lazy, again = lazily("2*a + b"), lazily("2*a + b")
    assert lazy.name == again.name and lazy.name != lazily("3*a + b").name
    assert len(pickle.dumps(lazy.dask.layers[lazy.name])) < 4096
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(lazy)).compute(scheduler="sync"), 2 * A + B)


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        ("a[1:]", "a view or a selection is not computed over chunks"),
        ("a.T", "a view is not computed over chunks"),
        ("cumsum(a, axis=0)", "`cumsum` is not computed over chunks"),
        ("a + random(8)", "`random` is not computed over chunks"),
        ("argmin(a)", "`argmin` is not computed over chunks"),
        ("sum(a, where=a > 0)", "`where` of `sum` is not computed over chunks"),
        ("sum(a, axis=k)", "is written in the formula"),
        ("sum(a, axis=7)", "out of range"),
        ("a + missing", "unknown name `missing`"),
        ("a +", "unexpected"),
    ],
)
def test_what_is_not_computed_over_chunks_is_refused(expr, text):
    with pytest.raises(numfuse.FormulaError, match=None) as caught:
        lazily(expr)
    assert text in str(caught.value) or text == "unexpected"


def test_chunks_of_unknown_sizes_are_refused():
    a = CHUNKED["a"]
    unknown = a[a > 0]
    with pytest.raises(ValueError, match="unknown sizes"):
        numfuse.evaluate("unknown + 1")
    with pytest.raises(TypeError, match="`out`"):
        numfuse.evaluate("a + 1", out=np.empty(A.shape))


@contextlib.contextmanager
def two_workers():
    """A client of two processes with a thread each, which compute what is lazy."""
    from dask.distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        yield client


def test_workers_in_other_processes():
    a = da.random.default_rng(0).random((4000, 500), chunks=(500, 500))
    lazy = numfuse.evaluate("sum((a - mean(a))**2 * sin(a), axis=0)")
    with dask.config.set(scheduler="synchronous"):
        expected = lazy.compute()
    with two_workers():
        np.testing.assert_array_equal(lazy.compute(), expected)


def test_a_worker_that_is_killed_changes_nothing():
    a = da.random.default_rng(1).random((20_000, 1000), chunks=(500, 500))
    lazy = numfuse.evaluate("sum(sin(a - mean(a))**2, axis=1)")
    with dask.config.set(scheduler="synchronous"):
        expected = lazy.compute()
    with two_workers() as client:
        workers = client.run(os.getpid)
        future = client.compute(lazy)
        time.sleep(0.3)
        os.kill(next(iter(workers.values())), signal.SIGKILL)
        np.testing.assert_array_equal(future.result(timeout=60), expected)
