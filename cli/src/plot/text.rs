//! A chart as lines of text: axes with ticks around a canvas, a legend, and what is to be said.

use super::canvas::{self, Canvas, Grain};
use super::chart::{Body, Chart, Heat, Lines};
use super::heat;
use super::outline;
use super::ticks::{Range, Tick, ticks};
use crate::report::printable;
use crate::terminal;

/// The room that there is, and the colours.
#[derive(Clone, Copy, Debug)]
pub(super) struct Room {
    /// Characters across, labels included.
    pub(super) width: usize,
    /// Rows of the canvas alone.
    pub(super) height: usize,
    pub(super) colours: Colours,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Colours {
    None,
    Numbered,
    All,
}

/// The chart as text.
pub(super) fn drawn(chart: &Chart, room: Room) -> String {
    let mut lines: Vec<String> = chart.title.iter().map(|title| centred(title, room.width)).collect();
    match &chart.body {
        Body::Lines(body) => lines.extend(drawn_lines(body, room)),
        Body::Heat(body) => lines.extend(drawn_heat(body, room)),
    }
    lines.extend(chart.x_label.iter().map(|label| centred(label, room.width)));
    if let Body::Lines(body) = &chart.body {
        lines.extend(legend(body, room));
    }
    lines.extend(chart.notes.iter().map(|note| one_line(note)));
    let trimmed: Vec<&str> = lines.iter().map(|line| line.trim_end()).collect();
    trimmed.join("\n")
}

/// A text from outside on one line.
pub(super) fn one_line(text: &str) -> String {
    printable(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn centred(text: &str, width: usize) -> String {
    format!("{:^width$}", one_line(text))
}

fn drawn_lines(lines: &Lines, room: Room) -> Vec<String> {
    let labels = ticks(lines.y, (room.height / 3).max(2));
    let gutter = gutter(&labels);
    let width = room.width.saturating_sub(gutter + 2).max(8);
    let grain = grain(lines, room);
    let mut canvas = Canvas::new(width, room.height, grain);
    for (ink, series) in lines.series.iter().enumerate() {
        let (across, down) = canvas.dots();
        let (xs, ys) = (lines.xs(), series.values());
        if lines.points {
            let places = outline::places(xs, ys, lines.x, lines.y, (across, down));
            places.into_iter().for_each(|at| canvas.point(at, ink));
            continue;
        }
        for run in outline::runs(xs, ys, lines.x, lines.y, across) {
            // A run of one point is a line to itself.
            run.iter().zip(run.iter().skip(1).chain(run.last())).for_each(|(&a, &b)| canvas.line(a, b, ink));
        }
    }
    let is_coloured = room.colours != Colours::None;
    let rows: Vec<String> = (0..room.height).map(|row| canvas.text(row, is_coloured)).collect();
    let y: Vec<(usize, String)> =
        labels.into_iter().map(|t| (canvas.row(lines.y.fraction(t.value)), t.label)).collect();
    let x = across_ticks(lines.x, width, lines.xs().is_none());
    let x = x.into_iter().map(|t| (canvas.column(lines.x.fraction(t.value)), t.label)).collect();
    framed(&rows, &y, x, (gutter, width))
}

/// Series that no colour tells apart are drawn in marks.
fn grain(lines: &Lines, room: Room) -> Grain {
    let plain = room.colours == Colours::None && lines.series.len() > 1;
    if plain { Grain::Marks } else { Grain::Braille }
}

/// The ticks of the x axis; indices are whole.
fn across_ticks(range: Range, width: usize, whole: bool) -> Vec<Tick> {
    let most = (width / 12).max(2);
    let span = (range.high - range.low).clamp(1.0, 1e9) as usize;
    ticks(range, if whole { most.min(span) } else { most })
}

fn drawn_heat(heat: &Heat, room: Room) -> Vec<String> {
    let whole = |n: usize| Range { low: -0.5, high: n as f64 - 0.5 };
    let is_coloured = room.colours != Colours::None;
    let down = ticks(whole(heat.rows), (room.height / 2).clamp(1, heat.rows));
    let gutter = gutter(&down);
    let width = room.width.saturating_sub(gutter + 2).max(8).min(4 * heat.columns);
    let height = room.height.min(2 * heat.rows);
    let samples_down = if is_coloured { 2 * height } else { height };
    let samples = heat.sample(width, samples_down);
    let fractions: Vec<f64> =
        samples.iter().map(|&v| if v.is_nan() { v } else { heat.range.fraction(v) }).collect();
    let rows: Vec<String> = if is_coloured {
        fractions.chunks(2 * width).map(|pair| halves(&pair[..width], &pair[width..], room.colours)).collect()
    } else {
        let shade = |&f: &f64| if f.is_nan() { ' ' } else { heat::shade(f) };
        fractions.chunks(width).map(|row| row.iter().map(shade).collect()).collect()
    };
    let middle = |index: f64, n: usize, cells: usize| ((index + 0.5) / n as f64 * cells as f64) as usize;
    let y: Vec<(usize, String)> =
        down.into_iter().map(|t| (middle(t.value, heat.rows, height), t.label)).collect();
    let across = ticks(whole(heat.columns), (width / 4).clamp(1, heat.columns));
    let x = across.into_iter().map(|t| (middle(t.value, heat.columns, width), t.label)).collect();
    let mut lines = framed(&rows, &y, x, (gutter, width));
    lines.push(format!("{:gutter$}  {}", "", scale(heat.range, room.colours)));
    lines
}

/// Two rows of colours as one of half blocks.
fn halves(upper: &[f64], lower: &[f64], colours: Colours) -> String {
    let paint = |layer: u8, fraction: f64| {
        if fraction.is_nan() {
            return format!("{}", layer + 1);
        }
        let rgb = heat::colour(fraction);
        match colours {
            Colours::All => format!("{layer};2;{};{};{}", rgb[0], rgb[1], rgb[2]),
            Colours::Numbered | Colours::None => format!("{layer};5;{}", heat::number(rgb)),
        }
    };
    let mut row = String::new();
    let mut current = String::new();
    for (&above, &below) in upper.iter().zip(lower) {
        let wanted = format!("\x1b[{};{}m", paint(38, above), paint(48, below));
        // The terminal's own colour is no hole in a block.
        let block = match (above.is_nan(), below.is_nan()) {
            (true, true) => ' ',
            (true, false) => '▄',
            (false, _) => '▀',
        };
        let wanted = if block == '▄' { format!("\x1b[{};49m", paint(38, below)) } else { wanted };
        if wanted != current {
            row.push_str(&wanted);
            current = wanted;
        }
        row.push(block);
    }
    row + terminal::PLAIN
}

/// What the colours or shades stand for.
fn scale(range: Range, colours: Colours) -> String {
    const CELLS: usize = 20;
    let ends = ticks(range, 4);
    let digits = |value: f64| {
        let near = ends.iter().find(|t| t.value == value).map(|t| t.label.clone());
        near.unwrap_or_else(|| format!("{}", (value * 1e4).round() / 1e4))
            .chars()
            .take(12)
            .collect::<String>()
    };
    let bar = if colours == Colours::None {
        heat::SHADES.iter().collect()
    } else {
        let fractions: Vec<f64> = (0..CELLS).map(|i| i as f64 / (CELLS - 1) as f64).collect();
        halves(&fractions, &fractions, colours)
    };
    format!("{} {bar} {}", digits(range.low), digits(range.high))
}

fn gutter(labels: &[Tick]) -> usize {
    labels.iter().map(|t| t.label.chars().count()).max().unwrap_or(0)
}

/// Rows with an axis on the left and one below, and labels at both.
fn framed(
    rows: &[String],
    y: &[(usize, String)],
    x: Vec<(usize, String)>,
    (gutter, width): (usize, usize),
) -> Vec<String> {
    let mut lines = Vec::new();
    for (i, row) in rows.iter().enumerate() {
        let tick = y.iter().find(|(at, _)| *at == i);
        let (label, axis) = tick.map_or(("", '│'), |(_, label)| (label, '┤'));
        lines.push(format!("{label:>gutter$} {axis}{row}"));
    }
    let mut axis = vec!['─'; width];
    let mut labels: Vec<char> = Vec::new();
    for (column, label) in x {
        if let Some(cell) = axis.get_mut(column) {
            *cell = '┬';
        }
        let length = label.chars().count();
        let start = (gutter + 2 + column).saturating_sub(length / 2);
        // A label that would touch its neighbour or leave the picture is left out.
        if (labels.is_empty() || start > labels.len()) && start + length <= gutter + 2 + width + length / 2 {
            labels.resize(start, ' ');
            labels.extend(label.chars());
        }
    }
    lines.push(format!("{:gutter$} └{}", "", axis.into_iter().collect::<String>()));
    lines.push(labels.into_iter().collect());
    lines
}

/// The names of several series, with what they are drawn with.
fn legend(lines: &Lines, room: Room) -> Vec<String> {
    if lines.series.len() < 2 {
        return Vec::new();
    }
    let grain = grain(lines, room);
    let mut rows = vec![String::new()];
    let mut used = 0;
    for (ink, series) in lines.series.iter().enumerate() {
        let name = one_line(&series.name);
        let length = name.chars().count() + 6;
        if used > 0 && used + length > room.width {
            rows.push(String::new());
            used = 0;
        }
        used += length;
        if let Some(row) = rows.last_mut() {
            let sample = canvas::sample(ink, grain, room.colours != Colours::None);
            row.push_str(&format!("  {sample} {name}"));
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_rows_of_colours_share_one_of_characters() {
        assert_eq!(
            halves(&[0.0, 0.0, f64::NAN, f64::NAN], &[1.0, f64::NAN, 1.0, f64::NAN], Colours::All),
            "\x1b[38;2;35;10;80;48;2;253;232;60m▀\x1b[38;2;35;10;80;49m▀\x1b[38;2;253;232;60;49m▄\x1b[39;49m \x1b[0m"
        );
        assert_eq!(halves(&[1.0; 2], &[1.0; 2], Colours::Numbered), "\x1b[38;5;221;48;5;221m▀▀\x1b[0m");
    }

    #[test]
    fn labels_that_would_touch_are_left_out() {
        let x = [(0, "100"), (3, "200"), (6, "300")].map(|(at, label)| (at, label.to_owned())).to_vec();
        assert_eq!(framed(&["abcdefg".to_owned()], &[], x, (0, 7))[1..], [" └┬──┬──┬", " 100   300"]);
    }
}
