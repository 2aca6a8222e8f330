//! Memory beyond inputs and outputs: at most 4 MiB a thread, whatever the size.
//!
//! Two measures, for small pieces come from the allocator and large ones from the system: the peak of
//! what the global allocator gave, and the peak of what the process had resident.
#![expect(unsafe_code, reason = "a global allocator that counts")]

use numfuse::{Session, arrays};
use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn count(bytes: usize) {
    let now = NOW.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(now, Ordering::Relaxed);
}

// SAFETY: the system's allocator does it all.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, ptr: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(ptr, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// A line of `/proc/self/status`, in bytes.
fn status(name: &str) -> Option<usize> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with(name))?;
    line.split_whitespace().nth(1)?.parse::<usize>().ok().map(|kib| kib << 10)
}

/// What a run takes at its peak beyond what there was before: given by the allocator, and resident.
fn peaks(run: impl FnOnce()) -> (usize, Option<usize>) {
    let before = NOW.load(Ordering::Relaxed);
    PEAK.store(before, Ordering::Relaxed);
    // The peak of the resident set begins anew.
    let reset = std::fs::write("/proc/self/clear_refs", "5").is_ok();
    let resident = status("VmRSS");
    run();
    let allocated = PEAK.load(Ordering::Relaxed).saturating_sub(before);
    let peak = status("VmHWM").filter(|_| reset);
    (allocated, peak.zip(resident).map(|(peak, before)| peak.saturating_sub(before)))
}

const THREADS: usize = 2;
const ALLOWED: usize = THREADS * (4 << 20);
const SIDE: usize = 2048;

/// Formulas of 4M elements, the shape of what they give, and the bytes of the reductions' results, which
/// are kept beside it.
const FORMULAS: [(&str, &[usize], usize); 18] = [
    ("2*a + 3*b", &[SIDE, SIDE], 0),
    ("2*a + 3*t", &[SIDE, SIDE], 0),
    ("where(t > a, t, b) / (1 + abs(a))", &[SIDE, SIDE], 0),
    ("exp(a) * log1p(abs(b)) + sin(t) // 3", &[SIDE, SIDE], 0),
    ("(a - mean(a)) / sum(abs(a))", &[SIDE, SIDE], 0),
    ("a - mean(t, axis=0)", &[SIDE, SIDE], 8 * SIDE),
    ("sum(a * b)", &[], 0),
    ("sum(a, axis=0)", &[SIDE], 8 * SIDE),
    ("sum(t, axis=1)", &[SIDE], 8 * SIDE),
    ("argmax(exp(a) + t, axis=0)", &[SIDE], 8 * SIDE),
    ("max(pairs, axis=1)", &[SIDE * SIDE / 2], 4 * SIDE * SIDE),
    ("sum(tall, axis=0)", &[4], 32),
    ("sum(wide * 2, axis=0)", &[SIDE * SIDE / 2], 4 * SIDE * SIDE),
    // Views copy nothing, generators are nowhere, and of what a mask selects the numbers are kept.
    ("a[::-1].T[:, ::-1] + t[:2048]", &[SIDE, SIDE], 0),
    ("sum((a[1:, :-1] - a[:-1, 1:])**2)", &[], 0),
    ("sum(random(40_000_000)**2 + random(40_000_000)**2) * 1.0", &[], 0),
    ("sum(normal((5000, 4000))[::2] * arange(4000)) + sum(linspace(0, 1, 10_000_000))", &[], 0),
    ("sum(a[a > 0.5])", &[], 8 * SIDE * SIDE),
];

#[test]
fn a_run_takes_four_mebibytes_a_thread_at_most() {
    let square =
        |k: f64| ndarray::Array2::from_shape_fn((SIDE, SIDE), |(i, j)| (i * 31 + j) as f64 * k - 1.0);
    let (a, b) = (square(1e-6), square(-2e-6));
    let pairs = square(0.5).into_shape_with_order((SIDE * SIDE / 2, 2)).expect("as many");
    let wide = square(0.25).into_shape_with_order((2, SIDE * SIDE / 2)).expect("as many");
    let tall = square(0.125).into_shape_with_order((SIDE * SIDE / 4, 4)).expect("as many");
    let session = Session::builder().threads(THREADS).pool_bytes(0).build();
    let mut wrong = Vec::new();
    for (formula, shape, kept) in FORMULAS {
        let dtype = if formula.starts_with("arg") { numfuse::DType::I64 } else { numfuse::DType::F64 };
        let mut out = numfuse::Array::zeros(dtype, shape).expect("memory");
        out.bytes_mut().fill(1);
        let arrays = arrays! { a, b, t: a.t(), pairs, wide, tall };
        let mut run =
            || session.eval_into(formula, &arrays, &mut out).unwrap_or_else(|e| panic!("{formula}: {e}"));
        // Compiles the formula and starts the threads.
        run();
        let (allocated, resident) = peaks(&mut run);
        println!("{formula}: {allocated} allocated, {resident:?} resident, {kept} kept");
        if allocated.max(resident.unwrap_or(0)) > ALLOWED + kept {
            wrong.push(format!("{formula}: {allocated} allocated, {resident:?} resident, {kept} kept"));
        }
    }
    assert!(wrong.is_empty(), "more than {ALLOWED} bytes\n{}", wrong.join("\n"));
}
