//! `numfuse plot`: results as pictures, in the terminal or in a file.
//!
//! A [`chart`] is what is drawn; [`text`] draws it with characters. For files [`picture`] lays it out as shapes,
//! once, and [`svg`] and [`raster`] write these down.
//!
//! Own code rather than a plotting crate, because a picture must come out on a machine with nothing installed. The
//! crates that are kept up draw labels with the fonts of the system, or want one in the binary and bring a
//! rasteriser for it; those that draw in terminals know neither gaps nor spikes. What is needed is small: lines,
//! boxes and short labels. The format of PNG and a font of pixels come from crates that need no system.

mod canvas;
mod chart;
mod heat;
mod outline;
mod picture;
mod raster;
mod svg;
mod text;
mod ticks;

pub(crate) use chart::Request;

use crate::engine::Engine;
use crate::eval::formula;
use crate::inputs::Values;
use crate::report::{self, Stop, visible};
use crate::{interrupt, output, terminal};
use numfuse::Session;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use text::{Colours, Room};

/// Draws the results of a formula, in the terminal or as a picture.
///
/// An array with one axis is a line over its indices, or over --x; several are lines in one picture. An array
/// with two axes is a heat map, its first row above. NaN are gaps. Lines of any length show every spike.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The formula; each of its results is a line: 'sin(x), cos(x)'.
    #[arg(value_name = "FORMULA", allow_hyphen_values = true, value_parser = formula)]
    formula: String,
    /// What names stand for: a .npy file, or a number such as k=2.5.
    #[arg(value_name = "NAME=FILE")]
    inputs: Vec<OsString>,
    /// The places of the values along the x axis: a formula over the same inputs.
    #[arg(long, value_name = "FORMULA", allow_hyphen_values = true)]
    x: Option<String>,
    /// Draw points that no line joins.
    #[arg(long)]
    points: bool,
    /// What stands above.
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// Write the picture to this file, .png or .svg.
    #[arg(short, long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Characters across; those of the terminal, unless given.
    #[arg(long, value_name = "N", conflicts_with = "out", value_parser = clap::value_parser!(u16).range(20..=1000))]
    width: Option<u16>,
    /// Rows of the drawing, labels aside.
    #[arg(long, value_name = "N", conflicts_with = "out", value_parser = clap::value_parser!(u16).range(3..=1000))]
    height: Option<u16>,
    #[command(flatten)]
    engine: Engine,
}

/// The files that pictures can be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Png,
    Svg,
}

/// Runs the command.
pub(crate) fn run(args: Args) -> Result<(), Stop> {
    interrupt::install();
    let values = Values::from_args(&args.inputs)?;
    let session = args.engine.session();
    let request = Request { formula: args.formula, x: args.x, points: args.points, title: args.title };
    match &args.out {
        Some(path) => save(&session, &values, &request, path),
        None => {
            let room = room(args.width.map(usize::from), args.height.map(usize::from));
            report::print(&drawn_in(room, &session, &values, &request)?)
        }
    }
}

/// The drawing for the terminal.
pub(crate) fn drawn(session: &Session, values: &Values, request: &Request) -> Result<String, Stop> {
    drawn_in(room(None, None), session, values, request)
}

fn drawn_in(room: Room, session: &Session, values: &Values, request: &Request) -> Result<String, Stop> {
    let text = text::drawn(&chart::evaluated(session, values, request)?, room);
    if interrupt::requested() { Err(Stop::interrupted()) } else { Ok(text) }
}

/// Writes a picture, which appears whole or not at all.
pub(crate) fn save(session: &Session, values: &Values, request: &Request, path: &Path) -> Result<(), Stop> {
    // Before anything is computed.
    let format = format(path)?;
    let shapes = picture::shapes(&chart::evaluated(session, values, request)?);
    let bytes = match format {
        Format::Png => raster::encoded(&shapes)?,
        Format::Svg => svg::encoded(&shapes)?,
    };
    if interrupt::requested() {
        return Err(Stop::interrupted());
    }
    output::write(path, &bytes)
}

fn format(path: &Path) -> Result<Format, Stop> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    match extension.as_deref() {
        Some("png") => Ok(Format::Png),
        Some("svg") => Ok(Format::Svg),
        Some(_) | None => Err(Stop::usage(
            "bad-argument",
            format_args!("`{}` is neither a .png nor a .svg file", visible(path.as_os_str())),
        )),
    }
}

fn room(width: Option<usize>, height: Option<usize>) -> Room {
    let (across, down) = terminal::size();
    let width = width.unwrap_or(across);
    // Axis, labels, legend and the next prompt are to be seen too.
    let height = height.unwrap_or_else(|| (width / 4).clamp(5, 30).min(down.saturating_sub(6).max(5)));
    let colours = match (terminal::is_coloured(&io::stdout()), terminal::has_all_colours()) {
        (false, _) => Colours::None,
        (true, false) => Colours::Numbered,
        (true, true) => Colours::All,
    };
    Room { width, height, colours }
}
