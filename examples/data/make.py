#!/usr/bin/env python3
"""Makes the .npy files beside this script from the packages named in README.md.

    npm pack vega-datasets@3.2.1
    pip download --no-deps --only-binary :all: --python-version 3.11 statsmodels==0.15.0
    python3 examples/data/make.py vega-datasets-3.2.1.tgz statsmodels-0.15.0-*.whl

Needs NumPy.
"""

import io
import json
import pathlib
import sys
import tarfile
import zipfile

import numpy as np

HERE = pathlib.Path(__file__).parent


def quakes(package):
    """One file a column of the USGS feed, in the order of time; blasts are left out."""
    with tarfile.open(package) as tar:
        feed = json.load(tar.extractfile("package/data/earthquakes.json"))
    events = [f for f in feed["features"] if f["properties"]["type"] == "earthquake"]
    events.sort(key=lambda f: f["properties"]["time"])
    yield "quakes/latitude", [f["geometry"]["coordinates"][1] for f in events], "f8"
    yield "quakes/longitude", [f["geometry"]["coordinates"][0] for f in events], "f8"
    yield "quakes/depth", [f["geometry"]["coordinates"][2] for f in events], "f8"
    yield "quakes/magnitude", [f["properties"]["mag"] for f in events], "f8"
    yield "quakes/time", [f["properties"]["time"] for f in events], "i8"


def sea_temperature(package):
    """A row a year, a column a month."""
    with zipfile.ZipFile(package) as wheel:
        text = wheel.read("statsmodels/datasets/elnino/elnino.csv").decode()
    table = np.genfromtxt(io.StringIO(text), delimiter=",", skip_header=1)
    yield "sea/year", table[:, 0], "i4"
    yield "sea/temperature", table[:, 1:], "f4"


def main(vega_datasets, statsmodels):
    for source, package in ((quakes, vega_datasets), (sea_temperature, statsmodels)):
        for name, values, dtype in source(package):
            path = HERE / f"{name}.npy"
            path.parent.mkdir(exist_ok=True)
            np.save(path, np.asarray(values, dtype))


if __name__ == "__main__":
    main(*sys.argv[1:])
