"""Compiled formulas: calls, identity, threads."""

import copy
import pickle
import threading

import numpy as np
import pytest

import numfuse

A, B = np.array([1.0, 2.0, 3.0]), np.array([0.5, 0.25, 0.125])


def test_inputs_by_position_and_by_name():
    f = numfuse.compile("2*b + a**2")
    assert f.names == ("a", "b") and f.expr == "2*b + a**2"
    expected = 2 * B + A**2
    for result in [f(A, B), f(A, b=B), f(b=B, a=A)]:
        np.testing.assert_array_equal(result, expected)
    out = np.empty(3)
    assert f(A, B, out=out) is out
    np.testing.assert_array_equal(out, expected)
    single = np.empty(3, "f4")
    np.testing.assert_array_equal(f(A, B, out=single), expected.astype("f4"))


def test_the_order_of_names_may_be_given():
    f = numfuse.compile("a - b", names=("b", "a"))
    assert f.names == ("b", "a")
    assert f(1.0, 5.0) == 4.0
    assert numfuse.compile("r * pi").names == ("r",)
    assert numfuse.compile("r * pi", names=["pi", "r"])(10.0, 2.0) == 20.0


@pytest.mark.parametrize(
    "call",
    [
        lambda f: f(A),
        lambda f: f(A, B, A),
        lambda f: f(A, c=B),
        lambda f: f(A, B, b=B),
        lambda f: f(A, B, c=A),
        lambda f: f(a=A),
        lambda f: f(),
    ],
)
def test_a_call_that_does_not_fit_is_a_type_error(call):
    with pytest.raises(TypeError):
        call(numfuse.compile("a + b"))


def test_new_types_and_shapes_are_compiled_as_they_come():
    f = numfuse.compile("a * b")
    for dtype in ["f4", "f8", "i2", "c16", "f4", "f8"]:
        for shape in [(3,), (1,), (2, 3), ()]:
            a = np.ones(shape, dtype)
            assert f(a, a).dtype == dtype and f(a, a).shape == shape


def test_pickles_copies_and_hashes():
    f = numfuse.compile("a / b", names=["b", "a"], dtype="f4", casting="unsafe")
    for again in [pickle.loads(pickle.dumps(f)), copy.deepcopy(f), copy.copy(f)]:
        assert again == f and hash(again) == hash(f) and again.names == f.names
        assert again(2.0, 3.0).dtype == np.float32
    assert f != numfuse.compile("a / b") and f != "a / b"
    assert len({f, numfuse.compile("a / b"), numfuse.compile("a / b")}) == 2
    assert repr(numfuse.compile("a/b")) == "numfuse.compile('a/b', ('a', 'b'))"


def test_threads_share_one_compiled_formula():
    f = numfuse.compile("2*a + b")
    calls, wrong = 100_000 // 16, []

    def work(seed):
        rng = np.random.default_rng(seed)
        for call in range(calls):
            a = rng.random(8 if call % 50 else 9000)
            if not (f(a, seed) == 2 * a + seed).all():
                wrong.append((seed, call))

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_other_threads_run_during_a_large_call():
    a = np.ones(4_000_000)
    ticks, done = [], threading.Event()

    def tick():
        while not done.wait(0.001):
            ticks.append(None)

    thread = threading.Thread(target=tick)
    thread.start()
    for _ in range(10):
        numfuse.evaluate("sum(sin(a)**2 + cos(a)**2 + exp(-a))")
    done.set()
    thread.join()
    assert len(ticks) > 10


def test_a_formula_may_be_called_from_its_own_signal_handler():
    import signal

    f, seen = numfuse.compile("sum(sin(a))"), []
    a = np.ones(30_000_000)
    signal.signal(signal.SIGALRM, lambda *_: seen.append(float(f(np.zeros(5)))))
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    total = f(a)
    assert seen == [0.0] and abs(total - 30_000_000 * np.sin(1.0)) < 1.0


def test_the_number_of_threads_changes_no_bit():
    a = np.random.default_rng(1).random(1_000_000)
    before = numfuse.get_num_threads()
    results = []
    for count in [1, 2, 5]:
        numfuse.set_num_threads(count)
        assert numfuse.get_num_threads() == count
        results.append(numfuse.evaluate("sum(sin(a) * a)"))
    assert numfuse.set_num_threads(before) == 5
    assert len(set(results)) == 1
    for count in [0, 1025, 10**9]:
        with pytest.raises(ValueError, match="from 1 to 1024"):
            numfuse.set_num_threads(count)


def test_a_signal_handler_may_use_the_threads_of_the_call_that_it_interrupts():
    import signal

    x, y, seen = np.arange(3_000_000.0), np.arange(40_000_000.0), []
    signal.signal(signal.SIGALRM, lambda *_: seen.append(numfuse.evaluate("x + 1", {"x": x})[-1]))
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    while not seen:
        total = numfuse.evaluate("sum(sin(y)**1.1 > 2)")
    assert seen == [3_000_000.0] and total == 0
