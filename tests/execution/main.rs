//! What a run promises whatever surrounds it: overlapping arrays, foreign floating-point modes,
//! cancelling, forks, many callers, and sizes that nothing can hold.
#![expect(unsafe_code, reason = "overlapping views, the control register and fork are beyond safe Rust")]

mod aliasing;
mod environment;
mod sharing;
mod sizes;
#[path = "../programs/mod.rs"]
#[expect(dead_code, reason = "only its random numbers are used here")]
mod programs;
