//! The `numfuse` command.

mod bench;
mod engine;
mod eval;
mod explain;
mod info;
mod inputs;
mod interrupt;
mod json;
mod output;
mod plot;
mod repl;
mod report;
mod sigbus;
mod terminal;

use clap::{Parser, Subcommand};
use report::Stop;
use std::process::ExitCode;

/// Evaluate formulas over arrays, compiled to fused machine code.
#[derive(Parser)]
#[command(name = "numfuse", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Evaluate a formula over .npy files.
    Eval(eval::Args),
    /// Show what a formula becomes, stage by stage.
    Explain(explain::Args),
    /// Time a formula fused, unfused and interpreted.
    Bench(bench::Args),
    /// Show what a .npy file holds.
    Info(info::Args),
    /// Draw the results of a formula, in the terminal or as a picture.
    Plot(plot::Args),
    /// Evaluate formulas as you type them.
    Repl(repl::Args),
}

fn main() -> ExitCode {
    match command().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(stop) => {
            stop.show();
            ExitCode::from(stop.status())
        }
    }
}

fn command() -> Result<Command, Stop> {
    let error = match Cli::try_parse() {
        Ok(cli) => return Ok(cli.command),
        Err(error) => error,
    };
    if !error.use_stderr() {
        let text = error.render().to_string();
        return report::print(text.trim_end()).and(Err(Stop::Closed));
    }
    Err(Stop::Failed { text: error.render().to_string(), status: report::BAD_FORMULA })
}

fn run(command: Command) -> Result<(), Stop> {
    match command {
        Command::Eval(args) => eval::run(args),
        Command::Explain(args) => explain::run(&args),
        Command::Bench(args) => bench::run(&args),
        Command::Info(args) => info::run(&args),
        Command::Plot(args) => plot::run(args),
        Command::Repl(args) => repl::run(args),
    }
}
