//! Another model's tags in our words.

use super::Vocabulary;

/// Name of what a model speaks whose tags are the vocabulary's own.
pub(super) const OWN: &str = "own";

/// How a model's probabilities become opinions on our tags.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    name: String,
    /// For each of our tags, the model's tags that mean it, by number, with their thresholds.
    meanings: Vec<Vec<(usize, f32)>>,
    /// How much its opinion on each of our tags counts, 0 to 1.
    trust: Vec<f32>,
}

impl Foreign {
    pub(super) fn new(vocabulary: &Vocabulary, name: &str, model_tags: &[String]) -> Self {
        let thresholds = &vocabulary.thresholds[name];
        let meanings = vocabulary.tags.iter().map(|tag| {
            let names = tag.names.get(name).into_iter().flatten();
            let number = |name: &String| {
                let number = model_tags.iter().position(|tag| tag == name)?;
                Some((number, thresholds[name]))
            };
            names.filter_map(number).collect()
        });
        Self {
            name: name.to_owned(),
            meanings: meanings.collect(),
            trust: (vocabulary.tags.iter())
                .map(|tag| tag.trust.get(name).copied().unwrap_or(1.0))
                .collect(),
        }
    }

    /// Of a model that speaks our words.
    pub(super) fn own(vocabulary: &Vocabulary, model_tags: &[String]) -> Self {
        let number = |name: &String| model_tags.iter().position(|tag| tag == name);
        let meanings = vocabulary.tags.iter().map(|tag| {
            let same = number(&tag.name).map(|number| (number, 0.5));
            same.into_iter().collect()
        });
        Self {
            name: OWN.to_owned(),
            meanings: meanings.collect(),
            trust: vec![1.0; vocabulary.tags.len()],
        }
    }

    /// Whether the model's tags are ours: then its opinions are its own probabilities, calibrated
    /// if it has a calibration.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.name == OWN
    }

    /// Name of the foreign vocabulary, or `own`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How much the model's opinion on each of our tags counts beside those of other teachers, 0 to 1.
    #[must_use]
    pub fn trust(&self) -> &[f32] {
        &self.trust
    }

    /// Number of our tags that the model has an opinion on.
    #[must_use]
    pub fn translated(&self) -> usize {
        self.meanings
            .iter()
            .filter(|names| !names.is_empty())
            .count()
    }

    /// The model's opinions on our tags, from its `probabilities`; NaN where it has none.
    ///
    /// A probability p of a name with the threshold t is an opinion of p² / (p² + t²): a half at
    /// the threshold, whatever the scale that the model's training gave to the name. Of several
    /// names, the strongest opinion counts. Where [the model speaks our words](Self::is_own), a
    /// probability is an opinion.
    #[must_use]
    pub fn opinions(&self, probabilities: &[f32]) -> Vec<f32> {
        let opinion = |(name, threshold): &(usize, f32)| {
            if self.is_own() {
                return probabilities[*name];
            }
            let (p, t) = (probabilities[*name].powi(2), threshold.powi(2));
            p / (p + t)
        };
        let strongest = |names: &Vec<(usize, f32)>| {
            let opinions = names.iter().map(opinion);
            opinions.reduce(f32::max).unwrap_or(f32::NAN)
        };
        self.meanings.iter().map(strongest).collect()
    }
}
