//! The options that set up a session.

use numfuse::Session;
use numfuse::target::Level;

/// What a run may use. No result depends on it.
#[derive(clap::Args, Clone, Copy, Default)]
pub(crate) struct Engine {
    /// Threads to use; as many as the machine has, unless given.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// The highest instruction level to use: interp, sse4.2, avx, avx2, avx512.
    #[arg(long, value_name = "LEVEL", value_parser = level)]
    pub(crate) tier: Option<Level>,
}

impl Engine {
    /// A session that uses no more.
    pub(crate) fn session(self) -> Session {
        let mut builder = Session::builder();
        if let Some(count) = self.threads {
            builder = builder.threads(count.into());
        }
        if let Some(level) = self.tier {
            builder = builder.level(level);
        }
        builder.build()
    }
}

/// The level of this name.
pub(crate) fn level(text: &str) -> Result<Level, String> {
    let names = || Level::ALL.map(|level| level.to_string()).join(", ");
    Level::ALL
        .into_iter()
        .find(|l| l.to_string() == text)
        .ok_or_else(|| format!("the levels are {}", names()))
}
