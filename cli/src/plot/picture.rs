//! A chart as shapes on a sheet, which `svg` and `raster` draw alike.

use super::chart::{Body, Chart, Heat, Lines};
use super::heat::{self, Rgb};
use super::outline;
use super::text::one_line;
use super::ticks::{Range, Tick, ticks};

/// The sheet.
pub(super) const WIDTH: usize = 960;
/// The sheet.
pub(super) const HEIGHT: usize = 600;
/// The width of a character of the font, and the height of its capitals.
pub(super) const LETTER: (f64, f64) = (7.0, 9.0);

const BLACK: Rgb = [30, 30, 30];
const GREY: Rgb = [225, 225, 225];
/// The colours of series, as in the terminal: blue, orange, green, red, purple, cyan, yellow, grey.
const INKS: [Rgb; 8] = [
    [31, 119, 200],
    [240, 125, 10],
    [30, 150, 60],
    [215, 40, 40],
    [140, 90, 200],
    [20, 160, 180],
    [190, 160, 0],
    [120, 120, 120],
];

/// Something to draw; x goes right, y down, in pixels.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Shape {
    /// A filled rectangle.
    Box { at: (f64, f64), size: (f64, f64), fill: Rgb },
    /// A line through points.
    Line { points: Vec<(f64, f64)>, width: f64, colour: Rgb },
    /// Discs.
    Dots { points: Vec<(f64, f64)>, radius: f64, colour: Rgb },
    /// A text on one line; `y` is its base line.
    Text { at: (f64, f64), anchor: Anchor, text: String },
    /// A table of colours, a row after the other.
    Image { at: (f64, f64), size: (f64, f64), columns: usize, cells: Vec<Rgb> },
}

/// Which part of a text is where it is said to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

/// The rectangle inside the axes.
#[derive(Clone, Copy)]
struct Area {
    left: f64,
    top: f64,
    right: f64,
    bottom: f64,
}

impl Area {
    /// The place of fractions of the axes.
    fn place(self, (x, y): (f64, f64)) -> (f64, f64) {
        (self.left + x * (self.right - self.left), self.bottom - y * (self.bottom - self.top))
    }
}

/// The shapes of a chart, the lowest first.
pub(super) fn shapes(chart: &Chart) -> Vec<Shape> {
    let mut shapes =
        vec![Shape::Box { at: (0.0, 0.0), size: (WIDTH as f64, HEIGHT as f64), fill: [255, 255, 255] }];
    let middle = WIDTH as f64 / 2.0;
    let mut text = |y: f64, words: &str| {
        shapes.push(Shape::Text { at: (middle, y), anchor: Anchor::Middle, text: one_line(words) });
    };
    if let Some(title) = &chart.title {
        text(24.0, title);
    }
    if let Some(label) = &chart.x_label {
        text(HEIGHT as f64 - 28.0, label);
    }
    if !chart.notes.is_empty() {
        text(HEIGHT as f64 - 8.0, &chart.notes.join("; "));
    }
    match &chart.body {
        Body::Lines(lines) => draw_lines(&mut shapes, lines),
        Body::Heat(heat) => draw_heat(&mut shapes, heat),
    }
    shapes
}

/// The middle of a pixel, where a line as wide as one fills it.
fn sharp(place: f64) -> f64 {
    place.floor() + 0.5
}

/// The room for the axes beside labels as wide as these.
fn area(labels: &[Tick], right: f64) -> Area {
    let widest = labels.iter().map(|t| t.label.len()).max().unwrap_or(0);
    Area {
        left: sharp(24.0 + widest as f64 * LETTER.0),
        top: sharp(40.0),
        right: sharp(WIDTH as f64 - right),
        bottom: sharp(HEIGHT as f64 - 70.0),
    }
}

fn draw_lines(shapes: &mut Vec<Shape>, lines: &Lines) {
    let down = ticks(lines.y, 8);
    let area = area(&down, 24.0);
    let span = (lines.x.high - lines.x.low).clamp(1.0, 1e9) as usize;
    let across = ticks(lines.x, if lines.xs().is_none() { span.min(10) } else { 10 });
    // Curves keep a distance from the frame.
    let inset = Area {
        left: area.left + 8.0,
        top: area.top + 8.0,
        right: area.right - 8.0,
        bottom: area.bottom - 8.0,
    };
    for tick in &across {
        let x = sharp(inset.place((lines.x.fraction(tick.value), 0.0)).0);
        shapes.push(Shape::Line { points: vec![(x, area.top), (x, area.bottom)], width: 1.0, colour: GREY });
        below(shapes, x, area, &tick.label);
    }
    for tick in &down {
        let y = sharp(inset.place((0.0, lines.y.fraction(tick.value))).1);
        shapes.push(Shape::Line { points: vec![(area.left, y), (area.right, y)], width: 1.0, colour: GREY });
        beside(shapes, y, area, &tick.label);
    }
    let (columns, rows) = ((inset.right - inset.left) as usize, (inset.bottom - inset.top) as usize);
    for (i, series) in lines.series.iter().enumerate() {
        let (colour, ys) = (INKS[i % INKS.len()], series.values());
        let placed = |points: Vec<(f64, f64)>| points.into_iter().map(|p| inset.place(p)).collect::<Vec<_>>();
        if lines.points {
            let points = placed(outline::places(lines.xs(), ys, lines.x, lines.y, (columns, rows)));
            shapes.push(Shape::Dots { points, radius: 2.0, colour });
            continue;
        }
        for run in outline::runs(lines.xs(), ys, lines.x, lines.y, columns) {
            let points = placed(run);
            shapes.push(match points.as_slice() {
                [_] => Shape::Dots { points, radius: 1.5, colour },
                _ => Shape::Line { points, width: 1.5, colour },
            });
        }
    }
    frame(shapes, area);
    if lines.series.len() > 1 {
        let names: Vec<String> = lines.series.iter().map(|s| one_line(&s.name)).collect();
        legend(shapes, &names, area);
    }
}

