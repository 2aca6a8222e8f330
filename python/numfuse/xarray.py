"""Formulas over arrays of xarray, whose dimensions are matched by name.

>>> import numpy as np, xarray as xr, numfuse.xarray
>>> ds = xr.Dataset({"nir": ("x", [0.5, 0.75]), "red": ("x", [0.25, 0.25])}, coords={"x": [10, 20]})
>>> ds.numfuse.eval("ndvi = (nir - red) / (nir + red)").ndvi.values
array([0.33333333, 0.5       ])
>>> nir, red = ds.nir, ds.red
>>> numfuse.evaluate("nir > 2*red").coords["x"].values
array([10, 20])

Importing this module gives datasets the accessor `numfuse`. A formula's arrays are broadcast by the names of their
dimensions, whose coordinates must be equal; the result has them, and the attributes of the first array. It is lazy where
the arrays are Dask's. A reduction takes all dimensions, or keeps them (`keepdims=True`).
"""

import xarray

import numfuse
from numfuse import _core
from numfuse.errors import FormulaTypeError, FormulaValueError

__all__ = ["Accessor", "evaluate"]


def evaluate(expr, names, casting="same_kind", dtype=None):
    """Evaluates a formula of whose names some stand for arrays of xarray."""
    labelled = {
        name: value for name, value in names.items() if isinstance(value, (xarray.DataArray, xarray.Variable))
    }
    if wrong := [name for name, value in names.items() if isinstance(value, xarray.Dataset)]:
        raise FormulaTypeError(f"`{wrong[0]}` is a dataset; a formula takes its variables", "unusable-input")
    arrays = [
        value if isinstance(value, xarray.DataArray) else xarray.DataArray(value) for value in labelled.values()
    ]
    try:
        broadcast = xarray.broadcast(*xarray.align(*arrays, join="exact", copy=False))
    except ValueError as error:
        raise FormulaValueError(f"the arrays do not align: {error}", "not-aligned") from error
    template = broadcast[0]
    values = {**names, **{name: array.data for name, array in zip(labelled, broadcast)}}
    results = numfuse.evaluate(expr, values, {}, casting=casting, dtype=dtype)
    if isinstance(results, tuple):
        return type(results)._make([_labelled(result, template) for result in results])
    return _labelled(results, template)


def _labelled(result, template):
    """The result with the dimensions, coordinates and attributes of the arrays that it was computed from."""
    if result.shape == template.shape:
        return template.copy(data=result)
    if result.ndim == 0:
        return xarray.DataArray(result, attrs=template.attrs)
    if result.ndim == template.ndim:
        kept = {name: c for name, c in template.coords.items() if set(c.dims) <= _unreduced(result, template)}
        return xarray.DataArray(result, kept, template.dims, attrs=template.attrs)
    raise FormulaTypeError(
        "a reduction of some dimensions loses their names: reduce all, or keep them with `keepdims=True`",
        "lost-dimensions",
    )


def _unreduced(result, template):
    sizes = zip(template.dims, template.shape, result.shape)
    return {dim for dim, before, after in sizes if before == after}


@xarray.register_dataset_accessor("numfuse")
class Accessor:
    """`ds.numfuse`: formulas over the variables of a dataset."""

    def __init__(self, dataset):
        self._dataset = dataset

    def eval(self, expr, **values):
        """Evaluates a formula whose names are variables and coordinates, or are given by name.

        Results that the formula names are added to a copy of the dataset; one without a name is an array.
        """
        names = {name: self._dataset[name] for name in _core.free_names(expr) if name in self._dataset}
        results = numfuse.evaluate(expr, {**names, **values}, {})
        assigned = [name for name, _ in _core.results(expr) if name is not None]
        if not assigned:
            return results
        return self._dataset.assign(dict(zip(assigned, results if isinstance(results, tuple) else (results,))))
