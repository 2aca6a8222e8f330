//! Threads, and asking them to stop.

use super::error::Error;
use super::fpenv::FpEnv;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

/// How often the calling thread looks whether it should stop.
pub(super) const POLL: Duration = Duration::from_millis(25);

/// Asks whether the run should stop; called on the calling thread only.
pub type Poll<'a> = &'a dyn Fn() -> bool;

/// The threads that runs use, started by the first run that is worth them.
#[derive(Debug)]
pub struct Threads {
    count: AtomicUsize,
    pool: RwLock<Option<Arc<Started>>>,
}

/// Threads, and the process that started them.
#[derive(Debug)]
struct Started {
    process: u32,
    count: usize,
    /// `None` if they could not be started.
    pool: Option<rayon::ThreadPool>,
}

impl Threads {
    /// A pool of `count` threads; for one, the caller's thread does all.
    pub fn new(count: usize) -> Threads {
        Threads { count: AtomicUsize::new(count.max(1)), pool: RwLock::new(None) }
    }

    /// The number of threads.
    pub fn count(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Changes the number of threads for runs that begin from now on.
    pub fn set_count(&self, count: usize) {
        self.count.store(count.max(1), Ordering::Relaxed);
    }

    /// The pool, of at least as many threads as are asked for. `None` if threads cannot be started, and in a process
    /// forked off the one that started them, where they are not: then the caller's thread does all.
    fn pool(&self) -> Option<Arc<Started>> {
        let count = self.count();
        // Only tried, here and below: a fork may leave the lock held for ever in the child.
        let started = self.pool.try_read().ok().and_then(|pool| pool.clone());
        let started = match started.filter(|started| started.count >= count) {
            Some(started) => started,
            None => {
                let mut pool = self.pool.try_write().ok()?;
                let there = pool.take().filter(|started| started.count >= count);
                pool.insert(there.unwrap_or_else(|| Arc::new(Started::new(count)))).clone()
            }
        };
        (started.process == std::process::id()).then_some(started)
    }
}

impl Started {
    fn new(count: usize) -> Started {
        let named = rayon::ThreadPoolBuilder::new().thread_name(|i| format!("numfuse-{i}"));
        Started { process: std::process::id(), count, pool: named.num_threads(count).build().ok() }
    }
}

/// How a run is to be driven.
#[derive(Clone, Copy)]
pub struct Control<'a> {
    /// The threads to use; `None` for the calling thread alone.
    pub threads: Option<&'a Threads>,
    /// The most of them to use.
    pub limit: usize,
    /// Whether to stop.
    pub poll: Option<Poll<'a>>,
}

impl Control<'_> {
    /// The calling thread alone, not to be stopped.
    pub fn serial() -> Control<'static> {
        Control { threads: None, limit: 1, poll: None }
    }

    /// The most threads that a pass may use. A run inside some rayon pool stays on its thread.
    pub fn most_threads(&self) -> usize {
        match self.threads {
            Some(threads) if rayon::current_thread_index().is_none() => threads.count().min(self.limit),
            Some(_) | None => 1,
        }
    }

    /// Runs `work` on every task in `0..tasks`, on up to `threads` threads, each with a state of its
    /// own from `start`.
    ///
    /// # Errors
    /// The first error of a worker, [`Error::Cancelled`], or a worker's panic.
    pub fn for_each<S>(
        &self,
        tasks: usize,
        threads: usize,
        start: impl Fn() -> Result<S, Error> + Sync,
        work: impl Fn(&mut S, usize) -> Result<(), Error> + Sync,
    ) -> Result<(), Error> {
        let threads = threads.min(tasks);
        let pool = if threads > 1 { self.threads.and_then(Threads::pool) } else { None };
        match pool.as_ref().and_then(|started| started.pool.as_ref()) {
            Some(pool) => self.parallel(pool, tasks, threads, &start, &work),
            None => self.serially(tasks, &start, &work),
        }
    }

    fn serially<S>(
        &self,
        tasks: usize,
        start: &impl Fn() -> Result<S, Error>,
        work: &impl Fn(&mut S, usize) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let _env = FpEnv::enter();
        let mut looked = self.poll.map(|_| Instant::now());
        let mut state = start()?;
        for task in 0..tasks {
            if let (Some(poll), Some(last)) = (self.poll, looked.as_mut())
                && last.elapsed() >= POLL
            {
                *last = Instant::now();
                if poll() {
                    return Err(Error::Cancelled);
                }
            }
            work(&mut state, task)?;
        }
        Ok(())
    }

    fn parallel<S>(
        &self,
        pool: &rayon::ThreadPool,
        tasks: usize,
        threads: usize,
        start: &(impl Fn() -> Result<S, Error> + Sync),
        work: &(impl Fn(&mut S, usize) -> Result<(), Error> + Sync),
    ) -> Result<(), Error> {
        let shared = Shared::new(threads);
        pool.in_place_scope(|scope| {
            for _ in 0..threads {
                scope.spawn(|_| shared.worker(tasks, start, work));
            }
            shared.wait(self.poll);
        });
        shared.into_result()
    }
}

impl std::fmt::Debug for Control<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Control")
            .field("threads", &self.threads)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// What the workers of one run share.
