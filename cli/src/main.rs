//! The `numfuse` command.

fn main() {}
