//! Operators against NumPy's bits, which `scripts/gen_values_golden.py` wrote to `golden/values`.
#![expect(unsafe_code, reason = "blocks are called with addresses")]
#![expect(clippy::unwrap_used, reason = "a test says by failing that a file is wrong")]

use numfuse::dtype::Lane;
use numfuse::ir::Scalar;
use numfuse::math::BlockFn;
use numfuse::op::{self, Class, Meaning, Op};
use numfuse::scalar;
use std::path::{Path, PathBuf};

/// Operands and results of one operator in one lane, as bytes.
struct Section {
    lane: Lane,
    result: Lane,
    count: usize,
    operands: Vec<(Lane, Vec<u8>)>,
    results: Vec<u8>,
}

fn directory() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/values")
}

/// Reads the sections of a file; the format is described in the script.
fn sections(name: &str) -> Vec<Section> {
    let bytes = std::fs::read(directory().join(name)).unwrap();
    let mut rest = &bytes[..];
    let mut take = |n: usize| {
        let (head, tail) = rest.split_at_checked(n)?;
        rest = tail;
        Some(head.to_vec())
    };
    let mut sections = Vec::new();
    while let Some(head) = take(8) {
        let (lane, result) = (Lane::ALL[usize::from(head[0])], Lane::ALL[usize::from(head[2])]);
        let count = u32::from_le_bytes(head[4..].try_into().unwrap()) as usize;
        let operand = |index: u8| if head[1] == 3 && index == 0 { Lane::Bool } else { lane };
        let lanes: Vec<Lane> = (0..head[1]).map(operand).collect();
        let operands = lanes.into_iter().map(|l| (l, take(count * l.size()).unwrap())).collect();
        let results = take(count * result.size()).unwrap();
        sections.push(Section { lane, result, count, operands, results });
    }
    sections
}

fn element(lane: Lane, bytes: &[u8], index: usize) -> Scalar {
    let mut bits = [0; 8];
    bits[..lane.size()].copy_from_slice(&bytes[index * lane.size()..][..lane.size()]);
    Scalar { lane, bits: u64::from_le_bytes(bits) }
}

fn same(a: Scalar, b: Scalar) -> bool {
    let nan = |x: Scalar| x.as_f64().is_some_and(f64::is_nan);
    a == b || a.lane == b.lane && nan(a) && nan(b)
}

/// Compares an operator on single values and on blocks, at addresses that are aligned to nothing.
fn check(name: &str, section: &Section, apply: impl Fn(&[Scalar]) -> Scalar, block: BlockFn) {
    let shifted = |bytes: &[u8]| [&[0], bytes].concat();
    let operands: Vec<Vec<u8>> = section.operands.iter().map(|(_, bytes)| shifted(bytes)).collect();
    let addresses: Vec<*const u8> = operands.iter().map(|bytes| bytes[1..].as_ptr()).collect();
    let mut out = vec![0xaa; section.results.len() + 2];
    // SAFETY: each operand and `out` after its first byte have `count` elements of the section's lanes.
    unsafe { block(&addresses, &[out[1..].as_mut_ptr()], section.count) };
    assert_eq!((out[0], out[out.len() - 1]), (0xaa, 0xaa), "{name} wrote beyond its block");
    for index in 0..section.count {
        let args: Vec<Scalar> = section.operands.iter().map(|(lane, x)| element(*lane, x, index)).collect();
        let expected = element(section.result, &section.results, index);
        let single = apply(&args);
        assert!(same(single, expected), "{name} {args:?}: {single:?}, not {expected:?}");
        let in_block = element(section.result, &out[1..], index);
        assert!(same(in_block, expected), "block of {name} {args:?}: {in_block:?}, not {expected:?}");
    }
}

fn operator(name: &str) -> Op {
    match op::lookup(name).map(|row| row.meaning) {
        Some(Meaning::Lane(op)) => op,
        Some(Meaning::Reduce(_) | Meaning::Derived(_) | Meaning::Text(_)) | None => {
            panic!("no operator {name}")
        }
    }
}

#[test]
fn operators_have_numpys_bits() {
    let mut seen = Vec::new();
    for entry in std::fs::read_dir(directory()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        let name = file.strip_suffix(".bin").unwrap();
        if name == "cast" {
            continue;
        }
        let op = operator(name);
        seen.push(op);
        for section in sections(&file) {
            let block = scalar::block(op, section.lane);
            check(name, &section, |args| scalar::apply(op, args), block);
        }
    }
    let missing: Vec<_> =
        Op::ALL.iter().filter(|op| op.row().class == Class::Exact && !seen.contains(op)).collect();
    assert!(missing.is_empty(), "no values for {missing:?}");
}

#[test]
fn casts_have_numpys_bits() {
    let sections = sections("cast.bin");
    assert_eq!(sections.len(), Lane::ALL.len() * (Lane::ALL.len() - 1));
    for section in sections {
        let name = format!("{} to {}", section.lane, section.result);
        let block = scalar::cast_block(section.lane, section.result);
        check(&name, &section, |args| scalar::cast(section.result, args[0]), block);
    }
}

/// What the files cannot hold: the functions of `math`, and casts out of range.
#[test]
fn blocks_compute_what_single_values_do() {
    let values: Vec<f64> = (0..100).map(|i| f64::from(i - 50) * 0.37).chain([f64::NAN, 1e300]).collect();
    let (count, reversed) = (values.len(), values.iter().rev().copied().collect::<Vec<_>>());
    for (&op, lane) in Op::ALL.iter().flat_map(|op| Lane::ALL.map(|lane| (op, lane))) {
        let bytes = |lane: Lane, x: &[f64]| -> Vec<u8> {
            let bits = x.iter().map(|&x| Scalar::from_f64(lane, x).bits.to_le_bytes());
            bits.flat_map(|bytes| bytes[..lane.size()].to_vec()).collect()
        };
        let first = if op == Op::Where { Lane::Bool } else { lane };
        let mut operands = vec![
            (first, bytes(first, &values)),
            (lane, bytes(lane, &reversed)),
            (lane, bytes(lane, &values)),
        ];
        operands.truncate(op.arity());
        let result = if op.is_predicate() { Lane::Bool } else { lane };
        let at = |index: usize| {
            let args: Vec<_> = operands.iter().map(|(lane, x)| element(*lane, x, index)).collect();
            scalar::apply(op, &args).bits.to_le_bytes()[..result.size()].to_vec()
        };
        let results = (0..count).flat_map(at).collect();
        let section = Section { lane, result, count, operands, results };
        check(op.name(), &section, |args| scalar::apply(op, args), scalar::block(op, lane));
    }
}
