//! Probability as colour.

/// An RGB colour, 0 to 255 each.
pub type Rgb = [u8; 3];

/// The colour of `probability`, 0 to 1, from near-black violet through red to pale yellow.
///
/// The path runs through OKLCh (Ottosson 2020, "A perceptual color space for image processing"):
/// lightness rises evenly, so that equal steps of probability look equally large, also to
/// colour-blind eyes and in print.
#[must_use]
pub fn colour(probability: f32) -> Rgb {
    let t = probability.clamp(0.0, 1.0);
    let lightness = 0.14 + 0.84 * t;
    let chroma = 0.19 * (std::f32::consts::PI * (0.12 + 0.8 * t)).sin();
    let hue = (285.0 + 175.0 * t).to_radians();
    oklab_to_srgb(lightness, chroma * hue.cos(), chroma * hue.sin())
}

/// OKLab to sRGB, with Ottosson's matrices; what lies outside of sRGB is clipped.
fn oklab_to_srgb(lightness: f32, a: f32, b: f32) -> Rgb {
    let l = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
    let m = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
    let s = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
    [
        4.076_741_7 * l - 3.307_711_6 * m + 0.230_969_94 * s,
        -1.268_438 * l + 2.609_757_4 * m - 0.341_319_38 * s,
        -0.004_196_086_3 * l - 0.703_418_6 * m + 1.707_614_7 * s,
    ]
    .map(|linear| {
        let linear = linear.clamp(0.0, 1.0);
        let encoded = if linear <= 0.003_130_8 {
            12.92 * linear
        } else {
            1.055 * linear.powf(1.0 / 2.4) - 0.055
        };
        (encoded * 255.0).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, which is what is left of a colour in print or to a colour-blind eye.
    fn luminance(colour: Rgb) -> f32 {
        let [r, g, b] = colour.map(|value| (f32::from(value) / 255.0).powf(2.2));
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    #[test]
    fn a_higher_probability_is_always_lighter() {
        let steps: Vec<f32> = (0..=64)
            .map(|k| luminance(colour(k as f32 / 64.0)))
            .collect();
        assert!(steps.windows(2).all(|pair| pair[1] > pair[0]), "{steps:?}");
        assert!(steps[0] < 0.02 && steps[64] > 0.8, "{steps:?}");
    }

    #[test]
    fn impossible_probabilities_have_a_colour() {
        assert_eq!(colour(-3.0), colour(0.0));
        assert_eq!(colour(7.0), colour(1.0));
    }
}
