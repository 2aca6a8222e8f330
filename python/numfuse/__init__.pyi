from collections.abc import Mapping, Sequence
from typing import IO, Any, Literal, Optional

import numpy as np
import numpy.typing as npt

from numfuse.errors import (
    FormulaError as FormulaError,
    FormulaMemoryError as FormulaMemoryError,
    FormulaNameError as FormulaNameError,
    FormulaSyntaxError as FormulaSyntaxError,
    FormulaTypeError as FormulaTypeError,
    FormulaValueError as FormulaValueError,
)

__version__: str

_Casting = Literal["no", "equiv", "safe", "same_kind", "unsafe"]
_Order = Literal["C", "F", "A", "K"]
_Stage = Literal["tokens", "ast", "ir", "opt", "kernel", "clif", "asm"]

class Expr:
    @property
    def expr(self) -> str: ...
    @property
    def names(self) -> tuple[str, ...]: ...
    def __call__(self, *args: npt.ArrayLike, **kwargs: Any) -> Any: ...

def compile(
    expr: str,
    names: Optional[Sequence[str]] = None,
    *,
    casting: Optional[_Casting] = None,
    dtype: Optional[npt.DTypeLike] = None,
) -> Expr: ...
def evaluate(
    expr: str,
    local_dict: Optional[Mapping[str, Any]] = None,
    global_dict: Optional[Mapping[str, Any]] = None,
    out: Optional[np.ndarray[Any, Any]] = None,
    order: _Order = "K",
    casting: _Casting = "same_kind",
    dtype: Optional[npt.DTypeLike] = None,
) -> Any: ...
def explain(
    expr: str,
    stage: _Stage = "kernel",
    local_dict: Optional[Mapping[str, Any]] = None,
    global_dict: Optional[Mapping[str, Any]] = None,
) -> str: ...
def get_num_threads() -> int: ...
def set_num_threads(count: int) -> int: ...
def show_versions(file: Optional[IO[str]] = None) -> None: ...