fn draw_heat(shapes: &mut Vec<Shape>, heat: &Heat) {
    let whole = |n: usize| Range { low: -0.5, high: n as f64 - 0.5 };
    let (x, y) = (whole(heat.columns), whole(heat.rows));
    let (across, down) = (ticks(x, heat.columns.min(10)), ticks(y, heat.rows.min(8)));
    let scale = ticks(heat.range, 8);
    let widest = scale.iter().map(|t| t.label.len()).max().unwrap_or(0);
    let area = area(&down, 60.0 + widest as f64 * LETTER.0);
    let size = (area.right - area.left, area.bottom - area.top);
    let columns = heat.columns.min(size.0 as usize);
    let samples = heat.sample(columns, heat.rows.min(size.1 as usize));
    let colour = |&v: &f64| if v.is_nan() { [255; 3] } else { heat::colour(heat.range.fraction(v)) };
    let cells = samples.iter().map(colour).collect();
    shapes.push(Shape::Image { at: (area.left, area.top), size, columns, cells });
    for tick in &across {
        below(shapes, area.place((x.fraction(tick.value), 0.0)).0, area, &tick.label);
    }
    for tick in &down {
        // The first row is the upper one.
        beside(shapes, area.place((0.0, 1.0 - y.fraction(tick.value))).1, area, &tick.label);
    }
    frame(shapes, area);
    let bar = Area { left: area.right + 16.0, right: area.right + 32.0, ..area };
    let cells = (0..256).rev().map(|i| heat::colour(f64::from(i) / 255.0)).collect();
    shapes.push(Shape::Image { at: (bar.left, bar.top), size: (16.0, size.1), columns: 1, cells });
    frame(shapes, bar);
    for tick in &scale {
        let at = (bar.right + 8.0, bar.place((0.0, heat.range.fraction(tick.value))).1 + LETTER.1 / 2.0);
        shapes.push(Shape::Text { at, anchor: Anchor::Start, text: tick.label.clone() });
    }
}

fn below(shapes: &mut Vec<Shape>, x: f64, area: Area, label: &str) {
    let at = (x, area.bottom + 10.0 + LETTER.1);
    shapes.push(Shape::Text { at, anchor: Anchor::Middle, text: label.to_owned() });
}

fn beside(shapes: &mut Vec<Shape>, y: f64, area: Area, label: &str) {
    let at = (area.left - 8.0, y + LETTER.1 / 2.0);
    shapes.push(Shape::Text { at, anchor: Anchor::End, text: label.to_owned() });
}

fn frame(shapes: &mut Vec<Shape>, Area { left, top, right, bottom }: Area) {
    let points = vec![(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    shapes.push(Shape::Line { points, width: 1.0, colour: BLACK });
}

/// The names of the series in the upper right corner.
fn legend(shapes: &mut Vec<Shape>, names: &[String], area: Area) {
    let widest = names.iter().map(|name| name.chars().count()).max().unwrap_or(0).min(60);
    let size = (widest as f64 * LETTER.0 + 44.0, names.len() as f64 * 18.0 + 8.0);
    let corner = (area.right - size.0 - 12.0, area.top + 12.0);
    shapes.push(Shape::Box { at: corner, size, fill: [250, 250, 250] });
    for (i, name) in names.iter().enumerate() {
        let y = corner.1 + 18.0 * i as f64 + 13.0;
        let points = vec![(corner.0 + 8.0, y), (corner.0 + 28.0, y)];
        shapes.push(Shape::Line { points, width: 2.0, colour: INKS[i % INKS.len()] });
        let at = (corner.0 + 36.0, y + LETTER.1 / 2.0);
        let text = name.chars().take(60).collect();
        shapes.push(Shape::Text { at, anchor: Anchor::Start, text });
    }
}
