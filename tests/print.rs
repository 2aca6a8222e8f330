//! Arrays print as NumPy prints them: every case of `golden/print.txt`, which
//! `scripts/gen_print_golden.py` made.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a test may panic")]

use numfuse::array::{Array, View};
use numfuse::dtype::DType;
use numfuse::shape;

fn ramp(dtype: DType, shape: &[usize], start: f64, step: f64) -> Array {
    let n = shape::count(shape).unwrap();
    let x = (0..n).map(|i| start + step * i as f64);
    match dtype {
        DType::F64 => Array::from(x.collect::<Vec<f64>>()),
        DType::F32 => Array::from(x.map(|x| x as f32).collect::<Vec<f32>>()),
        DType::I64 => Array::from(x.map(|x| x as i64).collect::<Vec<i64>>()),
        DType::I32 => Array::from(x.map(|x| x as i32).collect::<Vec<i32>>()),
        DType::I16 => Array::from(x.map(|x| x as i16).collect::<Vec<i16>>()),
        DType::U8 => Array::from(x.map(|x| x as u8).collect::<Vec<u8>>()),
        other => panic!("no ramp of {other}"),
    }
    .reshape(shape)
    .unwrap()
}

fn printed(header: &str) -> String {
    let fields: Vec<&str> = header.split(' ').collect();
    let dtype: DType = fields[0].parse().unwrap();
    let shape: Vec<usize> = match fields[1] {
        "-" => vec![],
        sizes => sizes.split('x').map(|n| n.parse().unwrap()).collect(),
    };
    if fields[2] == "ramp" {
        return ramp(dtype, &shape, fields[3].parse().unwrap(), fields[4].parse().unwrap()).to_string();
    }
    let hex = fields[3].trim_matches('-');
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).unwrap()).collect();
    let strides = shape::c_strides(&shape, dtype.size()).unwrap();
    View::from_bytes(&bytes, dtype, &shape, &strides, 0, cfg!(target_endian = "big")).unwrap().to_string()
}

#[test]
fn prints_as_numpy() {
    let golden = include_str!("golden/print.txt");
    let mut wrong = Vec::new();
    let cases: Vec<&str> = golden.split("== ").filter(|case| !case.is_empty()).collect();
    for case in &cases {
        let (header, expected) = case.split_once('\n').unwrap();
        let actual = printed(header) + "\n";
        if actual != expected {
            wrong.push(format!("{header}\nNumPy:\n{expected}here:\n{actual}"));
        }
    }
    assert!(cases.len() > 200, "the golden file is whole");
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
