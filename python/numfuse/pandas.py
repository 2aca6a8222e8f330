"""numfuse as an engine of pandas: `df.eval("a + b", engine="numfuse")`.

>>> import pandas as pd, numfuse.pandas
>>> numfuse.pandas.register()
>>> df = pd.DataFrame({"price": [1.5, 2.5], "count": [2, 4]})
>>> df.eval("price * count", engine="numfuse")
0     3.0
1    10.0
dtype: float64
>>> df.query("price > 2", engine="numfuse")
   price  count
1    2.5      4

Formulas are evaluated by NumPy's rules, as by `engine="python"`. For `engine="numexpr"`, which pandas takes where nothing
is said, `numfuse.numexpr.install` puts numfuse in NumExpr's place.
"""

__all__ = ["register"]

NAME = "numfuse"


def register():
    """Adds the engine `numfuse` to those that `pandas.eval`, `DataFrame.eval` and `DataFrame.query` know."""
    from pandas.core.computation import engines

    engines.ENGINES[NAME] = _engine(engines)


def _engine(engines):
    """The class that pandas makes an engine of, which its own modules have to be imported for."""
    from numfuse import evaluate

    class NumfuseEngine(engines.AbstractEngine):
        has_neg_frac = True

        def _evaluate(self):
            # The scope holds whatever the caller has; only the names of the formula are looked at.
            return evaluate(self.convert(), self.expr.env.full_scope, {})

    return NumfuseEngine
