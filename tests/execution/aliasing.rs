//! An output may be an input or overlap inputs in any way: the values are those of separate arrays.

use crate::programs::Random;
use numfuse::array::{Array, Bindings, View, ViewMut};
use numfuse::{DType, Session, arrays};
use std::ptr::NonNull;

/// A strided window of a buffer, in elements.
#[derive(Clone, Debug)]
struct Window {
    first: usize,
    shape: Vec<usize>,
    strides: Vec<isize>,
}

const BUFFER: usize = 9000;

impl Window {
    /// Windows of one shape lie anywhere, in any direction; few are the very same.
    fn new(random: &mut Random, shape: &[usize]) -> Window {
        let mut order: Vec<usize> = (0..shape.len()).collect();
        if random.once_in(3) {
            order.reverse();
        }
        let (mut strides, mut step, mut first) = (vec![0; shape.len()], 1isize, 0usize);
        for &axis in order.iter().rev() {
            let stride = step * [1, 1, 1, 2][random.below(4)];
            let reach = stride * (shape[axis] as isize - 1);
            strides[axis] = stride;
            if random.once_in(4) {
                strides[axis] = -stride;
                first += reach as usize;
            }
            step = reach + stride;
        }
        let room = BUFFER - step as usize;
        let shift = [0, 1, random.below(8), random.below(room)][random.below(4)];
        Window { first: first + shift, shape: shape.into(), strides }
    }

    fn bytes(&self) -> (usize, Vec<isize>) {
        (self.first * 8, self.strides.iter().map(|s| s * 8).collect())
    }

    fn view<'a>(&self, buffer: NonNull<f64>) -> View<'a> {
        let (_, strides) = self.bytes();
        // SAFETY: the window lies in the buffer, which outlives every use in this file; it is written
        // only through the view given to the same evaluation.
        unsafe {
            let ptr = buffer.add(self.first).cast();
            View::from_raw_parts(
                ptr,
                DType::F64,
                self.shape.as_slice().into(),
                strides.as_slice().into(),
                false,
            )
        }
    }

    fn view_mut<'a>(&self, buffer: NonNull<f64>) -> ViewMut<'a> {
        let (_, strides) = self.bytes();
        // SAFETY: as above; distinct indices of a window are distinct elements.
        unsafe {
            let ptr = buffer.add(self.first).cast();
            ViewMut::from_raw_parts(
                ptr,
                DType::F64,
                self.shape.as_slice().into(),
                strides.as_slice().into(),
                false,
            )
        }
    }
}

const FORMULAS: [&str; 12] = [
    "a * 2 + b",
    "b",
    "a - mean(b)",
    "(a - min(a)) / (1 + sum(abs(b)))",
    "exp(a * 0.01) + b",
    "where(a > b, a, b // 3)",
    "a + sum(b, axis=0, keepdims=True)",
    "a * max(a, axis=-1, keepdims=True)",
    "a[::-1] + b",
    "a[..., ::-1]",
    "b[::-1, None][:, 0] + a * 2",
    "a - sum(b[::2]) + b[..., :1]",
];

fn start() -> Vec<f64> {
    (0..BUFFER).map(|i| ((i * 37) % 101) as f64 - 50.0).collect()
}

/// What the formula gives of copies, written to the window of a copy of the buffer.
fn apart(session: &Session, formula: &str, a: &Window, b: &Window, out: &Window) -> Vec<f64> {
    let mut buffer = start();
    let place = NonNull::from(buffer.as_mut_slice()).cast::<f64>();
    let copies = [a, b].map(|w| Array::from_view(&w.view(place)).expect("small"));
    let [a, b] = &copies;
    let result = session.eval(formula, &arrays! { a, b }).unwrap_or_else(|e| panic!("{formula}: {e}"));
    out.view_mut(place).copy_from(&View::from(&result)).expect("the shape of the windows");
    buffer
}

