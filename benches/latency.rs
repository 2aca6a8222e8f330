//! What is paid beside the arithmetic: compiling a formula, stage by stage, and calling a compiled one.
//!
//!     cargo bench --bench latency
//!
//! Times are of one thread on one machine; how the stages compare within a run carries over.

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use numfuse::check::{self, InputDType, InputType, Options};
use numfuse::kernel::{self, Fusion};
use numfuse::target::Target;
use numfuse::{DType, Expr, Session, arrays, backend, opt, syntax};
use std::hint::black_box;

/// Formulas from short to long, over `a`, `b` and `c`.
fn formulas() -> Vec<(&'static str, String)> {
    let terms = |n: usize| (1..=n).map(|k| format!("({k}*a - b)*(c + {k})")).collect::<Vec<_>>().join(" + ");
    vec![
        ("two terms", "2*a + 3*b".to_owned()),
        ("ten terms", terms(10)),
        ("two passes", "(a - mean(a)) / sqrt(mean((a - mean(a))**2))".to_owned()),
        ("block steps", "exp(-a**2 / 2) * sin(b) + log1p(abs(c))".to_owned()),
        ("hundred terms", terms(100)),
    ]
}

fn types() -> Vec<InputType> {
    let vector = |name: &str| InputType {
        name: name.into(),
        dtype: InputDType::Strong(DType::F64),
        ones: [false].into_iter().collect(),
        writable: false,
    };
    ["a", "b", "c"].map(vector).into()
}

/// Text to syntax tree. Falsified as a linear parser if a hundred terms cost much more than ten times what
/// ten do.
fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    for (name, text) in formulas() {
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| black_box(syntax::parse(&text)))
        });
    }
    group.finish();
}

/// Syntax tree to typed graph. Falsified as negligible if it nears what code generation takes.
fn lower(c: &mut Criterion) {
    let mut group = c.benchmark_group("check");
    for (name, text) in formulas() {
        let program = syntax::parse(&text).expect("a formula");
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| black_box(check::lower(&program, &types(), &Options::default())));
        });
    }
    group.finish();
}

/// Typed graph to plan: the rewrites and the fusing.
fn plan(c: &mut Criterion) {
    let mut group = c.benchmark_group("plan");
    for (name, text) in formulas() {
        let program = syntax::parse(&text).expect("a formula");
        let graph = || check::lower(&program, &types(), &Options::default()).expect("typed");
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            let run = |graph| black_box(kernel::fuse(&opt::run(graph), Fusion::Full));
            b.iter_batched(graph, run, BatchSize::SmallInput);
        });
    }
    group.finish();
}

/// Plan to machine code. Most of what a new formula costs; falsified if another stage is dearer.
fn code(c: &mut Criterion) {
    let mut group = c.benchmark_group("code");
    for (name, text) in formulas() {
        let program = syntax::parse(&text).expect("a formula");
        let graph = check::lower(&program, &types(), &Options::default()).expect("typed");
        let plan = kernel::fuse(&opt::run(graph), Fusion::Full);
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter_batched(
                || plan.clone(),
                |plan| backend::compile(plan, Target::host()),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

/// Text to something that can be called. Falsified as interactive if two terms take more than a
/// millisecond or ten more than three.
fn whole(c: &mut Criterion) {
    let session = Session::builder().threads(1).build();
    let mut group = c.benchmark_group("compile");
    for (name, text) in formulas() {
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| black_box(session.compile(&text, &types()).expect("compiles")));
        });
    }
    group.finish();
}

/// Sixteen elements: the arithmetic is nothing, so this is what a call costs. Falsified as cheap if a cached
/// `eval` takes more than a microsecond or `call_into` more than 200 ns.
fn call(c: &mut Criterion) {
    let (a, b, x) = (vec![1.0; 16], vec![2.0; 16], 0.5);
    let session = Session::builder().threads(1).build();
    let expr = Expr::compile("2*a + 3*b", &["a", "b"]).expect("a formula");
    let mut out = vec![0.0; 16];
    let mut group = c.benchmark_group("call");
    group.bench_function("eval", |bench| {
        bench.iter(|| session.eval("2*a + 3*b", &arrays! { a, b }).expect("evaluates"));
    });
    group.bench_function("eval with a scalar", |bench| {
        bench.iter(|| session.eval("x*a + b", &arrays! { a, b, x }).expect("evaluates"));
    });
    group.bench_function("eval of a reduction", |bench| {
        bench.iter(|| session.eval("sum(a*b)", &arrays! { a, b }).expect("evaluates"));
    });
    group.bench_function("call", |bench| {
        bench.iter(|| expr.call(&[(&a).into(), (&b).into()]).expect("evaluates"));
    });
    group.bench_function("call_into", |bench| {
        bench.iter(|| expr.call_into(&[(&a).into(), (&b).into()], &mut out).expect("evaluates"));
    });
    group.finish();
}

criterion_group!(stages, parse, lower, plan, code, whole);
criterion_group!(calls, call);
criterion_main!(stages, calls);
