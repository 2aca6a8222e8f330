#!/usr/bin/env python3
"""The whole language in random typed programs against NumPy, mpmath and exact sums, each node from its own operands.

    differential.py                        20,000 programs from seed 0
    differential.py --programs 1000000 --release
                                           the campaign
    differential.py --seed 42 --programs 1 one program again
    differential.py --features             what is covered, and what numfuse does not evaluate yet
    differential.py --show 7               the programs of seven seeds, without running them

The table of operators, with NumPy's word for each and what its values promise, is tests/numpy/operators.py; what must
not be missing is in tests/numpy/features.py. Needs NumPy and mpmath on x86-64, and cargo for the server unless
--server names it.

NumPy's bits depend on the instruction sets that it dispatches to, so it runs with all of them disabled.
"""

import argparse
import multiprocessing
import os
import pathlib
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/numpy"))
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__  # noqa: E402

DISABLE = "NPY_DISABLE_CPU_FEATURES"
PROGRAMS = 20_000
CHUNK = 512
MOST_FINDINGS = 3
EVERY = 30


def without_dispatch():
    """Runs this script again with every dispatched feature disabled, if one is enabled."""
    found = [feature for feature in __cpu_dispatch__ if __cpu_features__[feature]]
    if found and DISABLE not in os.environ:
        os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, DISABLE: " ".join(found)})
    if found:
        sys.exit(f"NumPy still dispatches to {' '.join(found)}")


def built_server(release):
    """The server, built as the tests are, or for campaigns in release."""
    profile = ["--release"] if release else []
    subprocess.run(["cargo", "build", "--quiet", "--example", "numpy_server", *profile], cwd=ROOT, check=True)
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    return str(target / ("release" if release else "debug") / "examples/numpy_server")


WORKER = {}


def start_worker(path):
    import client
    import features
    import program

    WORKER["server"] = client.Server(path)
    rows, kinds, _ = features.found(WORKER["server"])
    WORKER["generator"] = program.Generator(rows, kinds)


def work(seeds):
    import campaign

    return campaign.run(WORKER["server"], WORKER["generator"], seeds, MOST_FINDINGS)


def show_features(path):
    import client
    import features
    import operators

    _, _, missing = features.found(client.Server(path))
    for name in [*features.KINDS, *operators.ROWS]:
        row = operators.ROWS.get(name)
        required = "required" if name in features.REQUIRED_KINDS + features.REQUIRED_ROWS else ""
        print(f"{name:22} {row.cls if row else 'kind':5} {required:9} {missing.get(name, 'yes')}")


def report(seeds, path):
    """Shows a small reproduction of each."""
    import campaign
    import client
    import shrink

    start_worker(path)
    server, generator = WORKER["server"], WORKER["generator"]
    for seed in seeds:
        try:
            finding = campaign.judge_seed(server, generator, seed)
            text = shrink.report(shrink.shrink(server, finding)) if finding else f"seed {seed}: not again"
        except client.Ended as ended:
            program = generator.program(seed)
            text = "\n".join([f"seed {seed}: {ended}", program.statements(), *map(repr, program.inputs)])
        print(text, end="\n\n", flush=True)


def run(path, first, count):
    """Runs the programs on all cores; the findings."""
    import campaign

    tally, findings, begun = campaign.Tally(), [], time.monotonic()
    chunks = [range(k, min(k + CHUNK, first + count)) for k in range(first, first + count, CHUNK)]
    said = begun
    with multiprocessing.Pool(len(os.sched_getaffinity(0)), start_worker, [path]) as pool:
        for done, found in pool.imap_unordered(work, chunks):
            tally.merge(done)
            findings += found
            if time.monotonic() - said > EVERY:
                said = time.monotonic()
                print(f"{tally.programs} programs, {len(findings)} findings, {said - begun:.0f} s", flush=True)
            if len(findings) >= 4 * MOST_FINDINGS:
                pool.terminate()
                break
    seconds = time.monotonic() - begun
    print(
        f"{tally.programs} programs of {tally.nodes} nodes from seed {first}, {tally.refusals} of them refused by "
        f"both: {len(findings)} mismatches; {seconds:.0f} s"
    )
    return findings


def main():
    without_dispatch()
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--programs", type=int, default=PROGRAMS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--features", action="store_true")
    parser.add_argument("--show", type=int)
    parser.add_argument("--available", action="store_true", help="run with what there is, whatever is required")
    parser.add_argument("--release", action="store_true", help="build the server in release")
    parser.add_argument("--server", help="the server to run, already built")
    options = parser.parse_args()
    path = options.server or built_server(options.release)
    if options.features:
        return show_features(path)
    import client
    import features
    import planted
    import program

    rows, kinds, missing = features.found(client.Server(path))
    absent = features.missing_required(missing)
    if absent and not options.available:
        sys.exit("numfuse does not evaluate: " + ", ".join(f"{name} ({missing[name]})" for name in absent))
    if options.show:
        generator = program.Generator(rows, kinds)
        for seed in range(options.seed, options.seed + options.show):
            made = generator.program(seed)
            print(made.statements(), *made.inputs, sep="\n  ")
        return None
    counts = planted.found_by_class(client.Server(path), program.Generator(rows, kinds))
    said = ", ".join(f"{cls} {found} of {all_}" for cls, (all_, found) in sorted(counts.items()))
    print(f"planted errors found: {said}", flush=True)
    if unseen := planted.unseen(counts):
        sys.exit(f"too many errors of class {', '.join(unseen)} are not found")
    findings = run(path, options.seed, options.programs)
    report(findings[: 2 * MOST_FINDINGS], path)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
