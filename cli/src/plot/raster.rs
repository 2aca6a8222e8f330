//! Shapes as pixels, and pixels as a PNG file.
//!
//! Everything but text is drawn four times as large, as two by two pixels each, and averaged, which smooths edges.
//! Text comes from a font of pixels and is drawn last, at its own size.

use super::heat::Rgb;
use super::picture::{Anchor, HEIGHT, LETTER, Shape, WIDTH};
use crate::interrupt;
use crate::report::Stop;
use embedded_graphics::mono_font::MonoTextStyle;
use embedded_graphics::mono_font::iso_8859_1::FONT_7X13;
use embedded_graphics::pixelcolor::BinaryColor;
use embedded_graphics::prelude::{Dimensions, DrawTarget, Drawable, Pixel, Point, Size};
use embedded_graphics::primitives::Rectangle;
use embedded_graphics::text::Text;
use std::convert::Infallible;

/// Pixels on a side of each pixel of the picture.
const FINE: usize = 2;
const TEXT: Rgb = [30, 30, 30];

/// The picture as a file's bytes.
pub(super) fn encoded(shapes: &[Shape]) -> Result<Vec<u8>, Stop> {
    let mut fine = Sheet::new(FINE * WIDTH, FINE * HEIGHT);
    for shape in shapes {
        fine.draw(shape);
    }
    let mut sheet = fine.averaged();
    for shape in shapes {
        if let Shape::Text { at, anchor, text } = shape {
            let width = text.chars().count() as f64 * LETTER.0;
            let left = match anchor {
                Anchor::Start => at.0,
                Anchor::Middle => at.0 - width / 2.0,
                Anchor::End => at.0 - width,
            };
            let style = MonoTextStyle::new(&FONT_7X13, BinaryColor::On);
            let at = Point::new(left.round() as i32, at.1.round() as i32);
            let _ = Text::new(text, at, style).draw(&mut sheet).map_err(|never: Infallible| match never {});
        }
    }
    png(WIDTH, &sheet.pixels)
}

/// Rows of pixels as a file's bytes.
pub(super) fn png(columns: usize, pixels: &[Rgb]) -> Result<Vec<u8>, Stop> {
    let rows = pixels.len() / columns.max(1);
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, columns as u32, rows as u32);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| {
        writer.write_image_data(pixels.as_flattened())?;
        writer.finish()
    });
    written.map_err(|e| Stop::failed("io-error", format_args!("cannot make a picture: {e}")))?;
    Ok(bytes)
}

struct Sheet {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

impl Sheet {
    fn new(width: usize, height: usize) -> Sheet {
        Sheet { width, height, pixels: vec![[255; 3]; width * height] }
    }

    fn draw(&mut self, shape: &Shape) {
        let scaled = |(x, y): (f64, f64)| (x * FINE as f64, y * FINE as f64);
        match shape {
            Shape::Box { at, size, fill } => self.fill(scaled(*at), scaled(*size), *fill),
            Shape::Line { points, width, colour } => {
                // What is drawn after Ctrl-C is thrown away.
                for pair in points.windows(2).take_while(|_| !interrupt::requested()) {
                    self.line(scaled(pair[0]), scaled(pair[1]), width * FINE as f64, *colour);
                }
            }
            Shape::Dots { points, radius, colour } => {
                for &point in points {
                    self.disc(scaled(point), radius * FINE as f64, *colour);
                }
            }
            Shape::Image { at, size, columns, cells } => {
                let (at, size) = (scaled(*at), scaled(*size));
                let rows = cells.len() / (*columns).max(1);
                let cell = (size.0 / *columns as f64, size.1 / rows as f64);
                for (i, &colour) in cells.iter().enumerate() {
                    let (row, column) = (i / columns, i % columns);
                    let corner = (at.0 + column as f64 * cell.0, at.1 + row as f64 * cell.1);
                    self.fill(corner, cell, colour);
                }
            }
            Shape::Text { .. } => {}
        }
    }

    /// Fills the pixels whose middles lie in a rectangle.
    fn fill(&mut self, at: (f64, f64), size: (f64, f64), colour: Rgb) {
        let ends = |from: f64, size: f64, limit: usize| {
            let place = |x: f64| ((x - 0.5).ceil().max(0.0) as usize).min(limit);
            place(from)..place(from + size)
        };
        let columns = ends(at.0, size.0, self.width);
        for row in ends(at.1, size.1, self.height) {
            let row = row * self.width;
            self.pixels[row + columns.start..row + columns.end].fill(colour);
        }
    }

    fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64, colour: Rgb) {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        let steps = dx.abs().max(dy.abs()).max(1.0).ceil();
        for i in 0..=steps as usize {
            let t = i as f64 / steps;
            let at = (from.0 + t * dx - width / 2.0, from.1 + t * dy - width / 2.0);
            self.fill(at, (width, width), colour);
        }
    }

    fn disc(&mut self, centre: (f64, f64), radius: f64, colour: Rgb) {
        let reach = radius.ceil() as i32;
        for y in -reach..=reach {
            let half = (radius * radius - f64::from(y * y)).max(0.0).sqrt();
            self.fill((centre.0 - half, centre.1 + f64::from(y)), (2.0 * half, 1.0), colour);
        }
    }

    /// A sheet with the mean of each square of pixels.
    fn averaged(&self) -> Sheet {
        let mut sheet = Sheet::new(self.width / FINE, self.height / FINE);
        for (i, pixel) in sheet.pixels.iter_mut().enumerate() {
            let (row, column) = (FINE * (i / sheet.width), FINE * (i % sheet.width));
            let square =
                (0..FINE * FINE).map(|k| self.pixels[(row + k / FINE) * self.width + column + k % FINE]);
            let sum = square.fold([0u16; 3], |sum, p| [0, 1, 2].map(|c| sum[c] + u16::from(p[c])));
            *pixel = sum.map(|c| (c / (FINE * FINE) as u16) as u8);
        }
        sheet
    }
}

impl Dimensions for Sheet {
    fn bounding_box(&self) -> Rectangle {
        Rectangle::new(Point::zero(), Size::new(self.width as u32, self.height as u32))
    }
}

impl DrawTarget for Sheet {
    type Color = BinaryColor;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<BinaryColor>>>(&mut self, pixels: I) -> Result<(), Infallible> {
        for Pixel(at, colour) in pixels {
            let (Ok(x), Ok(y)) = (usize::try_from(at.x), usize::try_from(at.y)) else { continue };
            if x < self.width && y < self.height && colour.is_on() {
                self.pixels[y * self.width + x] = TEXT;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rectangle_covers_its_pixels_and_no_others() {
        let mut sheet = Sheet::new(6, 4);
        sheet.fill((1.0, 1.0), (2.0, 2.0), [0; 3]);
        sheet.fill((-5.0, 3.0), (100.0, 100.0), [1; 3]);
        let count = |colour| sheet.pixels.iter().filter(|&&p| p == [colour; 3]).count();
        assert_eq!((count(0), count(1)), (4, 6));
    }

    #[test]
    fn edges_are_smooth_and_text_is_drawn() {
        let mut fine = Sheet::new(4, 2);
        fine.fill((1.0, 0.0), (3.0, 2.0), [0; 3]);
        assert_eq!(fine.averaged().pixels, [[127; 3], [0; 3]]);
        let words = Shape::Text { at: (100.0, 100.0), anchor: Anchor::Middle, text: "1.5".into() };
        let blank = encoded(&[]).unwrap();
        assert!(blank.starts_with(b"\x89PNG") && encoded(&[words]).unwrap().len() > blank.len());
    }
}
