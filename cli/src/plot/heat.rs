//! The colours of heat maps: dark blue over green to yellow, lighter as values rise, so that prints in grey and
//! people who see few colours tell them apart too.

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

/// Characters of rising darkness, where there are no colours.
pub(super) const SHADES: [char; 5] = ['·', '░', '▒', '▓', '█'];

/// Colours at equal distances.
const STOPS: [Rgb; 6] =
    [[35, 10, 80], [50, 70, 140], [30, 125, 140], [50, 175, 110], [165, 215, 60], [253, 232, 60]];

/// The colour of a fraction.
pub(super) fn colour(fraction: f64) -> Rgb {
    let place = fraction.clamp(0.0, 1.0) * (STOPS.len() - 1) as f64;
    let index = (place as usize).min(STOPS.len() - 2);
    let t = place - index as f64;
    let mix = |a: u8, b: u8| (f64::from(a) + t * (f64::from(b) - f64::from(a))).round() as u8;
    let (a, b) = (STOPS[index], STOPS[index + 1]);
    [mix(a[0], b[0]), mix(a[1], b[1]), mix(a[2], b[2])]
}

/// The shade of a fraction.
pub(super) fn shade(fraction: f64) -> char {
    SHADES[((fraction.clamp(0.0, 1.0) * SHADES.len() as f64) as usize).min(SHADES.len() - 1)]
}

/// The nearest of the 216 colours that terminals number as a cube.
pub(super) fn number(rgb: Rgb) -> u8 {
    let level = |c: u8| match c {
        0..48 => 0,
        48..115 => 1,
        _ => (c - 35) / 40,
    };
    16 + 36 * level(rgb[0]) + 6 * level(rgb[1]) + level(rgb[2])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_and_shades_run_from_end_to_end() {
        assert_eq!([0.0, 1.0].map(colour), [STOPS[0], STOPS[5]]);
        let light = |f: f64| colour(f).map(u32::from).iter().sum::<u32>();
        assert!((0..100).all(|i| light(f64::from(i) / 100.0) <= light(f64::from(i + 1) / 100.0)));
        assert_eq!([0.0, 0.19, 0.5, 1.0].map(shade), ['·', '·', '▒', '█']);
    }

    #[test]
    fn colours_of_the_cube_are_numbered() {
        assert_eq!([[0, 0, 0], [255, 255, 255], [255, 0, 0], [0, 95, 135]].map(number), [16, 231, 196, 24]);
    }
}
