//! Which windows of a file its tags are of.

use std::num::NonZeroUsize;
use std::str::FromStr;

use super::{TaggedFile, Update, Windows};

/// Which windows of a file its tags are of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum At {
    /// The last one, as the plugin shows at the file's end.
    #[default]
    End,
    /// The mean over all.
    Mean,
    /// The maximum of each tag over all.
    Max,
    /// So many, spread evenly, each by itself.
    Windows(NonZeroUsize),
}

impl At {
    /// Seconds between windows, where nobody asks for others.
    #[must_use]
    pub fn update_seconds(self) -> f64 {
        match self {
            Self::End => 1.0,
            Self::Mean | Self::Max | Self::Windows(_) => 10.0,
        }
    }

    /// Whether each window stands by itself.
    #[must_use]
    pub fn is_windows(self) -> bool {
        matches!(self, Self::Windows(_))
    }

    /// The windows on which the network must run.
    #[must_use]
    pub fn windows(self) -> Windows {
        match self {
            Self::End => Windows::Last,
            Self::Mean | Self::Max | Self::Windows(_) => Windows::Full,
        }
    }

    /// Puts the tags of these windows in the place of `file`'s. Windows that are not full count only
    /// where none is: at a file's beginning they show the first seconds over and over.
    ///
    /// The mean and the maximum, of the embedding too, stand at the position of the last window. Windows by themselves become
    /// [`TaggedFile::updates`], the last of which is [`TaggedFile::last`].
    #[must_use]
    pub fn of(self, mut file: TaggedFile) -> TaggedFile {
        if self == Self::End || file.last.is_err() {
            return file;
        }
        let most = file.updates.iter().map(|update| update.seconds_heard);
        let most = most.fold(0.0, f32::max);
        file.updates
            .retain(|update| update.seconds_heard >= most - 1e-3);
        let Some(last) = file.updates.last().cloned() else {
            return file;
        };
        match self {
            Self::End => {}
            Self::Mean => {
                let mean = |of: fn(&Update) -> &[f32]| {
                    let sums = columns(&file.updates, of);
                    let sums = sums.map(|values| values.map(f64::from).sum::<f64>());
                    let count = file.updates.len() as f64;
                    sums.map(|sum| (sum / count) as f32).collect()
                };
                file.last = Ok(Update {
                    probabilities: mean(probabilities),
                    embedding: mean(embedding),
                    ..last
                });
            }
            Self::Max => {
                let most = |of: fn(&Update) -> &[f32]| {
                    let columns = columns(&file.updates, of);
                    let most = columns.map(|values| values.reduce(f32::max));
                    most.map(Option::unwrap_or_default).collect()
                };
                file.last = Ok(Update {
                    probabilities: most(probabilities),
                    embedding: most(embedding),
                    ..last
                });
            }
            Self::Windows(count) => {
                let spread = spread(file.updates.len(), count.get());
                let chosen: Vec<Update> = spread.map(|at| file.updates[at].clone()).collect();
                if let Some(last) = chosen.last() {
                    file.last = Ok(last.clone());
                }
                file.updates = chosen;
            }
        }
        file
    }
}

fn probabilities(update: &Update) -> &[f32] {
    &update.probabilities
}

fn embedding(update: &Update) -> &[f32] {
    &update.embedding
}

/// For each value `of` an update, those of all updates.
fn columns<'a>(
    updates: &'a [Update],
    of: fn(&Update) -> &[f32],
) -> impl Iterator<Item = impl Iterator<Item = f32> + 'a> {
    let count = updates.first().map_or(0, |update| of(update).len());
    (0..count).map(move |index| updates.iter().map(move |update| of(update)[index]))
}

impl FromStr for At {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "end" => Ok(Self::End),
            "mean" => Ok(Self::Mean),
            "max" => Ok(Self::Max),
            number => match number.parse() {
                Ok(count) => Ok(Self::Windows(count)),
                Err(_) => Err("end, mean, max, or a number of windows is expected".to_owned()),
            },
        }
    }
}

impl std::fmt::Display for At {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::End => f.write_str("end"),
            Self::Mean => f.write_str("mean"),
            Self::Max => f.write_str("max"),
            Self::Windows(count) => count.fmt(f),
        }
    }
}

/// `count` of `all` numbers from 0 on, spread evenly from the first to the last; the middle one, if it is
/// one; all, if there are no more.
fn spread(all: usize, count: usize) -> impl Iterator<Item = usize> {
    let count = count.min(all);
    (0..count).map(move |number| match count {
        1 => all / 2,
        _ => (number * (all - 1) + (count - 1) / 2) / (count - 1),
    })
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use tagline_engine::Backend;

    use super::*;

    /// Three windows that are not full, and five that are.
    fn file() -> TaggedFile {
        let update = |second: u16| Update {
            position_seconds: second.into(),
            seconds_heard: f32::from(second.min(40)),
            probabilities: vec![f32::from(second) / 100.0, f32::from(80 - second) / 100.0],
            embedding: vec![f32::from(second)],
        };
        let updates: Vec<Update> = (1..=8).map(|number| update(10 * number)).collect();
        TaggedFile {
            path: PathBuf::from("song.wav"),
            seconds: 81.0,
            backend: Backend::Tract,
            last: Ok(updates[7].clone()),
            updates,
            remark: None,
        }
    }

    fn last(at: &str) -> Update {
        at.parse::<At>().unwrap().of(file()).last.unwrap()
    }

    fn tags(at: &str) -> Vec<f32> {
        last(at).probabilities
    }

    #[test]
    fn the_mean_and_the_maximum_are_of_the_full_windows() {
        assert_eq!(tags("end"), [0.8, 0.0]);
        assert_eq!(tags("max"), [0.8, 0.4]);
        let mean = tags("mean");
        assert!(
            (mean[0] - 0.6).abs() < 1e-6 && (mean[1] - 0.2).abs() < 1e-6,
            "{mean:?}"
        );
        assert_eq!(last("mean").embedding, [60.0]);
        assert_eq!(last("max").embedding, [80.0]);
    }

    #[test]
    fn windows_by_themselves_are_spread_evenly() {
        let positions = |at: &str| -> Vec<f64> {
            let file = at.parse::<At>().unwrap().of(file());
            assert_eq!(file.updates.last(), file.last.as_ref().ok());
            file.updates
                .iter()
                .map(|update| update.position_seconds)
                .collect()
        };
        assert_eq!(positions("1"), [60.0]);
        assert_eq!(positions("2"), [40.0, 80.0]);
        assert_eq!(positions("3"), [40.0, 60.0, 80.0]);
        assert_eq!(positions("99"), [40.0, 50.0, 60.0, 70.0, 80.0]);
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "0", "-1", "middle", "1.5"] {
            assert!(text.parse::<At>().is_err(), "{text}");
        }
        for text in ["end", "mean", "max", "12"] {
            assert_eq!(text.parse::<At>().unwrap().to_string(), text);
        }
    }
}
