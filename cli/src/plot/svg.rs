//! Shapes as SVG text.

use super::heat::Rgb;
use super::picture::{Anchor, HEIGHT, Shape, WIDTH};
use super::raster;
use crate::report::Stop;
use std::fmt::Write;

/// The picture as a file's bytes.
pub(super) fn encoded(shapes: &[Shape]) -> Result<Vec<u8>, Stop> {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" \
         height=\"{HEIGHT}\" font-family=\"sans-serif\" font-size=\"12\" fill=\"none\" stroke-linejoin=\"round\">\n"
    );
    for shape in shapes {
        element(&mut out, shape)?;
        out.push('\n');
    }
    out.push_str("</svg>\n");
    Ok(out.into_bytes())
}

fn element(out: &mut String, shape: &Shape) -> Result<(), Stop> {
    match shape {
        Shape::Box { at, size, fill } => write!(
            out,
            "<rect x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{}\"/>",
            at.0,
            at.1,
            size.0,
            size.1,
            hex(*fill)
        ),
        Shape::Line { points, width, colour } => {
            let places: Vec<String> = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let (places, colour) = (places.join(" "), hex(*colour));
            write!(out, "<polyline points=\"{places}\" stroke=\"{colour}\" stroke-width=\"{width}\"/>")
        }
        Shape::Dots { points, radius, colour } => {
            let places: String = points.iter().map(|(x, y)| format!("M{x:.1},{y:.1}h0")).collect();
            let (width, colour) = (2.0 * radius, hex(*colour));
            write!(out, "<path d=\"{places}\" stroke=\"{colour}\" stroke-width=\"{width}\" stroke-linecap=\"round\"/>")
        }
        Shape::Text { at, anchor, text } => {
            let anchor = match anchor {
                Anchor::Start => "start",
                Anchor::Middle => "middle",
                Anchor::End => "end",
            };
            let (x, y, text) = (at.0, at.1, escaped(text));
            write!(out, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" fill=\"#1e1e1e\">{text}</text>")
        }
        Shape::Image { at, size, columns, cells } => {
            let picture = base64(&raster::png(*columns, cells)?);
            write!(
                out,
                "<image x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{:.1}\" preserveAspectRatio=\"none\" \
                 style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{picture}\"/>",
                at.0, at.1, size.0, size.1
            )
        }
    }
    .map_err(|e| Stop::failed("io-error", e))
}

fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}

/// A text that XML reads as it is.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            _ => out.push(c),
        }
    }
    out
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let byte = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for i in 0..4 {
            let digit = DIGITS[(bits >> (18 - 6 * i)) as usize & 63];
            out.push(if i > three.len() { '=' } else { char::from(digit) });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_base64() {
        let pairs = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")];
        assert!(pairs.iter().all(|(bytes, text)| base64(bytes.as_bytes()) == *text));
    }

    #[test]
    fn texts_cannot_leave_their_element() {
        let text = Shape::Text { at: (1.0, 2.0), anchor: Anchor::Start, text: "a<b & \"c\">".into() };
        let svg = String::from_utf8(encoded(&[text]).unwrap()).unwrap();
        assert!(svg.contains(">a&lt;b &amp; \"c\"&gt;</text>"), "{svg}");
    }
}
