"""Formulas over Zarr's and HDF5's arrays, chunk by chunk."""

import h5py
import numpy as np
import pytest
import zarr

import numfuse
import numfuse.chunked

RNG = np.random.default_rng(4)
A, B, K = RNG.random((50, 30)), RNG.random(30), RNG.integers(-5, 5, (50, 1)).astype("i4")
EXPRESSIONS = [
    "2*a + b",
    "where(a > b, sin(a), k)",
    "(a - mean(a)) / std(a)",
    "sum(a*b, axis=1)",
    "max(a, axis=0) - min(k)",
    "exp(a) / sum(exp(a), axis=-1, keepdims=True)",
    "var(a - b)",
]


@pytest.fixture(params=["zarr", "hdf5", "hdf5 without chunks"])
def arrays(request, tmp_path):
    if request.param == "zarr":
        return {
            "a": zarr.array(A, chunks=(7, 30)),
            "b": zarr.array(B, chunks=(11,)),
            "k": zarr.array(K, chunks=(50, 1)),
        }
    file = h5py.File(tmp_path / "a.h5", "w")
    chunks = {} if "without" in request.param else {"chunks": True}
    return {name: file.create_dataset(name, data=data, **chunks) for name, data in {"a": A, "b": B, "k": K}.items()}


@pytest.mark.parametrize("expr", EXPRESSIONS)
def test_values_are_those_of_arrays_in_memory(expr, arrays):
    plain = numfuse.evaluate(expr, {"a": A, "b": B, "k": K})
    result = numfuse.evaluate(expr, arrays)
    assert type(result) is type(plain) and result.dtype == plain.dtype and result.shape == plain.shape
    np.testing.assert_allclose(result, plain, rtol=1e-13)


def test_results_are_written_by_chunks(arrays, tmp_path):
    out = zarr.zeros((50, 30), chunks=(8, 16), dtype="f4")
    assert numfuse.evaluate("2*a + b", arrays, out=out) is out
    np.testing.assert_array_equal(out[:], (2 * A + B).astype("f4"))
    with h5py.File(tmp_path / "out.h5", "w") as file:
        target = file.create_dataset("r", (50, 30), "f8", chunks=(10, 30))
        a = A
        assert numfuse.evaluate("a + 1", out=target) is target
        np.testing.assert_array_equal(target[:], A + 1)


def test_only_a_chunk_of_each_is_held():
    class Recorded:
        shape, dtype, chunks = (100, 40), np.dtype("f8"), (10, 40)

        def __init__(self):
            self.read, self.written = [], []

        def __getitem__(self, region):
            block = np.ones(self.shape)[region]
            self.read.append(block.size)
            return block

        def __setitem__(self, region, values):
            self.written.append(values.size)

    source, target, seen = Recorded(), Recorded(), []
    numfuse.chunked.evaluate("a + sum(a)", {"a": source}, out=target, progress=lambda *done: seen.append(done))
    assert set(source.read) == {400} and len(source.read) == 20
    assert target.written == [400] * 10
    assert seen == [(done, 10) for done in range(1, 11)]


def test_what_does_not_fit_is_refused(arrays):
    with pytest.raises(ValueError, match="shape"):
        numfuse.evaluate("2*a", arrays, out=zarr.zeros((50, 31), chunks=(8, 16)))
    with pytest.raises(TypeError, match="cast"):
        numfuse.evaluate("2*a", arrays, out=zarr.zeros((50, 30), chunks=(8, 16), dtype="i4"))
    with pytest.raises(ValueError, match="one result"):
        numfuse.evaluate("x = a; y = b", arrays, out=zarr.zeros((50, 30), chunks=(8, 16)))
    with pytest.raises(numfuse.FormulaError, match="a view or a selection"):
        numfuse.evaluate("a[1:]", arrays)
    with pytest.raises(NameError, match="missing"):
        numfuse.evaluate("a + missing", arrays)


def test_memory_maps_are_arrays_as_others(tmp_path):
    mapped = np.memmap(tmp_path / "a", "f8", "w+", shape=(50, 30))
    mapped[:] = A
    out = np.memmap(tmp_path / "out", "f8", "w+", shape=(50, 30))
    assert numfuse.evaluate("mapped * 2", out=out) is out
    np.testing.assert_array_equal(out, A * 2)
