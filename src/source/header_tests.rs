use super::*;
use proptest::prelude::*;

fn file(dict: &str) -> Vec<u8> {
    [MAGIC, &[1, 0], &(dict.len() as u16).to_le_bytes(), dict.as_bytes()].concat()
}

fn parsed(dict: &str) -> Result<Header, String> {
    Header::parse(&file(dict))
        .map_err(|kind| kind.at("f".as_ref()).code().to_owned() + ": " + &kind_text(dict))
}

fn kind_text(dict: &str) -> String {
    Header::parse(&file(dict)).err().map_or(String::new(), |kind| kind.to_string())
}

fn of_descr(descr: &str) -> Option<(DType, bool)> {
    dtype(descr.as_bytes())
}

#[test]
fn any_order_and_any_blanks() {
    for dict in [
        "{'descr': '<f8', 'fortran_order': False, 'shape': (3, 4), }\n",
        "{'shape':(3,4),'fortran_order':False,'descr':'<f8'}",
        " {\n\"descr\" : \"<f8\" , \"shape\" : ( 3L , 4L , ) , 'fortran_order' : False ,\t} \n\n",
    ] {
        let header = parsed(dict).unwrap();
        assert_eq!(
            (header.dtype, header.shape.as_slice(), header.fortran_order),
            (DType::F64, &[3, 4][..], false)
        );
        assert_eq!(header.data_start, 10 + dict.len());
    }
    let scalar = parsed("{'descr': '|b1', 'fortran_order': True, 'shape': ()}").unwrap();
    assert_eq!((scalar.dtype, scalar.shape.len(), scalar.fortran_order), (DType::Bool, 0, true));
    for version in [2, 3] {
        let dict = "{'descr': '>i4', 'fortran_order': False, 'shape': (5,)}";
        let bytes = [MAGIC, &[version, 0], &(dict.len() as u32).to_le_bytes(), dict.as_bytes()].concat();
        let header = Header::parse(&bytes).unwrap();
        assert_eq!(
            (header.dtype, header.swapped, header.data_start),
            (DType::I32, cfg!(target_endian = "little"), bytes.len())
        );
    }
}

#[test]
fn damaged_headers_are_errors() {
    let whole = "{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }";
    for (from, to, code) in [
        ("'shape': (3,)", "'shape': (3)", "bad-npy-header"),
        ("(3,)", "[3]", "bad-npy-header"),
        ("(3,)", "(-3,)", "bad-npy-header"),
        ("(3,)", "(3,,)", "bad-npy-header"),
        ("(3,)", "(3.0,)", "bad-npy-header"),
        ("(3,)", "(L,)", "bad-npy-header"),
        ("(3,)", "(99999999999999999999,)", "too-big"),
        ("False", "0", "bad-npy-header"),
        ("'shape'", "'shapes'", "bad-npy-header"),
        ("'descr': '<f8', ", "", "bad-npy-header"),
        ("'descr': '<f8', ", "'descr': '<f8', 'descr': '<f8', ", "bad-npy-header"),
        ("'<f8'", "<f8", "bad-npy-header"),
        ("'<f8'", "'<f\\x38'", "bad-npy-header"),
        ("}", "", "bad-npy-header"),
        ("}", "} 1", "bad-npy-header"),
        ("'<f8'", "'|O'", "unsupported-dtype"),
        ("'<f8'", "'<f16'", "unsupported-dtype"),
        ("'<f8'", "'|V8'", "unsupported-dtype"),
        ("'<f8'", "'<U99999999999'", "unsupported-dtype"),
        ("'<f8'", "'<M8[25s]'", "unsupported-dtype"),
        ("'<f8'", "'<M8[]'", "unsupported-dtype"),
        ("'<f8'", "[('x', '<f8'), ('y', '<i4')]", "unsupported-dtype"),
        ("'<f8'", "('<f8', (2,))", "unsupported-dtype"),
    ] {
        let error = parsed(&whole.replace(from, to)).unwrap_err();
        assert!(error.starts_with(code), "{to}: {error}");
    }
    let many = format!("({})", "1, ".repeat(65));
    assert!(parsed(&whole.replace("(3,)", &many)).unwrap_err().contains("64 axes"));
    let text = kind_text(&whole.replace("'<f8'", "[('\x1b[31m', '<f8')]"));
    assert!(text.contains("\\u{1b}") && !text.contains('\x1b'), "{text}");
}

#[test]
fn what_is_no_npy_file_or_of_another_version_says_so() {
    let kind = |bytes: &[u8]| Header::parse(bytes).unwrap_err();
    assert!(matches!(kind(b""), ErrorKind::NotNpy));
    assert!(matches!(kind(b"PK\x03\x04"), ErrorKind::NotNpy));
    assert!(matches!(kind(b"\x93NUM"), ErrorKind::Truncated { .. }));
    assert!(matches!(kind(b"\x93NUMPY\x01\x00\x10"), ErrorKind::Truncated { .. }));
    assert!(matches!(kind(b"\x93NUMPY\x04\x00\x10\x00{}"), ErrorKind::Version { major: 4 }));
    assert!(matches!(kind(b"\x93NUMPY\x02\x00\xff\xff\xff\xff{}"), ErrorKind::Header(_)));
    assert!(matches!(kind(b"\x93NUMPY\x01\x00\xff\xff{}"), ErrorKind::Truncated { expected: 65545, .. }));
}

#[test]
fn every_dtype_is_described_and_read_back() {
    let text = [DType::Bytes(5), DType::Text(3), DType::Text(0), DType::Datetime(TimeUnit::Generic)];
    let times = TimeUnit::ALL.into_iter().flat_map(|u| [DType::Datetime(u), DType::Timedelta(u)]);
    for dtype in DType::PLAIN.into_iter().chain(text).chain(times) {
        assert_eq!(of_descr(&descr(dtype)), Some((dtype, false)), "{dtype}");
        for shape in [&[][..], &[0], &[7], &[2, 3], &[usize::MAX; 64]] {
            let bytes = Header::bytes(dtype, shape, Order::C);
            let header = Header::parse(&bytes).unwrap();
            assert_eq!((header.dtype, header.shape.as_slice()), (dtype, shape));
            assert_eq!((header.data_start, bytes.len() % 64), (bytes.len(), 0));
        }
    }
    assert_eq!(of_descr("f4"), Some((DType::F32, false)));
    assert_eq!(of_descr(">S4"), Some((DType::Bytes(4), false)));
    assert_eq!(of_descr(">U4"), Some((DType::Text(4), cfg!(target_endian = "little"))));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes put anywhere into a good header, and the whole cut anywhere: an answer, never a panic.
    #[test]
    fn no_bytes_make_it_panic(
        edits in prop::collection::vec((0..118usize, prop_oneof![
            any::<u8>(), prop::sample::select(b"{}()[],:'\"L0 19<>|=MUSf8".to_vec())
        ]), 0..6),
        cut in 0..200usize,
    ) {
        let mut bytes = Header::bytes(DType::Datetime(TimeUnit::Nano), &[12, 345], Order::C);
        for (at, byte) in edits {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        bytes.truncate(cut);
        if let Ok(header) = Header::parse(&bytes) {
            prop_assert!(header.data_start <= bytes.len() && header.shape.len() <= MAX_RANK);
        }
    }
}
