"""The version of NumExpr whose interface and meaning this package has."""

import platform

__all__ = ["platform_machine", "version"]

version = "2.14.2"
platform_machine = platform.machine()
