"""Stands for the package `numexpr` in its own tests and in pandas': importing it puts numfuse in its place."""

import numfuse.numexpr

numfuse.numexpr.install()
