//! Views, masks, indices and generators: NumPy's values, the places of errors, sizes that turn out to be one, outputs
//! that overlap, and what random numbers promise.

use numfuse::array::{Array, Bindings};
use numfuse::dtype::Kind;
use numfuse::{DType, Error, Session, arrays, eval, eval_into};

/// The inputs of the golden file, as `scripts/gen_indexing_golden.py` makes them.
fn inputs() -> Vec<(&'static str, Array)> {
    let floats = |shape: &[usize], value: &dyn Fn(i64) -> f64| {
        let count = shape.iter().product::<usize>() as i64;
        Array::from_slice(&(0..count).map(value).collect::<Vec<f64>>(), shape).expect("small")
    };
    let bools = |shape: &[usize], value: &dyn Fn(i64) -> bool| {
        let count = shape.iter().product::<usize>() as i64;
        Array::from_slice(&(0..count).map(value).collect::<Vec<bool>>(), shape).expect("small")
    };
    vec![
        ("a", floats(&[5, 6], &|k| k as f64 * 0.5 - 4.0)),
        ("b", floats(&[6], &|k| k as f64 - 2.0)),
        ("c", floats(&[5, 1], &|k| k as f64 * 0.25)),
        ("v", floats(&[10], &|k| k as f64)),
        ("i", Array::from_slice(&[0i64, -1, 3, 4, -5], &[5]).expect("small")),
        ("m", bools(&[5, 6], &|k| k * 7 % 5 < 2)),
        ("r", bools(&[5], &|k| k % 2 == 0)),
        ("z", floats(&[0, 3], &|k| k as f64)),
    ]
}

