//! Which teacher to believe on which tag.

use super::{Heard, Labelled};
use crate::metrics::{Answers, Bootstrap, Interval, Units, truth_of};

/// Fewer files that have a tag, or lack it, say too little of a teacher.
const FEWEST: usize = 20;

/// What people's labels say of the teachers on one tag.
#[derive(Clone, Debug, PartialEq)]
pub struct TagWeights {
    /// The tag.
    pub tag: String,
    /// One a teacher; `None` where it has no opinion.
    pub teachers: Vec<Option<TeacherOnTag>>,
}

/// A teacher on one tag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TeacherOnTag {
    /// Mean over the sets of the area under the ROC curve.
    pub roc_auc: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Whether it is trusted: its interval reaches the best teacher's mean, or nearly.
    pub is_trusted: bool,
}

/// How far below the best teacher a teacher may surely lie and still be trusted: two opinions are worth
/// more than one.
const NEARLY: f64 = 0.03;

/// Weighs teachers on every tag of which some set has enough labels. A teacher is trusted on a tag unless
/// its interval, over artists, ends more than 0.03 below the best teacher's area: without evidence,
/// all are.
#[must_use]
pub fn weigh(
    tags: &[String],
    files: &[Labelled],
    heard: &Heard,
    bootstrap: Bootstrap,
) -> Vec<TagWeights> {
    let of_tag = |tag: usize| {
        let teachers: Vec<_> = heard
            .said
            .iter()
            .map(|said| on_tag(tag, files, said, bootstrap))
            .collect();
        let best = teachers.iter().flatten().map(|(area, _)| *area);
        let best = best.reduce(f64::max)?;
        let teachers = teachers.into_iter().map(|found| {
            found.map(|(roc_auc, interval)| TeacherOnTag {
                roc_auc,
                interval,
                is_trusted: interval.is_none_or(|it| it.high >= best - NEARLY),
            })
        });
        Some(TagWeights {
            tag: tags[tag].clone(),
            teachers: teachers.collect(),
        })
    };
    (0..tags.len()).filter_map(of_tag).collect()
}

/// An area under the ROC curve, and its interval.
type Area = (f64, Option<Interval>);

/// A teacher's area on a tag, over the sets that have enough labels of it: the mean of theirs, and of the
/// ends of their intervals.
fn on_tag(tag: usize, files: &[Labelled], said: &[Vec<f32>], bootstrap: Bootstrap) -> Option<Area> {
    let mut sets: Vec<&str> = files.iter().map(|file| file.set.as_str()).collect();
    sets.sort_unstable();
    sets.dedup();
    let areas = sets.into_iter().filter_map(|set| {
        let pairs: Vec<_> = files
            .iter()
            .zip(said)
            .filter(|(file, said)| {
                file.set == set && !file.labels[tag].is_nan() && !said[tag].is_nan()
            })
            .collect();
        let positive = pairs
            .iter()
            .filter(|(file, _)| file.labels[tag] == 1.0)
            .count();
        if positive < FEWEST || pairs.len() - positive < FEWEST {
            return None;
        }
        let mut answers = Answers::new(&[String::new()]);
        for (file, said) in &pairs {
            let _ = answers.push(
                [f64::from(said[tag])].into_iter(),
                [truth_of(file.labels[tag])].into_iter(),
            );
        }
        let units = Units::sources(pairs.iter().map(|(file, _)| file.artist.as_str()));
        let scores = answers.score_over(&units, bootstrap);
        Some((scores.macro_roc_auc?, scores.macro_roc_auc_interval))
    });
    let areas: Vec<Area> = areas.collect();
    let mean = |value: fn(&Area) -> Option<f64>| {
        let values: Option<Vec<f64>> = areas.iter().map(value).collect();
        values
            .filter(|values| !values.is_empty())
            .map(|values| values.iter().sum::<f64>() / values.len() as f64)
    };
    let low = mean(|(_, interval)| interval.map(|it| it.low));
    let high = mean(|(_, interval)| interval.map(|it| it.high));
    let interval = low.zip(high).map(|(low, high)| Interval { low, high });
    Some((mean(|(area, _)| Some(*area))?, interval))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_teacher_that_is_surely_worse_is_not_trusted_and_few_labels_say_nothing() {
        let file = |number: usize| Labelled {
            path: number.to_string(),
            set: String::new(),
            artist: number.to_string(),
            genre: None,
            wider: Vec::new(),
            labels: vec![
                f32::from(u8::from(number.is_multiple_of(2))),
                if number < 5 { 1.0 } else { f32::NAN },
            ],
        };
        let files: Vec<Labelled> = (0..80).map(file).collect();
        let knows = |n: usize| {
            vec![
                f32::from(u8::from(n.is_multiple_of(2))) + n as f32 / 100.0,
                0.5,
            ]
        };
        let guesses = |n: usize| vec![(n * 7 % 80) as f32, 0.5];
        let deaf = |_: usize| vec![f32::NAN, f32::NAN];
        let all = 0..files.len();
        let heard = Heard {
            said: vec![
                all.clone().map(knows).collect(),
                all.clone().map(guesses).collect(),
                all.map(deaf).collect(),
            ],
            blend: Vec::new(),
        };
        let tags = ["jazz", "rock"].map(str::to_owned);
        let weights = weigh(&tags, &files, &heard, Bootstrap::default());
        assert_eq!(weights.len(), 1);
        assert_eq!(weights[0].tag, "jazz");
        let trusted = |teacher: usize| weights[0].teachers[teacher].map(|t| t.is_trusted);
        assert_eq!([0, 1, 2].map(trusted), [Some(true), Some(false), None]);
    }
}