#[test]
fn random_overlaps_give_what_copies_give() {
    let sessions = [1, 3].map(|n| Session::builder().threads(n).pool_bytes(0).build());
    let mut random = Random(11);
    for round in 0..2000 {
        let shapes: [&[usize]; 5] = [&[1], &[50], &[4000], &[20, 30], &[3, 700]];
        let shape = shapes[random.below(5)];
        let out = Window::new(&mut random, shape);
        let [a, b] =
            [(); 2].map(|()| if random.once_in(3) { out.clone() } else { Window::new(&mut random, shape) });
        let formula = FORMULAS[random.below(FORMULAS.len())];
        let session = &sessions[round % 2];
        let expected = apart(session, formula, &a, &b, &out);
        let mut buffer = start();
        let place = NonNull::from(buffer.as_mut_slice()).cast::<f64>();
        let mut bindings = Bindings::new();
        bindings.input("a", a.view(place)).input("b", b.view(place));
        session
            .eval_into(formula, &bindings, out.view_mut(place))
            .unwrap_or_else(|e| panic!("{formula}: {e}"));
        let same = buffer.iter().zip(&expected).all(|(x, y)| x.to_bits() == y.to_bits());
        assert!(same, "round {round}: {formula}\na {a:?}\nb {b:?}\nout {out:?}");
    }
}

/// Elements taken of the very array that is written, and what a mask of it selects.
#[test]
fn elements_may_be_taken_of_the_output() {
    for n in [4usize, 5000, 300_000] {
        let order: Vec<i64> = (0..n as i64).map(|k| (k * 7 + 3) % n as i64).collect();
        for (formula, due) in [
            ("a[order]", order.iter().map(|&k| k as f64).collect::<Vec<f64>>()),
            ("a + a[order] - a", order.iter().map(|&k| k as f64).collect()),
            ("a[a >= 0][::-1]", (0..n).rev().map(|k| k as f64).collect()),
            ("a[a >= 0] + a[::-1]", vec![n as f64 - 1.0; n]),
        ] {
            let mut buffer: Vec<f64> = (0..n).map(|k| k as f64).collect();
            let place = NonNull::from(buffer.as_mut_slice()).cast::<f64>();
            let a = Window { first: 0, shape: vec![n], strides: vec![1] };
            let mut bindings = Bindings::new();
            bindings.input("a", a.view(place)).input("order", &order);
            let session = Session::builder().threads(2).build();
            session
                .eval_into(formula, &bindings, a.view_mut(place))
                .unwrap_or_else(|e| panic!("{formula}: {e}"));
            assert_eq!(buffer, due, "{formula} of {n}");
        }
    }
}

/// Large enough for several threads and for streaming stores.
#[test]
fn large_arrays_may_overlap_too() {
    const N: usize = 1_500_000;
    let session = Session::builder().threads(3).build();
    for (from, to, reversed) in
        [(0, 0, false), (0, 1, false), (1, 0, false), (0, 700_000, false), (0, 0, true)]
    {
        let mut buffer: Vec<f64> = (0..N + 700_000).map(|i| i as f64).collect();
        let expected: Vec<f64> = buffer[from..from + N].iter().map(|x| x * 0.5 + 1.0).collect();
        let place = NonNull::from(buffer.as_mut_slice()).cast::<f64>();
        let source = Window { first: from, shape: vec![N], strides: vec![1] };
        let (first, stride) = if reversed { (to + N - 1, -1) } else { (to, 1) };
        let out = Window { first, shape: vec![N], strides: vec![stride] };
        let mut bindings = Bindings::new();
        bindings.input("a", source.view(place));
        session.eval_into("a * 0.5 + 1", &bindings, out.view_mut(place)).expect("a result");
        let written = &buffer[to..to + N];
        let same = if reversed { written.iter().rev().eq(&expected) } else { written == expected };
        assert!(same, "from {from} to {to}, reversed {reversed}");
    }
}

/// Bytes read as another dtype than they are written as.
#[test]
fn an_output_of_another_dtype_may_overlap() {
    let mut words: Vec<f64> = (0..5000).map(f64::from).collect();
    let expected: Vec<bool> = words.iter().map(|&x| x > 2500.0).collect();
    let place = NonNull::from(words.as_mut_slice()).cast::<f64>();
    let a = Window { first: 0, shape: vec![5000], strides: vec![1] };
    // SAFETY: 5000 bytes of the buffer.
    let out = unsafe {
        ViewMut::from_raw_parts(place.cast(), DType::Bool, [5000][..].into(), [1isize][..].into(), false)
    };
    let mut bindings = Bindings::new();
    bindings.input("a", a.view(place));
    numfuse::eval_into("a > 2500", &bindings, out).expect("a result");
    // SAFETY: the bytes of the buffer, which nothing else uses now.
    let written = unsafe { std::slice::from_raw_parts(place.cast::<u8>().as_ptr(), 5000) };
    assert!(written.iter().map(|&b| b == 1).eq(expected));
}