/// A number as Python's `float.hex` writes it.
fn from_hex(text: &str) -> f64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (mantissa, exponent) =
        digits.strip_prefix("0x").and_then(|d| d.split_once('p')).unwrap_or_else(|| panic!("{text}"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let scaled = u64::from_str_radix(&format!("{whole}{fraction}"), 16).expect("hexadecimal digits");
    let exponent: i32 = exponent.parse().expect("an exponent");
    // In two steps, so that no power on the way is out of range.
    let exponent = exponent - 4 * fraction.len() as i32;
    sign * scaled as f64 * 2f64.powi(exponent / 2) * 2f64.powi(exponent - exponent / 2)
}

#[test]
fn values_are_numpys() {
    let inputs = inputs();
    let mut bindings = Bindings::new();
    for (name, array) in &inputs {
        bindings.input(name, array);
    }
    let mut wrong = Vec::new();
    for line in include_str!("golden/indexing.txt").lines() {
        let fields: Vec<&str> = line.split('\t').collect();
        match (fields.as_slice(), eval(fields[0], &bindings)) {
            ([_, "error"], Err(_)) => {}
            ([_, dtype, shape, elements], Ok(found)) => {
                let due: Vec<usize> =
                    shape.split(',').filter(|n| !n.is_empty()).map(|n| n.parse().expect("a size")).collect();
                let elements: Vec<&str> = elements.split(' ').filter(|e| !e.is_empty()).collect();
                let dtype: DType = dtype.parse().expect("a dtype");
                let same = found.dtype() == dtype
                    && found.shape() == due
                    && match dtype.kind() {
                        Kind::Float => {
                            let found = found.to_vec::<f64>().expect("floats");
                            found
                                .iter()
                                .map(|x| x.to_bits())
                                .eq(elements.iter().map(|e| from_hex(e).to_bits()))
                        }
                        Kind::Signed => {
                            let found = found.to_vec::<i64>().expect("integers");
                            found.iter().map(i64::to_string).eq(elements.iter().copied())
                        }
                        Kind::Bool
                        | Kind::Unsigned
                        | Kind::Complex
                        | Kind::Bytes
                        | Kind::Text
                        | Kind::Datetime
                        | Kind::Timedelta => {
                            let found = found.to_vec::<bool>().expect("bools");
                            found.iter().map(|&b| if b { "1" } else { "0" }).eq(elements.iter().copied())
                        }
                    };
                if !same {
                    wrong.push(format!("{line}\n  found {found:?}"));
                }
            }
            (_, found) => wrong.push(format!("{line}\n  found {found:?}")),
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// One compiled formula, called with sizes that make its slices and masks of one element, of none and of many.
#[test]
fn a_size_that_turns_out_to_be_one_broadcasts() {
    let expr = numfuse::Expr::compile("a[1:] * b + a[a > 2]", &["a", "b"]).expect("a formula");
    let b = [10.0, 20.0, 30.0];
    for (a, due) in [
        (vec![1.0, 3.0], Some(vec![33.0, 63.0, 93.0])),
        (vec![3.0, 4.0, 5.0, 6.0], None),
        (vec![0.0, 1.0, 2.0, 3.0], Some(vec![13.0, 43.0, 93.0])),
        (vec![3.0, 0.0, 4.0, 5.0], Some(vec![3.0, 84.0, 155.0])),
        (vec![0.0, 0.0], None),
    ] {
        let found = expr.call(&[(&a).into(), (&b).into()]);
        match (due, found) {
            (Some(due), Ok(found)) => assert_eq!(found.to_vec::<f64>().ok(), Some(due), "{a:?}"),
            (None, Err(error)) => assert!(error.to_string().contains("broadcast"), "{error}"),
            (due, found) => panic!("{a:?}: {due:?}, {found:?}"),
        }
    }
}

/// Views, masks and indices of complex numbers and text, running sums of views, views of running sums.
#[test]
fn every_kind_of_number_is_viewed_and_taken_of() {
    let z = Array::from_slice(&[1.0, 2.0, 3.0, 4.0], &[4]).expect("small");
    let u = Array::from_strings(&["b", "", "dog", "a"]).expect("small");
    let s = Array::from_byte_strings(&[&b"one"[..], b"to", b"three is nine"]).expect("small");
    let (m, i) = ([true, false, true, true], [-1i64, 0]);
    for (formula, due) in [
        ("(z + 1j*z)[::-2]", "[4.+4.j 2.+2.j]"),
        ("(z * 2j)[m]", "[0.+2.j 0.+6.j 0.+8.j]"),
        ("(z * 2j)[i]", "[0.+8.j 0.+2.j]"),
        ("complex128(z)[1:].imag", "[0. 0. 0.]"),
        ("u[1:3]", "['' 'dog']"),
        ("(u + '!')[::-1]", "['a!' 'dog!' '!' 'b!']"),
        ("u[m]", "['b' 'dog' 'a']"),
        ("u[i] == 'a'", "[ True False]"),
        ("(upper(u) + u)[i]", "['Aa' 'Bb']"),
        ("u[u != '']", "['b' 'dog' 'a']"),
        ("s[1:]", "[b'to' b'three is nine']"),
        ("s[i]", "[b'three is nine' b'one']"),
        ("s[2]", "b'three is nine'"),
        ("full((2,), u[2])", "['dog' 'dog']"),
        ("full((3,), 'ab')[1:]", "['ab' 'ab']"),
        ("cumsum(z[::-1])", "[ 4.  7.  9. 10.]"),
        ("cumsum(z)[::-1]", "[10.  6.  3.  1.]"),
        ("cumsum(z[m])", "[1. 4. 8.]"),
        ("cumsum(arange(5))", "[ 0  1  3  6 10]"),
        ("cumsum(arange(6)[::-2])", "[5 8 9]"),
        ("cumsum(ones(3))", "[1. 2. 3.]"),
        ("cumsum(full((2, 2), z[1]))", "[2. 4. 6. 8.]"),
        ("cumsum(indices((2, 2)))[1:3]", "[0 1]"),
        ("cumsum(z[i])[m[:2]]", "[4.]"),
        ("sum(z[m]) + cumsum(z[m])[-1]", "16.0"),
        ("full((2,), sum(z) * 2)[i]", "[20. 20.]"),
        ("divmod(z, 2)[0]", "[0. 1. 1. 2.]"),
        ("diff(z*z)", "[3. 5. 7.]"),
        ("diff(z*z, n=2)", "[2. 2.]"),
        ("diff(m)", "[ True  True False]"),
        ("diff(z*1j)", "[0.+1.j 0.+1.j 0.+1.j]"),
        ("diff(z[None], axis=0)", "[]"),
        ("(datetime64('2024-02-28') + arange(3))[::-2]", "['2024-03-01' '2024-02-28']"),
        ("(datetime64('2024-02-28') + arange(4))[m]", "['2024-02-28' '2024-03-01' '2024-03-02']"),
        ("diff(datetime64('2024-02-28') + arange(3)*2)", "[2 2]"),
        ("diff(z[:2]) + z", "[2. 3. 4. 5.]"),
    ] {
        let found = eval(formula, &arrays! { z: &z, u: &u, s: &s, m: &m, i: &i });
        let found = found.unwrap_or_else(|e| panic!("{formula}: {e}"));
        assert_eq!(found.to_string(), due, "{formula}");
    }
    let types = Session::global().result_types("z[m]; cumsum(z[m[1:3]])", &arrays! { z: &z, m: &m });
    assert!(types.is_err(), "the mask is shorter");
    let types = Session::global().result_types("k = z[m]", &arrays! { z: &z, m: &m }).expect("counted");
    assert_eq!(types[0].2.as_slice(), [3]);
}

/// A mask and a filled value of one element, where the formula alone says nothing of the size.
#[test]
fn an_axis_that_must_be_one_may_be_sliced() {
    let (m, short, long) = ([true], [1.0, 5.0], [1.0, 2.0, 3.0]);
    for (formula, due) in [("a[1:][m]", [5.0]), ("full((1,), a[1:])", [5.0])] {
        let found = eval(formula, &arrays! { a: &short, m }).unwrap_or_else(|e| panic!("{formula}: {e}"));
        assert_eq!(found.to_vec::<f64>().expect("floats"), due, "{formula}");
        assert!(eval(formula, &arrays! { a: &long, m }).is_err(), "{formula}");
    }
}

#[test]
fn an_index_outside_is_found_before_anything_is_written() {
    let (a, i) = ([1.0, 2.0, 3.0], [0i64, 3]);
    for (formula, place) in [
        ("(2*a, a[5])", "index 5 is out of bounds for axis 0 with size 3"),
        ("(2*a, a[-4])", "index -4 is out of bounds for axis 0 with size 3"),
        ("(2*a, a[i])", "an index is out of bounds for the axis"),
        ("(2*a, a[a > 1][2])", "index 2 is out of bounds for axis 0 with size 2"),
    ] {
        let session = Session::builder().threads(1).build();
        let error = session.eval_all(formula, &arrays! { a, i }, None).expect_err("an index is outside");
        assert!(error.to_string().contains(place), "{formula}: {error}");
    }
    // An index that no result needs is looked at too, for small arrays as for large ones.
    assert!(eval("unused = a[3]; 2*a", &arrays! { a }).is_err());
    let mut out = [7.0; 2];
    let error = eval_into("a[i] * 2", &arrays! { a, i }, &mut out).expect_err("an index is outside");
    assert!(matches!(error, Error::Values { .. }), "{error:?}");
    assert_eq!(out, [7.0; 2]);
}

#[test]
fn an_output_of_another_length_than_is_selected_stays_unwritten() {
    let a = [1.0, 5.0, 2.0, 7.0];
    let mut out = [0.5; 3];
    assert!(eval_into("a[a > 3]", &arrays! { a }, &mut out).is_err());
    assert_eq!(out, [0.5; 3]);
    eval_into("a[a > 1] + 1", &arrays! { a }, &mut out).expect("three elements");
    assert_eq!(out, [6.0, 3.0, 8.0]);
    let mut none: [f64; 0] = [];
    eval_into("a[a > 10]", &arrays! { a }, &mut none).expect("no elements");
}

/// Elements do not depend on threads, on views or on the shape's cut, only on seed, call and place.
#[test]
fn random_numbers_are_a_function_of_seed_call_and_place() {
    let one = Session::builder().threads(1).build();
    let many = Session::builder().threads(3).build();
    let none = arrays! {};
    let all = one.eval("random((300, 1000), seed=5)", &none).expect("numbers");
    let again = many.eval("random((300, 1000), seed=5)", &none).expect("numbers");
    assert_eq!(all.bytes(), again.bytes());
    let all = all.to_vec::<f64>().expect("floats");
    let flat = many.eval("random(300000, seed=5)", &none).expect("numbers").to_vec::<f64>().expect("floats");
    assert_eq!(all, flat);
    let view = one.eval("random((300, 1000), seed=5)[10:300:7, ::-3]", &none).expect("numbers");
    let due: Vec<f64> = (10..300)
        .step_by(7)
        .flat_map(|r| (0..334).map(move |c| (r, 999 - 3 * c)))
        .map(|(r, c)| all[r * 1000 + c])
        .collect();
    assert_eq!(view.to_vec::<f64>().expect("floats"), due);
    let two = one.eval_all("random(1000), random(1000), random(1000, seed=1)", &none, None).expect("numbers");
    let lists: Vec<Vec<f64>> = two.iter().map(|(_, array)| array.to_vec().expect("floats")).collect();
    for (x, y) in [(0, 1), (0, 2), (1, 2)] {
        assert!(lists[x].iter().zip(&lists[y]).all(|(x, y)| x != y));
    }
}

/// The sum of `(observed - expected)² / expected` over cells of equal probability.
fn chi_square(cells: &[usize], total: usize) -> f64 {
    let expected = total as f64 / cells.len() as f64;
    cells.iter().map(|&n| (n as f64 - expected).powi(2) / expected).sum()
}

/// Moments, cells, neighbours and bits, each within five standard deviations; the seeds are fixed, so nothing here is
/// left to chance.
#[test]
fn random_numbers_are_uniform_and_independent() {
    const N: usize = 1_000_000;
    for seed in [0, 1, 12345] {
        let formula = format!("random({N}, seed={seed}), random({N}, seed={seed})");
        let found = Session::global().eval_all(&formula, &arrays! {}, None).expect("numbers");
        let [x, y] = [0, 1].map(|k: usize| found[k].1.to_vec::<f64>().expect("floats"));
        assert!(x.iter().all(|u| (0.0..1.0).contains(u)));
        let mean = x.iter().sum::<f64>() / N as f64;
        assert!((mean - 0.5).abs() < 5.0 * (1.0 / 12.0f64).sqrt() / (N as f64).sqrt(), "{seed}: {mean}");
        let second = x.iter().map(|u| u * u).sum::<f64>() / N as f64;
        assert!(
            (second - 1.0 / 3.0).abs() < 5.0 * (4.0 / 45.0f64).sqrt() / (N as f64).sqrt(),
            "{seed}: {second}"
        );
        // Cells of single numbers, of neighbours, and of the same place of two calls.
        let cell = |u: f64| (u * 32.0) as usize;
        for pairs in [x.iter().zip(&x[1..]).collect::<Vec<_>>(), x.iter().zip(&y).collect()] {
            let mut cells = vec![0; 32 * 32];
            pairs.iter().for_each(|&(&u, &v)| cells[cell(u) * 32 + cell(v)] += 1);
            let freedom = (32 * 32 - 1) as f64;
            let found = chi_square(&cells, pairs.len());
            assert!((found - freedom).abs() < 5.0 * (2.0 * freedom).sqrt(), "{seed}: {found}");
        }
        for bit in 0..53 {
            let ones = x.iter().filter(|&&u| (u * 2f64.powi(53)) as u64 >> bit & 1 == 1).count() as f64;
            assert!(
                (ones - N as f64 / 2.0).abs() < 5.0 * (N as f64).sqrt() / 2.0,
                "{seed}: bit {bit}, {ones}"
            );
        }
    }
}

#[test]
fn normal_numbers_have_the_normal_distribution() {
    const N: usize = 1_000_000;
    let x = eval("normal(1000000, seed=3)", &arrays! {}).expect("numbers").to_vec::<f64>().expect("floats");
    let moment = |k: i32| x.iter().map(|v| v.powi(k)).sum::<f64>() / N as f64;
    let error = |variance: f64| 5.0 * (variance / N as f64).sqrt();
    assert!(moment(1).abs() < error(1.0));
    assert!((moment(2) - 1.0).abs() < error(2.0));
    assert!(moment(3).abs() < error(15.0));
    assert!((moment(4) - 3.0).abs() < error(96.0));
    // Kolmogorov and Smirnov's distance from the distribution function, which is `erfc` of a numfuse of its own test.
    let sorted = {
        let mut sorted = x.clone();
        sorted.sort_by(f64::total_cmp);
        sorted
    };
    let below = eval("0.5 * erfc(-sorted / 2**0.5)", &arrays! { sorted }).expect("probabilities");
    let below = below.to_vec::<f64>().expect("floats");
    let distance = below.iter().enumerate().map(|(k, p)| (p - (k as f64 + 0.5) / N as f64).abs());
    let distance = distance.fold(0.0, f64::max) * (N as f64).sqrt();
    assert!(distance < 1.95, "{distance}: a chance of one in a thousand");
    assert!(x.iter().all(|v| v.abs() < 8.3));
}

#[test]
fn pi_streams_out_of_random_numbers() {
    let inside = "sum(random(4_000_000)**2 + random(4_000_000)**2 < 1)";
    let inside = eval(inside, &arrays! {}).expect("a count").scalar::<i64>().expect("an integer") as f64;
    let pi = 4.0 * inside / 4e6;
    assert!((pi - std::f64::consts::PI).abs() < 5.0 * 1.642 / 2000.0, "{pi}");
}