struct Shared {
    next: AtomicUsize,
    stop: AtomicBool,
    error: Mutex<Option<Error>>,
    running: Mutex<usize>,
    done: Condvar,
}

impl Shared {
    fn new(threads: usize) -> Shared {
        Shared {
            next: AtomicUsize::new(0),
            stop: AtomicBool::new(false),
            error: Mutex::new(None),
            running: Mutex::new(threads),
            done: Condvar::new(),
        }
    }

    fn worker<S>(
        &self,
        tasks: usize,
        start: &(impl Fn() -> Result<S, Error> + Sync),
        work: &(impl Fn(&mut S, usize) -> Result<(), Error> + Sync),
    ) {
        let run = || {
            let _env = FpEnv::enter();
            let mut state = start()?;
            loop {
                let task = self.next.fetch_add(1, Ordering::Relaxed);
                if task >= tasks || self.stop.load(Ordering::Relaxed) {
                    return Ok(());
                }
                work(&mut state, task)?;
            }
        };
        let result = catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|payload| Err(panicked(&*payload)));
        if let Err(error) = result {
            self.fail(error);
        }
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) -= 1;
        self.done.notify_one();
    }

    /// The first error is the run's.
    fn fail(&self, error: Error) {
        self.stop.store(true, Ordering::Relaxed);
        self.error.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
    }

    /// Waits on the calling thread until every worker is done, looking now and then whether to stop.
    fn wait(&self, poll: Option<Poll<'_>>) {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        while *running > 0 {
            let waited = self.done.wait_timeout(running, POLL).unwrap_or_else(PoisonError::into_inner);
            running = waited.0;
            if let Some(poll) = poll.filter(|_| waited.1.timed_out()) {
                // Whoever is asked may take long, and may use these threads himself: workers must be able to end.
                drop(running);
                if poll() {
                    self.fail(Error::Cancelled);
                }
                running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
            }
        }
    }

    fn into_result(self) -> Result<(), Error> {
        self.error.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
    }
}

/// What a panic said.
pub(crate) fn panicked(payload: &(dyn std::any::Any + Send)) -> Error {
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    let message = text.or_else(|| payload.downcast_ref::<String>().cloned());
    Error::Panic { message: message.unwrap_or_else(|| "a worker panicked".to_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As a signal handler of Python may.
    #[test]
    fn who_is_asked_whether_to_stop_may_use_the_threads() {
        let threads = Threads::new(2);
        let (asked, nested) = (AtomicBool::new(false), AtomicUsize::new(0));
        let poll = || {
            if !asked.swap(true, Ordering::SeqCst) {
                let control = Control { threads: Some(&threads), limit: 2, poll: None };
                let count = |(): &mut (), _| {
                    nested.fetch_add(1, Ordering::SeqCst);
                    Ok(())
                };
                assert_eq!(control.for_each(50, 2, || Ok(()), count), Ok(()));
            }
            false
        };
        let control = Control { threads: Some(&threads), limit: 2, poll: Some(&poll) };
        let until_asked = |(): &mut (), _| {
            while !asked.load(Ordering::SeqCst) {
                std::thread::yield_now();
            }
            Ok(())
        };
        assert_eq!(control.for_each(2, 2, || Ok(()), until_asked), Ok(()));
        assert_eq!(nested.into_inner(), 50);
    }

    #[test]
    fn a_panic_in_a_worker_is_an_error_and_the_pool_goes_on() {
        let threads = Threads::new(3);
        let control = Control { threads: Some(&threads), limit: 3, poll: None };
        for round in 0..20 {
            let failed = control.for_each(
                50,
                3,
                || Ok(()),
                |(), task| {
                    assert!(task != round, "injected");
                    Ok(())
                },
            );
            assert!(matches!(failed, Err(Error::Panic { .. })), "{failed:?}");
        }
        let count = AtomicUsize::new(0);
        let count_one = |(): &mut (), _| {
            count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        };
        assert_eq!(control.for_each(1000, 3, || Ok(()), count_one), Ok(()));
        assert_eq!(count.into_inner(), 1000);
    }

    #[test]
    fn the_number_of_threads_changes_between_runs() {
        let threads = Threads::new(1);
        for count in [3, 1, 4, 2] {
            threads.set_count(count);
            let control = Control { threads: Some(&threads), limit: threads.count(), poll: None };
            assert_eq!(control.most_threads(), count);
            let started = Mutex::new(0);
            let start = || {
                *started.lock().unwrap() += 1;
                Ok(())
            };
            assert_eq!(control.for_each(100, count, start, |(), _| Ok(())), Ok(()));
            assert_eq!(*started.lock().unwrap(), count);
        }
        threads.set_count(0);
        assert_eq!(threads.count(), 1);
    }

    #[test]
    fn a_cancelled_run_stops() {
        let threads = Threads::new(2);
        for limit in [1, 2] {
            let control = Control { threads: Some(&threads), limit, poll: Some(&|| true) };
            let slow = |(): &mut (), _| {
                std::thread::sleep(Duration::from_millis(1));
                Ok(())
            };
            assert_eq!(control.for_each(100_000, limit, || Ok(()), slow), Err(Error::Cancelled));
        }
    }
}
