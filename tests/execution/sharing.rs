//! Many callers, callers that give up, and processes that fork.

use numfuse::array::View;
use numfuse::{Error, Expr, Session, arrays, exec};
use std::cell::Cell;
use std::time::{Duration, Instant};

/// Some 10^12 products, of no memory to speak of.
const ENDLESS: [&str; 2] = ["sum(a * b)", "max(sum(exp(a - b), axis=0))"];

/// How long after `poll` said stop the call returned.
fn time_to_cancel(session: &Session, formula: &str) -> Duration {
    let column = ndarray::Array2::<f64>::ones((1 << 20, 1));
    let row = ndarray::Array1::<f64>::ones(1 << 20);
    let asked: Cell<Option<Instant>> = Cell::new(None);
    let poll = || {
        asked.set(Some(Instant::now()));
        true
    };
    let result = session.eval_with(formula, &arrays! { a: &column, b: &row }, Some(&poll));
    let code = result.as_ref().map_err(Error::code).err();
    assert!(matches!(result, Err(Error::Run(exec::Error::Cancelled))), "{formula}: {code:?}");
    asked.get().expect("it was asked").elapsed()
}

#[test]
fn a_cancelled_call_returns_soon_and_leaves_the_session_well() {
    for threads in [1, 2] {
        let session = Session::builder().threads(threads).build();
        for formula in ENDLESS {
            // The machine may be busy: one of three must be in time.
            let soonest = (0..3).map(|_| time_to_cancel(&session, formula)).min().expect("three");
            assert!(soonest < Duration::from_millis(200), "{formula} on {threads}: {soonest:?}");
            let a = vec![1.0; 100_000];
            let sum = session.eval("sum(2 * a)", &arrays! { a }).expect("a sum");
            assert_eq!(sum.scalar::<f64>(), Ok(200_000.0));
        }
    }
}

/// A poll that does not say stop is only asked.
#[test]
fn a_call_that_goes_on_is_asked_now_and_then() {
    let session = Session::builder().threads(2).build();
    let asked = Cell::new(0);
    let poll = || {
        asked.set(asked.get() + 1);
        false
    };
    let one = [1f64];
    let ones = View::from(&one).broadcast_to(&[1 << 27]).expect("one element, repeated");
    let sum = session.eval_with("sum(exp(a - a))", &arrays! { a: &ones }, Some(&poll)).expect("a sum");
    assert_eq!(sum.scalar::<f64>(), Ok(f64::from(1 << 27)));
    assert!(asked.get() > 1, "asked {} times", asked.get());
}

/// Forks, and gives the child's exit status; it is killed after a while.
fn in_child(run: impl FnOnce() -> bool) -> i32 {
    // SAFETY: the child evaluates, which must work after a fork, and leaves without running exit handlers.
    let child = unsafe { libc::fork() };
    if child == 0 {
        // SAFETY: sets a timer whose signal ends the child.
        unsafe { libc::alarm(30) };
        let well = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or(false);
        // SAFETY: leaves at once.
        unsafe { libc::_exit(i32::from(!well)) };
    }
    assert!(child > 0);
    let mut status = 0;
    // SAFETY: waits for the child just made.
    assert_eq!(unsafe { libc::waitpid(child, &mut status, 0) }, child);
    status
}

#[test]
fn a_forked_child_evaluates() {
    let a = vec![0.5; 1_000_000];
    let evaluate = || {
        let sum = numfuse::eval("sum(a * 2 + sqrt(a) * 0)", &arrays! { a });
        sum.is_ok_and(|s| s.scalar::<f64>() == Ok(1e6))
    };
    assert!(evaluate(), "the parent's threads are started");
    for round in 0..20 {
        assert_eq!(in_child(evaluate), 0, "round {round}");
        assert!(evaluate(), "the parent goes on");
    }
}

/// Other threads may be anywhere in the library when a process forks.
#[test]
fn a_fork_amid_calls_of_other_threads_is_well() {
    let stop = std::sync::atomic::AtomicBool::new(false);
    let ordering = std::sync::atomic::Ordering::Relaxed;
    let call = || {
        let a = [1.0, 2.0];
        numfuse::eval("a + 1", &arrays! { a }).is_ok_and(|r| r.to_vec::<f64>() == Ok(vec![2.0, 3.0]))
    };
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !stop.load(ordering) {
                    assert!(call());
                }
            });
        }
        let statuses: Vec<i32> = (0..100).map(|_| in_child(call)).collect();
        stop.store(true, ordering);
        assert!(statuses.iter().all(|&s| s == 0), "{statuses:?}");
    });
}

#[test]
fn one_expression_and_one_session_serve_many_threads() {
    let expr = Expr::compile("a * 2 + b", &["a", "b"]).expect("a formula");
    let session = Session::builder().threads(3).build();
    std::thread::scope(|scope| {
        for worker in 0..8usize {
            let (expr, session) = (&expr, &session);
            scope.spawn(move || {
                for round in 0..100usize {
                    let n = [3, 1000, 60_000][(worker + round) % 3];
                    let (a, b) = (vec![worker as f64; n], vec![round as f64; n]);
                    let due = (2 * worker + round) as f64;
                    // Dtypes alternate, so that the expression is compiled anew under others' feet.
                    if round % 2 == 0 {
                        let r = expr.call(&[(&a).into(), (&b).into()]).expect("a result");
                        assert!(r.as_slice::<f64>().expect("f64").iter().all(|&x| x == due));
                    } else {
                        let whole: Vec<i32> = vec![worker as i32; n];
                        let r = expr.call(&[(&whole).into(), (round as i32).into()]).expect("a result");
                        assert!(r.as_slice::<i32>().expect("i32").iter().all(|&x| x == due as i32));
                    }
                    let sum = session.eval("sum(a - b)", &arrays! { a, b }).expect("a sum");
                    assert_eq!(sum.scalar::<f64>(), Ok((worker as f64 - round as f64) * n as f64));
                }
            });
        }
    });
}

/// Inside a foreign pool a call stays on its thread, and none waits for another.
#[test]
fn calls_inside_a_rayon_pool_are_well() {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(2).build().expect("a pool");
    let a = vec![1.0; 300_000];
    let sums = std::sync::Mutex::new(Vec::new());
    pool.scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|_| {
                let sum = numfuse::eval("sum(a + 1)", &arrays! { a }).expect("a sum").scalar::<f64>();
                sums.lock().expect("no panic").push(sum);
            });
        }
    });
    assert_eq!(sums.into_inner().expect("no panic"), vec![Ok(600_000.0); 8]);
}
