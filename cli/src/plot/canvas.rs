//! A grid of characters to draw points and lines on.
//!
//! With braille a character holds two by four dots, and the colour of the ink that touched it last. Where
//! colours cannot tell series apart each has a mark of its own, one a character.

use crate::terminal;

/// What each series is drawn with where there are no colours.
pub(super) const MARKS: [char; 8] = ['•', '+', 'x', 'o', '*', '#', '%', '@'];
/// The colours of series, as the terminal numbers them: blue, orange, green, red, purple, cyan, yellow, grey.
const INKS: [u8; 8] = [33, 208, 40, 196, 141, 44, 220, 248];

/// How a character is filled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Grain {
    Braille,
    Marks,
}

/// Characters, each with the ink that it was drawn with.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    grain: Grain,
    /// The dots of each character, 0 where nothing was drawn.
    cells: Vec<u8>,
    inks: Vec<usize>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize, grain: Grain) -> Canvas {
        Canvas { width, height, grain, cells: vec![0; width * height], inks: vec![0; width * height] }
    }

    /// The dots across and down.
    pub(super) fn dots(&self) -> (usize, usize) {
        match self.grain {
            Grain::Braille => (2 * self.width, 4 * self.height),
            Grain::Marks => (self.width, self.height),
        }
    }

    /// The row of characters in which a height between 0 and 1 is drawn.
    pub(super) fn row(&self, y: f64) -> usize {
        let down = self.dots().1 / self.height.max(1);
        self.dot((0.0, y)).1 as usize / down.max(1)
    }

    /// The column of characters in which a place between 0 and 1 is drawn.
    pub(super) fn column(&self, x: f64) -> usize {
        let across = self.dots().0 / self.width.max(1);
        self.dot((x, 0.0)).0 as usize / across.max(1)
    }

    /// The dot of a point between (0, 0) at the lower left and (1, 1) at the upper right.
    fn dot(&self, (x, y): (f64, f64)) -> (f64, f64) {
        let (across, down) = self.dots();
        let place = |fraction: f64, n: usize| (fraction.clamp(0.0, 1.0) * (n.max(1) - 1) as f64).round();
        (place(x, across), place(1.0 - y, down))
    }

    /// Draws a point.
    pub(super) fn point(&mut self, at: (f64, f64), ink: usize) {
        let (x, y) = self.dot(at);
        self.set(x as usize, y as usize, ink);
    }

    /// Draws a straight line.
    pub(super) fn line(&mut self, from: (f64, f64), to: (f64, f64), ink: usize) {
        let (from, to) = (self.dot(from), self.dot(to));
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs()).max(1.0);
        for i in 0..=steps as usize {
            let t = i as f64 / steps;
            self.set((from.0 + t * dx).round() as usize, (from.1 + t * dy).round() as usize, ink);
        }
    }

    fn set(&mut self, x: usize, y: usize, ink: usize) {
        // The braille block numbers the dots of its left column, then of its right one, and the lowest two last.
        const DOTS: [[u8; 2]; 4] = [[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]];
        let (cell, dots) = match self.grain {
            Grain::Braille => (y / 4 * self.width + x / 2, DOTS[y % 4][x % 2]),
            Grain::Marks => (y * self.width + x, 1),
        };
        if let Some(found) = self.cells.get_mut(cell) {
            *found |= dots;
            self.inks[cell] = ink;
        }
    }

    /// A row of characters, in colours if asked for.
    pub(super) fn text(&self, row: usize, is_coloured: bool) -> String {
        let cells = row * self.width..(row + 1) * self.width;
        let mut text = String::new();
        let mut current = None;
        for (&dots, &ink) in self.cells[cells.clone()].iter().zip(&self.inks[cells]) {
            let wanted = (dots != 0).then_some(ink);
            if is_coloured && wanted.is_some() && wanted != current {
                text.push_str(&terminal::ink(INKS[ink % INKS.len()]));
                current = wanted;
            }
            text.push(match self.grain {
                _ if dots == 0 => ' ',
                Grain::Braille => char::from_u32(0x2800 + u32::from(dots)).unwrap_or('?'),
                Grain::Marks => MARKS[ink % MARKS.len()],
            });
        }
        if current.is_some() {
            text.push_str(terminal::PLAIN);
        }
        text
    }
}

/// How the legend shows an ink.
pub(super) fn sample(ink: usize, grain: Grain, is_coloured: bool) -> String {
    let mark = match grain {
        Grain::Braille => "⠤⠤".to_owned(),
        Grain::Marks => MARKS[ink % MARKS.len()].to_string(),
    };
    if is_coloured {
        format!("{}{mark}{}", terminal::ink(INKS[ink % INKS.len()]), terminal::PLAIN)
    } else {
        mark
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(canvas: &Canvas) -> Vec<String> {
        (0..canvas.height).map(|row| canvas.text(row, false)).collect()
    }

    #[test]
    fn corners_are_dots_of_the_corner_characters() {
        let mut canvas = Canvas::new(3, 2, Grain::Braille);
        for (x, y) in [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)] {
            canvas.point((x, y), 0);
        }
        assert_eq!(rows(&canvas), ["⠁ ⠈", "⡀ ⢀"]);
    }

    #[test]
    fn a_line_has_no_holes() {
        let mut canvas = Canvas::new(4, 2, Grain::Braille);
        canvas.line((0.0, 0.0), (1.0, 1.0), 0);
        assert_eq!(rows(&canvas), ["  ⡠⠊", "⡠⠊  "]);
        let mut canvas = Canvas::new(1, 2, Grain::Braille);
        canvas.line((0.0, 0.0), (0.0, 1.0), 0);
        assert_eq!(rows(&canvas), ["⡇", "⡇"]);
    }

    #[test]
    fn marks_tell_series_apart_without_colours() {
        let mut canvas = Canvas::new(3, 3, Grain::Marks);
        canvas.line((0.0, 0.0), (1.0, 1.0), 0);
        canvas.line((0.0, 1.0), (0.4, 1.0), 1);
        assert_eq!(rows(&canvas), ["++•", " • ", "•  "]);
    }

    #[test]
    fn colours_change_only_where_the_ink_does() {
        let mut canvas = Canvas::new(4, 1, Grain::Marks);
        canvas.line((0.0, 0.0), (0.4, 0.0), 0);
        canvas.point((1.0, 0.0), 1);
        assert_eq!(canvas.text(0, true), "\x1b[38;5;33m•• \x1b[38;5;208m+\x1b[0m");
    }

    #[test]
    fn what_lies_outside_is_drawn_at_the_edge() {
        let mut canvas = Canvas::new(2, 1, Grain::Marks);
        canvas.point((7.0, -3.0), 0);
        canvas.point((f64::NAN, f64::NAN), 0);
        assert_eq!(rows(&canvas), ["••"]);
    }
}
