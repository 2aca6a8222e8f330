//! Plans: the cases of `tests/corpus/kernel`, and machine code for every kernel that a plan may hold.

mod cases;

use numfuse::check::{self, InputType, Options};
use numfuse::kernel::{Fusion, Plan, fuse};
use numfuse::{opt, syntax};

fn plan(formula: &str, inputs: &[InputType]) -> Plan {
    let program = syntax::parse(formula).unwrap_or_else(|errors| panic!("{formula}: {errors:?}"));
    let graph = check::lower(&program, inputs, &Options::default());
    fuse(&opt::run(graph.unwrap_or_else(|errors| panic!("{formula}: {errors:?}"))), Fusion::Full)
}

#[test]
fn formulas_are_planned_as_in_the_corpus() {
    cases::run_corpus("kernel", |formula, inputs| plan(formula, inputs).to_string());
}

#[test]
fn a_mean_and_a_sum_of_all_take_two_passes() {
    let inputs = cases::inputs("a=f64[n]");
    let plan = plan("(a - mean(a)) / sum(abs(a))", &inputs);
    assert_eq!(plan.passes.len(), 2, "{plan}");
    assert_eq!(plan.passes[0].folds.len(), 2, "both sums come of one pass");
    assert_eq!(plan.passes[1].stores.len(), 1);
    // One pass and one array an operation, as a library without fusion has it.
    let graph = check::lower(&syntax::parse("2*a + 3*a").unwrap(), &inputs, &Options::default()).unwrap();
    assert_eq!(fuse(&opt::run(graph), Fusion::None).passes.len(), 3);
}

/// The kernels of a plan.
#[cfg(feature = "cranelift")]
fn kernels(plan: &Plan) -> impl Iterator<Item = &numfuse::kernel::Kernel> {
    plan.passes.iter().flat_map(|p| &p.steps).filter_map(|step| match step {
        numfuse::kernel::Step::Jit { kernel, .. } => Some(kernel),
        numfuse::kernel::Step::Block { .. } | numfuse::kernel::Step::Take { .. } => None,
        numfuse::kernel::Step::Text { .. } => None,
    })
}

#[cfg(feature = "wide")]
#[test]
fn assembly_is_of_the_registers_of_the_target() {
    use numfuse::explain::{Stage, explain};
    use numfuse::target::{Level, Target, Tier};
    let inputs = cases::inputs("a=f64[n] b=f64[n] i=u8[n]");
    for target in Target::all().filter(|t| t.tier == Tier::Wide) {
        let text = explain("where(a < b, a*2.5, i)", &inputs, Stage::Asm, target).expect("explained");
        let wide = target.level == Level::Avx512;
        assert_eq!(text.contains("zmm"), wide, "{text}");
        assert_eq!(text.contains("rest:"), wide, "{text}");
        assert!(text.contains("vmulpd") && text.contains("vpmovzxbd") && text.contains("ret"), "{text}");
        // The name of the tier stands over it, so a test may see which it is.
        assert!(text.contains(&target.to_string()), "{text}");
    }
}

/// Every operator at every dtype, every cast, every reduction's operand: none may have a trap site or
/// call out, or the backend refuses it and the interpreter would run it unseen.
#[cfg(feature = "cranelift")]
#[test]
fn every_operator_at_every_dtype_is_machine_code_without_traps_and_calls() {
    use numfuse::backend::{Backend, Refusal, cranelift::Cranelift};
    use numfuse::dtype::{DType, Lane};
    use numfuse::kernel::Kernel;
    use numfuse::target::{Level, Target, Tier};

    let refused = |kernel: &Kernel, target: Target| -> Option<Refusal> {
        match target.tier {
            #[cfg(feature = "wide")]
            Tier::Wide => numfuse::backend::wide::Wide.compile(kernel, target).err(),
            _ => Cranelift.compile(kernel, target).err(),
        }
    };
    let names: Vec<&str> = numfuse::op::rows().filter_map(|r| r.names.first().copied()).collect();
    let infix = [
        "+", "-", "*", "/", "//", "%", "**", "<<", ">>", "&", "|", "^", "<", "<=", ">", ">=", "==", "!=",
        "and", "or",
    ];
    let mut formulas: Vec<String> =
        infix.iter().map(|op| format!("(a {op} b), (b {op} 3), (a {op} 1.5)")).collect();
    formulas
        .extend(infix.iter().flat_map(|op| [format!("a {op} b"), format!("b {op} 3"), format!("a {op} s")]));
    formulas.extend(
        names.iter().flat_map(|f| [format!("{f}(a)"), format!("{f}(a, b)"), format!("{f}(a, b, a)")]),
    );
    formulas.extend(
        ["-a", "~a", "not a", "a if a > b else b", "a ** 3", "a ** -2", "a / 4", "a // 4", "a % 8"]
            .map(str::to_owned),
    );
    let (mut compiled, mut wrong) = (0, Vec::new());
    for (x, y) in Lane::ALL.iter().flat_map(|&x| Lane::ALL.iter().map(move |&y| (x, y))) {
        let inputs =
            cases::inputs(&format!("a={}[n] b={}[n] s={}", DType::from(x), DType::from(y), DType::from(y)));
        for formula in &formulas {
            let Ok(program) = syntax::parse(formula) else { continue };
            let Ok(graph) = check::lower(&program, &inputs, &Options::default()) else { continue };
            let plan = fuse(&opt::run(graph), Fusion::Full);
            // Every target for a dtype with itself, each tier's least for the rest.
            let all = Target::all().filter(|t| t.tier != Tier::Interp);
            let least =
                |t: &Target| t.level == Level::Sse42 || t.tier == Tier::Wide && t.level == Level::Avx2;
            let targets = all.filter(|t| x == y || least(t));
            for target in targets {
                for kernel in kernels(&plan) {
                    compiled += 1;
                    if let Some(refusal) = refused(kernel, target) {
                        wrong.push(format!("{formula} of {x} and {y} on {target}: {refusal}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {compiled}:\n{}", wrong.len(), wrong.join("\n"));
    println!("{compiled} kernels: no trap, no call");
}
