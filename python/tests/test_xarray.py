"""Formulas over arrays of xarray: dimensions by name, coordinates and attributes kept, lazily where the arrays are."""

import dask.array as da
import numpy as np
import pytest
import xarray as xr

import numfuse
import numfuse.xarray  # noqa: F401  (registers the accessor)

T = xr.DataArray(np.arange(6.0).reshape(2, 3), {"y": [1, 2], "x": [10, 20, 30]}, ("y", "x"), attrs={"units": "K"})
X = xr.DataArray([1.0, 2.0, 3.0], {"x": [10, 20, 30]}, ("x",))


def test_dimensions_are_matched_by_name():
    other = T.transpose("x", "y")
    xr.testing.assert_identical(numfuse.evaluate("T + X"), (T + X).assign_attrs(units="K"))
    xr.testing.assert_allclose(numfuse.evaluate("T * other"), T * other)
    y = xr.DataArray([100.0, 200.0], {"y": [1, 2]}, ("y",))
    xr.testing.assert_allclose(numfuse.evaluate("X * y + 1"), X * y + 1)


def test_reductions_take_all_dimensions_or_keep_them():
    assert numfuse.evaluate("mean(T)").item() == 2.5
    kept = numfuse.evaluate("max(T, axis=1, keepdims=True)")
    assert kept.dims == ("y", "x") and kept.shape == (2, 1) and list(kept.coords) == ["y"]
    np.testing.assert_allclose(numfuse.evaluate("(T - mean(T)) / std(T)"), (T - T.mean()) / T.std())
    with pytest.raises(TypeError, match="keepdims"):
        numfuse.evaluate("sum(T, axis=0)")


def test_coordinates_that_differ_are_refused():
    moved = X.assign_coords(x=[10, 20, 31])
    with pytest.raises(ValueError, match="do not align"):
        numfuse.evaluate("T + moved")
    ds = xr.Dataset({"a": X})
    with pytest.raises(TypeError, match="dataset"):
        numfuse.evaluate("ds + X")


def test_lazy_arrays_stay_lazy():
    lazy = T.chunk({"x": 2})
    result = numfuse.evaluate("2*lazy + X")
    assert isinstance(result.data, da.Array)
    xr.testing.assert_allclose(result.compute(), 2 * T + X)


def test_datasets_have_an_accessor():
    ds = xr.Dataset({"nir": T, "red": X})
    result = ds.numfuse.eval("ndvi = (nir - red) / (nir + red)")
    xr.testing.assert_allclose(result.ndvi, (T - X) / (T + X))
    assert list(ds) == ["nir", "red"] and list(result) == ["nir", "red", "ndvi"]
    xr.testing.assert_allclose(ds.numfuse.eval("nir * k", k=2.0), T * 2)
    both = ds.numfuse.eval("low = min(nir); rest = nir - low")
    assert both.low.item() == 0.0 and both.rest.dims == ("y", "x")
    xr.testing.assert_allclose(ds.numfuse.eval("x * 2"), ds.x * 2)
