//! Translates another model's tags into ours.

use super::Vocabulary;

/// The name that stands for the vocabulary itself.
pub(super) const OWN: &str = "own";

/// Turns a model's probabilities into opinions on our tags.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreign {
    name: String,
    /// For each of our tags, the numbers of the model's tags that mean it, with their thresholds.
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

    /// The translation of a model that has our tags.
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

    /// Whether the model's tags are ours. Then its opinions are its own probabilities, calibrated
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

    /// The model's opinions on our tags, from its `probabilities`, or NaN where it has none.
    ///
    /// A probability p of a name with the threshold t becomes the opinion p² / (p² + t²), which is
    /// a half at the threshold, whatever scale the model's training gave the name. The strongest
    /// opinion of several names counts. If [the model has our tags](Self::is_own), its
    /// probabilities are the opinions.
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
