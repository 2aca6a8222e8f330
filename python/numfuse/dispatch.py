"""Which package's rules a formula over arrays of other packages follows."""

__all__ = ["evaluate"]


def evaluate(expr, names, out, casting, dtype):
    """Evaluates a formula of whose names some, or `out`, stand for arrays of xarray or Dask, or read by parts."""
    roots = {type(value).__module__.partition(".")[0] for value in names.values()}
    if not roots & {"xarray", "dask"}:
        from numfuse import chunked

        return chunked.evaluate(expr, names, out, casting, dtype)
    if out is not None:
        raise TypeError("`out` is for arrays in memory or in chunks: lazy and labelled results are new")
    if "xarray" in roots:
        from numfuse import xarray as rules
    else:
        from numfuse import dask as rules
    return rules.evaluate(expr, names, casting=casting, dtype=dtype)
