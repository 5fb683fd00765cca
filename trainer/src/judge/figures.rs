//! The figures of one model.

use super::Labelled;
use crate::metrics::{Agreement, Answers, Bootstrap, Interval, Units, truth_of};

/// From here on a tag counts as shown.
const SHOWN_FROM: f32 = 0.5;
/// Borders of the bins of what is shown.
const BORDERS: [f32; 6] = [0.0, 0.1, 0.3, 0.5, 0.7, 1.0];

/// What a model is worth by people's labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The model.
    pub name: String,
    /// Each collection's figures.
    pub sets: Vec<SetFigures>,
    /// What is shown on all files of all sets.
    pub shown: Shown,
}

/// Figures of one collection.
#[derive(Clone, Debug, PartialEq)]
pub struct SetFigures {
    /// Its name.
    pub set: String,
    /// Its files.
    pub clips: usize,
    /// Tags that some of its files have and some lack.
    pub tags: Vec<TagFigures>,
    /// Mean ROC-AUC over its genres.
    pub genres_roc_auc: Option<f64>,
    /// Its interval.
    pub genres_interval: Option<Interval>,
    /// Part of the files whose genre is the highest of the set's.
    pub top_1: Option<f64>,
    /// Its interval.
    pub top_1_interval: Option<Interval>,
    /// Of what is shown of its tags, how much is right, by what is shown. A tag that a file's genre is a kind
    /// of is right there, which ROC-AUC and top-1 do not count.
    pub bins: Vec<Bin>,
}

/// Figures of a tag in a collection.
#[derive(Clone, Debug, PartialEq)]
pub struct TagFigures {
    /// The tag.
    pub tag: String,
    /// Files that have it, and that lack it.
    pub clips: [usize; 2],
    /// Area under the ROC curve.
    pub roc_auc: f64,
    /// Its interval.
    pub interval: Option<Interval>,
    /// Part of the files that have it, and of those that lack it, on which it is shown at 50 % or more.
    pub shown: [f64; 2],
}

/// Answers between two probabilities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bin {
    /// From here on.
    pub from: f32,
    /// Up to here.
    pub to: f32,
    /// Answers.
    pub answers: usize,
    /// Their mean.
    pub mean: f64,
    /// Part of them that is right.
    pub right: f64,
}

/// What is shown at 50 % or more.
#[derive(Clone, Debug, PartialEq)]
pub struct Shown {
    /// Files.
    pub clips: usize,
    /// Part of them on which nothing is.
    pub nothing: f64,
    /// Tags that are shown on none of them.
    pub never: Vec<String>,
}

