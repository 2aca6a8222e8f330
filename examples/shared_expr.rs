//! One compiled formula, called from many threads at once.
//!
//! A server that answers with the same formula over and over: parsed once, compiled at the first call, and
//! every further call costs a fraction of a microsecond beside the arithmetic.
//!
//!     cargo run --example shared_expr
#![expect(clippy::print_stdout, reason = "an example shows what it does")]

use numfuse::{Error, Expr};
use std::thread;

fn main() -> Result<(), Error> {
    let discount = Expr::compile("price * exp(-rate * years)", &["price", "rate", "years"])?;
    let years: Vec<f64> = (0..8).map(f64::from).collect();

    let totals = thread::scope(|scope| {
        let worker = |client: u32| {
            let (discount, years) = (&discount, &years);
            move || -> Result<f64, Error> {
                let price = 100.0 * f64::from(client + 1);
                let mut out = vec![0.0; years.len()];
                for _ in 0..1000 {
                    discount.call_into(&[price.into(), 0.0.into(), years.into()], &mut out)?;
                }
                Ok(out.iter().sum())
            }
        };
        let workers: Vec<_> = (0..4).map(|client| scope.spawn(worker(client))).collect();
        let join =
            |w: thread::ScopedJoinHandle<'_, Result<f64, Error>>| w.join().expect("workers do not panic");
        workers.into_iter().map(join).collect::<Result<Vec<f64>, Error>>()
    })?;
    // At a rate of 0 a price is worth what it is, in each of the eight years.
    assert_eq!(totals, [800.0, 1600.0, 2400.0, 3200.0]);
    println!("{totals:?}");
    Ok(())
}
