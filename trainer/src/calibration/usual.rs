//! From how often a network met a tag while it learned to how often people's music has it.
//!
//! A network that seldom met a tag answers low even where it hears it. By Bayes' rule the logit of another
//! prior is `logit(p) − logit(met) + logit(usual)`: nothing else about the clip changes.

use tagline_engine::{Calibration, logit};

use crate::data::{DataError, Dataset, Split};
use crate::vocabulary::Vocabulary;

/// The mean label of each of `tags` in the training splits of `data`; `None` for a tag that no clip there knows,
/// or all have or lack.
///
/// # Errors
/// [`DataError`] if a data set cannot be read.
pub fn met(tags: &[String], data: &[Dataset]) -> Result<Vec<Option<f64>>, DataError> {
    let mut sums = vec![(0.0, 0_usize); tags.len()];
    for data in data {
        let places: Vec<Option<usize>> = tags
            .iter()
            .map(|tag| data.tags().iter().position(|other| other == tag))
            .collect();
        let clips = data.split(Split::Train)?;
        for clip in 0..clips.len() {
            let labels = clips.labels(clip);
            for (place, (sum, count)) in places.iter().zip(&mut sums) {
                let label = place.map_or(f32::NAN, |place| labels[place]);
                if !label.is_nan() {
                    *sum += f64::from(label);
                    *count += 1;
                }
            }
        }
    }
    let mean = |(sum, count): (f64, usize)| sum / count as f64;
    let means = sums.into_iter().map(mean);
    Ok(means
        .map(|mean| (mean > 0.0 && mean < 1.0).then_some(mean))
        .collect())
}

/// Moves the calibration of each of `tags` that has a usual frequency in the vocabulary there from the one that it
/// was met with. Thresholds stay: what is shown from them on is marked, whatever it rests on.
pub fn expect_usual(
    tags: &[String],
    vocabulary: &Vocabulary,
    met: &[Option<f64>],
    calibration: &mut [Calibration],
) {
    for ((name, met), calibration) in tags.iter().zip(met).zip(calibration) {
        let tag = vocabulary.tags().iter().find(|tag| tag.name == *name);
        if let (Some(usual), Some(met)) = (tag.and_then(|tag| tag.usual), met) {
            calibration.offset += logit(usual) - logit(*met as f32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_moves_by_the_odds_of_its_frequencies_and_others_stay() {
        let vocabulary = Vocabulary::built_in();
        let tags = ["metal", "flute", "rock"].map(str::to_owned);
        let fitted = Calibration {
            slope: 1.5,
            offset: 0.2,
            threshold: 0.3,
        };
        let mut moved = [fitted; 3];
        expect_usual(
            &tags,
            &vocabulary,
            &[Some(0.03), Some(0.02), None],
            &mut moved,
        );
        assert_eq!(moved[1..], [fitted; 2]);
        let usual = vocabulary.tags().iter().find(|tag| tag.name == "metal");
        let usual = f64::from(usual.and_then(|tag| tag.usual).unwrap());
        for raw in [0.02_f32, 0.4, 0.9] {
            let odds = |p: f64| p / (1.0 - p);
            let before = f64::from(fitted.apply(raw));
            let after = odds(before) / odds(0.03) * odds(usual);
            assert!((f64::from(moved[0].apply(raw)) - after / (1.0 + after)).abs() < 1e-5);
        }
        assert_eq!(moved[0].threshold, fitted.threshold);
    }
}
