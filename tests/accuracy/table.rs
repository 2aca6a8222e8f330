//! `docs/accuracy.md`: what the long campaign found.

use crate::campaign::Outcome;
use numfuse::target::{Level, Target};
use std::fmt::Write;
use std::path::Path;

const HEAD: &str = "\
# Accuracy

How far the functions of `math` are from correctly rounded ones (CORE-MATH's), in representable values: a distance
of 0 is the value nearest to the true one, 1 is a neighbour of it. Made by

```sh
NUMFUSE_ACCURACY=full cargo test --release --test accuracy
```

on a machine with AVX-512. Where it says *all*, every one of the 2^32 arguments was tried; elsewhere random
arguments of several kinds (any bits, any magnitude, near 0 and 1, and where the function is neither constant nor
overflows) and the known hard ones. The loops for AVX-512 and AVX2 gave the same bits on every argument, and those
of the baseline, where each `mul_add` is a call, on a part of them, so the columns are equal. Near the zeros of
`gammaln` a difference of 1e-16 counts as none. `erfinv`, of which CORE-MATH has none, is compared with mpmath's by
`scripts/differential.py`.
";

pub(crate) fn write(outcomes: &[Outcome]) {
    assert_eq!(Target::host().level, Level::Avx512, "the table says that AVX-512 was compared");
    let mut page = HEAD.to_owned();
    page.push_str("\n| function | dtype | arguments | AVX-512 | AVX2 | baseline | promised | misrounded |\n");
    page.push_str("|---|---|---|---|---|---|---|---|\n");
    for o in outcomes {
        let tried = if o.exhaustive { "all".to_owned() } else { format!("{:.1e}", o.samples as f64) };
        let (d, bound, percent) = (o.distance, o.bound, o.percent());
        let name = format!("`{}` | {} | {tried}", o.function, o.dtype);
        writeln!(page, "| {name} | {d} | {d} | {d} | ≤ {bound} | {percent:.3} % |")
            .expect("a String takes all");
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/accuracy.md");
    std::fs::write(path, page).expect("docs/ is writable");
}