/// Judges what a model said of files, `[file][tag]`, NaN where it has no opinion. Files of an artist are
/// drawn together for the intervals.
#[must_use]
pub fn judge(
    name: &str,
    tags: &[String],
    files: &[Labelled],
    said: &[Vec<f32>],
    bootstrap: Bootstrap,
) -> Judgement {
    let mut names: Vec<&str> = files.iter().map(|file| file.set.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let sets = names.into_iter().map(|set| {
        let numbers = (0..files.len()).filter(|number| files[*number].set == set);
        let pairs: Vec<_> = numbers.map(|n| (&files[n], said[n].as_slice())).collect();
        of_set(set, tags, &pairs, bootstrap)
    });
    Judgement {
        name: name.to_owned(),
        sets: sets.collect(),
        shown: shown(tags, said),
    }
}

fn shown(tags: &[String], said: &[Vec<f32>]) -> Shown {
    let is_shown = |probability: &f32| *probability >= SHOWN_FROM;
    let nothing = said
        .iter()
        .filter(|said| !said.iter().any(is_shown))
        .count();
    let never = tags.iter().enumerate().filter(|(tag, _)| {
        let knows = said.iter().any(|said| !said[*tag].is_nan());
        knows && !said.iter().any(|said| is_shown(&said[*tag]))
    });
    Shown {
        clips: said.len(),
        nothing: nothing as f64 / said.len().max(1) as f64,
        never: never.map(|(_, tag)| tag.clone()).collect(),
    }
}

/// A file, and what was said of it.
type Pair<'a> = (&'a Labelled, &'a [f32]);

fn of_set(set: &str, tags: &[String], pairs: &[Pair<'_>], bootstrap: Bootstrap) -> SetFigures {
    let units = Units::sources(pairs.iter().map(|(file, _)| file.artist.as_str()));
    let of_tags = |chosen: &[usize]| {
        let names: Vec<String> = chosen.iter().map(|tag| tags[*tag].clone()).collect();
        let mut answers = Answers::new(&names);
        for (file, said) in pairs {
            let scores = chosen.iter().map(|tag| f64::from(said[*tag]));
            let truth = chosen.iter().map(|tag| truth_of(file.labels[*tag]));
            // As many of each as tags, and all of them numbers: those are chosen.
            let _ = answers.push(scores, truth);
        }
        answers.score_over(&units, bootstrap)
    };
    let has = |tag: usize, value: f32| pairs.iter().any(|(file, _)| file.labels[tag] == value);
    let known = |tag: usize| pairs.iter().all(|(_, said)| !said[tag].is_nan());
    let judged: Vec<usize> = (0..tags.len())
        .filter(|tag| known(*tag) && has(*tag, 1.0) && has(*tag, 0.0))
        .collect();
    let is_genre = |tag: &usize| pairs.iter().any(|(file, _)| file.genre == Some(*tag));
    let genres: Vec<usize> = judged.iter().copied().filter(is_genre).collect();
    let scores = of_tags(&judged);
    let by_tag = judged.iter().zip(&scores.tags).filter_map(|(tag, scores)| {
        let share = |value: f32| {
            let those = pairs.iter().filter(|(file, _)| file.labels[*tag] == value);
            let (shown, all) = those.fold((0, 0), |(shown, all), (_, said)| {
                (shown + usize::from(said[*tag] >= SHOWN_FROM), all + 1)
            });
            (all, shown as f64 / f64::from(all.max(1)))
        };
        let [(positive, on_positive), (negative, on_negative)] = [1.0, 0.0].map(share);
        Some(TagFigures {
            tag: scores.tag.clone(),
            clips: [positive as usize, negative as usize],
            roc_auc: scores.roc_auc?,
            interval: scores.roc_auc_interval,
            shown: [on_positive, on_negative],
        })
    });
    let tags = by_tag.collect();
    let of_genres = (genres.len() > 1).then(|| of_tags(&genres));
    let hits: Vec<Option<f64>> = pairs.iter().map(|pair| hit(pair, &genres)).collect();
    let top_1 = Agreement::of(&hits, &units, bootstrap);
    SetFigures {
        set: set.to_owned(),
        clips: pairs.len(),
        tags,
        genres_roc_auc: of_genres.as_ref().and_then(|scores| scores.macro_roc_auc),
        genres_interval: of_genres.and_then(|scores| scores.macro_roc_auc_interval),
        top_1: top_1.map(|top_1| top_1.spearman),
        top_1_interval: top_1.and_then(|top_1| top_1.interval),
        bins: bins(pairs, &judged),
    }
}

/// Whether a file's own genre is the highest of `genres`.
fn hit((file, said): &Pair<'_>, genres: &[usize]) -> Option<f64> {
    let own = file.genre.filter(|genre| genres.contains(genre))?;
    let highest = genres
        .iter()
        .copied()
        .max_by(|a, b| said[*a].total_cmp(&said[*b]))?;
    Some(f64::from(u8::from(highest == own)))
}

fn bins(pairs: &[Pair<'_>], judged: &[usize]) -> Vec<Bin> {
    let answers: Vec<(f32, f32)> = pairs
        .iter()
        .flat_map(|(file, said)| {
            let right = |tag: usize| match file.wider.contains(&tag) {
                true => 1.0,
                false => file.labels[tag],
            };
            judged.iter().map(move |tag| (said[*tag], right(*tag)))
        })
        .filter(|(_, label)| !label.is_nan())
        .collect();
    let bin = |borders: &[f32]| {
        let (from, to) = (borders[0], borders[1]);
        let within = |p: f32| p >= from && (p < to || to == 1.0);
        let inside: Vec<_> = answers.iter().filter(|(p, _)| within(*p)).collect();
        let mean = |value: &dyn Fn(&(f32, f32)) -> f32| {
            let sum: f64 = inside.iter().map(|answer| f64::from(value(answer))).sum();
            sum / inside.len().max(1) as f64
        };
        Bin {
            from,
            to,
            answers: inside.len(),
            mean: mean(&|(p, _)| *p),
            right: mean(&|(_, label)| *label),
        }
    };
    BORDERS.windows(2).map(bin).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(artist: &str, genre: usize) -> Labelled {
        let label = |tag: usize| f32::from(u8::from(tag == genre));
        Labelled {
            path: String::new(),
            set: "set".to_owned(),
            artist: artist.to_owned(),
            genre: Some(genre),
            wider: Vec::new(),
            labels: vec![label(0), label(1), f32::NAN],
        }
    }

    #[test]
    fn figures_are_those_of_the_labels() {
        let tags = ["jazz", "rock", "flute"].map(str::to_owned);
        let files = [file("a", 0), file("a", 0), file("b", 1), file("c", 1)];
        let said = [
            vec![0.9, 0.1, 0.0],
            vec![0.6, 0.7, 0.0],
            vec![0.2, 0.8, 0.0],
            vec![0.3, 0.4, 0.0],
        ];
        let judgement = judge("x", &tags, &files, &said, Bootstrap::default());
        let [set] = judgement.sets.as_slice() else {
            panic!("{judgement:?}");
        };
        assert_eq!((set.clips, set.tags.len()), (4, 2));
        // Jazz orders all pairs, rock three of four.
        assert_eq!(set.tags[0].roc_auc, 1.0);
        assert_eq!(set.tags[1].roc_auc, 0.75);
        assert_eq!(set.genres_roc_auc, Some(0.875));
        assert_eq!(set.top_1, Some(0.75));
        assert!(set.top_1_interval.unwrap().low <= 0.75);
        assert_eq!(set.tags[0].shown, [1.0, 0.0]);
        assert_eq!(set.tags[1].shown, [0.5, 0.5]);
        assert_eq!(set.tags[1].clips, [2, 2]);
        // 0.9, 0.7 and 0.8 are from 70 % on; the second is wrong.
        let last = set.bins.last().unwrap();
        assert_eq!(last.answers, 3);
        assert!((last.right - 2.0 / 3.0).abs() < 1e-6);
        assert!((last.mean - 0.8).abs() < 1e-6);
        assert_eq!(judgement.shown.never, ["flute"]);
        assert_eq!(judgement.shown.nothing, 0.25);
    }

    #[test]
    fn a_wider_tag_is_right_where_shown_and_orders_pairs_as_before() {
        let tags = ["metal", "rock", "flute"].map(str::to_owned);
        let mut files = [file("a", 0), file("b", 1)];
        let said = [vec![0.9, 0.95, 0.0], vec![0.1, 0.8, 0.0]];
        let judged = |files: &[Labelled]| {
            let mut judgement = judge("x", &tags, files, &said, Bootstrap::default());
            judgement.sets.remove(0)
        };
        let strict = judged(&files);
        files[0].wider.push(1);
        let set = judged(&files);
        let shown = |set: &SetFigures| set.bins.last().map(|bin| (bin.answers, bin.right));
        assert_eq!(shown(&strict), Some((3, 2.0 / 3.0)));
        assert_eq!(shown(&set), Some((3, 1.0)));
        assert_eq!(set.tags[1].roc_auc, 0.0);
        assert_eq!(set.top_1, strict.top_1);
    }
}
