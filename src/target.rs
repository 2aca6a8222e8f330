//! What this CPU can do, as a value: found once, passed down, printed by `explain`.

use std::fmt;

/// Instruction levels, each including those before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Level {
    /// Nothing that machine code could rely on: formulas run in the interpreter.
    None,
    /// x86-64-v2: SSE4.2 and what precedes it. Rounding and byte shuffles need it.
    Sse42,
    /// With AVX: the same lanes, three-operand instructions.
    Avx,
    /// x86-64-v3: AVX2 and FMA.
    Avx2,
    /// x86-64-v4: AVX-512 F, BW, DQ and VL.
    Avx512,
}

impl Level {
    /// Every level, the lowest first.
    pub const ALL: [Level; 5] = [Level::None, Level::Sse42, Level::Avx, Level::Avx2, Level::Avx512];
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Level::None => "interp",
            Level::Sse42 => "sse4.2",
            Level::Avx => "avx",
            Level::Avx2 => "avx2",
            Level::Avx512 => "avx512",
        })
    }
}

/// What makes the code of kernels, each better than those before it.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Tier {
    /// Nothing: kernels are interpreted.
    Interp,
    /// Cranelift, with lanes of 128 bits.
    Cranelift,
    /// Our own code of full width, from AVX2 up.
    Wide,
}

impl Tier {
    /// Every tier.
    pub const ALL: [Tier; 3] = [Tier::Interp, Tier::Cranelift, Tier::Wide];

    /// The best that there is at a level.
    pub fn of(level: Level) -> Tier {
        match level {
            Level::None => Tier::Interp,
            Level::Sse42 | Level::Avx => Tier::Cranelift,
            Level::Avx2 | Level::Avx512 => Tier::Wide,
        }
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Tier::Interp => "interp",
            Tier::Cranelift => "cranelift",
            Tier::Wide => "wide",
        })
    }
}

/// What code may use.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Target {
    /// The level of generated code.
    pub level: Level,
    /// The level of the block functions that are compiled in.
    pub blocks: Level,
    /// What makes the code of kernels.
    pub tier: Tier,
}

impl Target {
    /// The CPU that runs this code.
    pub fn host() -> Target {
        Target::uniform(host_level())
    }

    /// The same machine, without what is above `level`. Without generated code, block functions still use all
    /// that the machine has.
    #[must_use]
    pub fn at_most(self, level: Level) -> Target {
        let blocks = if level == Level::None { self.blocks } else { self.blocks.min(level) };
        let level = self.level.min(level);
        Target { level, blocks, tier: self.tier.min(Tier::of(level)) }
    }

    /// The same machine, with kernels made by no better a tier. The interpreter's is that of [`Level::None`].
    #[must_use]
    pub fn by_at_most(self, tier: Tier) -> Target {
        match tier {
            Tier::Interp => self.at_most(Level::None),
            Tier::Cranelift | Tier::Wide => Target { tier: self.tier.min(tier), ..self },
        }
    }

    /// Every target that the host can run, the interpreter's first, each with block functions of its level.
    pub fn all() -> impl Iterator<Item = Target> {
        let host = Target::host();
        let levels = move |tier: Tier| {
            let has = move |&l: &Level| l <= host.level && tier <= Tier::of(l);
            Level::ALL.into_iter().filter(has).map(move |l| Target::uniform(l).by_at_most(tier))
        };
        let interp = std::iter::once(Target::uniform(Level::None));
        interp.chain(levels(Tier::Cranelift)).chain(levels(Tier::Wide))
    }

    fn uniform(level: Level) -> Target {
        Target { level, blocks: level, tier: Tier::of(level) }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.tier {
            Tier::Interp => self.tier.fmt(f),
            Tier::Cranelift | Tier::Wide => write!(f, "{} {}", self.tier, self.level),
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn host_level() -> Level {
    use std::arch::is_x86_feature_detected as has;
    let steps = [
        (has!("sse4.2") && has!("ssse3") && has!("popcnt"), Level::Sse42),
        (has!("avx"), Level::Avx),
        (has!("avx2") && has!("fma") && has!("bmi1") && has!("bmi2"), Level::Avx2),
        (has!("avx512f") && has!("avx512bw") && has!("avx512dq") && has!("avx512vl"), Level::Avx512),
    ];
    steps.iter().take_while(|s| s.0).last().map_or(Level::None, |s| s.1)
}

#[cfg(not(target_arch = "x86_64"))]
fn host_level() -> Level {
    Level::None
}
