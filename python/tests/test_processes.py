"""Children by fork, forkserver and spawn; Ctrl-C."""

import multiprocessing
import os
import signal
import subprocess
import sys
import textwrap
import time

import numpy as np
import pytest

import numfuse

A = np.arange(200_000.0)
SHARED = numfuse.compile("sum(sin(a) + k)")


def child_result(k):
    a = A
    large = numfuse.evaluate("sum(sqrt(a)) + k")
    return float(large), float(SHARED(a, k))


def expected(k):
    return float(np.sum(np.sqrt(A)) + k), float(np.sum(np.sin(A) + k))


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_children_compute(method):
    child_result(0)
    with multiprocessing.get_context(method).Pool(2) as pool:
        for k, result in enumerate(pool.map(child_result, range(4))):
            np.testing.assert_allclose(result, expected(k), rtol=1e-12, atol=1e-9)


def test_two_hundred_forks_beside_busy_threads():
    import threading

    stop = threading.Event()

    def busy():
        while not stop.is_set():
            numfuse.evaluate("sum(A * 2)", {"A": A})

    threads = [threading.Thread(target=busy) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(200):
            child = os.fork()
            if child == 0:
                right = abs(numfuse.evaluate("sum(A)", {"A": A}) - A.sum()) < 1 and SHARED(A[:9], 0.0) < 9
                os._exit(0 if right else 1)
            assert os.waitpid(child, 0)[1] == 0
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def seconds_to_stop():
    """How long a call of hours takes to end after Ctrl-C."""
    program = textwrap.dedent("""
        import signal, time, numfuse
        # A shell that runs the tests in the background has it ignored.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        print("ready", flush=True)
        try:
            numfuse.evaluate("sum(sin(random(100_000_000_000)))")
        except KeyboardInterrupt:
            print(time.monotonic(), flush=True)
        print(numfuse.evaluate("1 + 1"), flush=True)
    """)
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.5)
    sent = time.monotonic()
    child.send_signal(signal.SIGINT)
    stopped = float(child.stdout.readline())
    assert child.stdout.readline() == "2\n"
    assert child.wait() == 0
    return stopped - sent


def test_ctrl_c_ends_a_call():
    # The call would take minutes; how fast it stops is measured in `python/benches`, for a busy machine is late by itself.
    assert seconds_to_stop() < 5
