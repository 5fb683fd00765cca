//! Tags that a model and a data set share, matched by name.

use super::EvaluateError;
use super::named::first_of;
use crate::data::Clips;
use crate::metrics::{Answers, spearman, truth_of};

/// The tags that both have, in the data's order, with their numbers in each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharedTags {
    names: Vec<String>,
    /// For each tag, its number in the model and in the data.
    places: Vec<[usize; 2]>,
    only_model: Vec<String>,
    only_data: Vec<String>,
}

impl SharedTags {
    /// The tags that `model` and `data` share.
    ///
    /// # Errors
    /// [`EvaluateError::NoSharedTag`] if there is none.
    pub fn between(model: &[String], data: &[String]) -> Result<Self, EvaluateError> {
        let mut shared = Self {
            names: Vec::new(),
            places: Vec::new(),
            only_model: model
                .iter()
                .filter(|tag| !data.contains(tag))
                .cloned()
                .collect(),
            only_data: Vec::new(),
        };
        for (in_data, tag) in data.iter().enumerate() {
            match model.iter().position(|other| other == tag) {
                Some(in_model) => {
                    shared.names.push(tag.clone());
                    shared.places.push([in_model, in_data]);
                }
                None => shared.only_data.push(tag.clone()),
            }
        }
        if shared.names.is_empty() {
            let (model, data) = (first_of(model), first_of(data));
            return Err(EvaluateError::NoSharedTag { model, data });
        }
        Ok(shared)
    }

    /// Their names, in the data's order.
    #[must_use]
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// For each tag, its number in the model and in the data.
    #[must_use]
    pub fn places(&self) -> &[[usize; 2]] {
        &self.places
    }

    /// For each side with tags that the other lacks, a line that names them.
    pub fn remarks(&self) -> impl Iterator<Item = String> {
        let remark = |who: &str, tags: &[String]| {
            let tags_are = if tags.len() == 1 {
                "tag is"
            } else {
                "tags are"
            };
            (!tags.is_empty()).then(|| {
                format!(
                    "{} {tags_are} not scored, {who}: {}",
                    tags.len(),
                    tags.join(", ")
                )
            })
        };
        let of_data = remark("for the model lacks them", &self.only_data);
        let of_model = remark("for the data lack them", &self.only_model);
        of_data.into_iter().chain(of_model)
    }

    /// Spearman's correlation of the model's answers for each of `clips` with the clip's labels,
    /// over the tags whose label is known. Clips whose labels are all yes or no have none.
    #[must_use]
    pub fn correlations(&self, clips: &Clips, probabilities: &[Vec<f32>]) -> Vec<Option<f64>> {
        let of_clip = |(clip, probabilities): (usize, &Vec<f32>)| {
            let labels = clips.labels(clip);
            let pairs = self.places.iter().filter_map(|[in_model, in_data]| {
                let label = f64::from(labels[*in_data]);
                (!label.is_nan()).then(|| (f64::from(probabilities[*in_model]), label))
            });
            let pairs: Vec<_> = pairs.collect();
            let graded = pairs.iter().any(|(_, label)| *label > 0.0 && *label < 1.0);
            graded.then(|| spearman(&pairs)).flatten()
        };
        probabilities.iter().enumerate().map(of_clip).collect()
    }

    /// The model's answers for each of `clips` (`[clip][tag of the model]`) beside the labels.
    ///
    /// # Errors
    /// [`EvaluateError::Answer`] names the clip for which the network gave NaN or an infinity.
    pub fn answers(
        &self,
        clips: &Clips,
        probabilities: &[Vec<f32>],
    ) -> Result<Answers, EvaluateError> {
        let mut answers = Answers::new(&self.names);
        for (clip, probabilities) in probabilities.iter().enumerate() {
            let labels = clips.labels(clip);
            let scores = self
                .places
                .iter()
                .map(|place| f64::from(probabilities[place[0]]));
            let truth = self.places.iter().map(|place| truth_of(labels[place[1]]));
            answers
                .push(scores, truth)
                .map_err(|source| EvaluateError::Answer {
                    clip: clips.id(clip).to_owned(),
                    source,
                })?;
        }
        Ok(answers)
    }
}
