//! The answers of a system for each clip, beside the truth.

/// Why a clip's answers are refused.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum AnswersError {
    /// A clip does not have one value for each tag.
    #[error("{found} {what} for {needed} tags")]
    Length {
        /// "scores" or "labels".
        what: &'static str,
        /// Values given.
        found: usize,
        /// Number of tags.
        needed: usize,
    },
    /// A score is not a number, so clips cannot be ranked by it.
    #[error("the score of the tag `{tag}` is {score}, by which clips cannot be ranked")]
    NotANumber {
        /// The tag.
        tag: String,
        /// Its score.
        score: f64,
    },
}

/// Scores and truth of every clip for every tag.
#[derive(Clone, Debug, PartialEq)]
pub struct Answers {
    tags: Vec<String>,
    /// `[tag][clip]`
    scores: Vec<Vec<f64>>,
    /// `[tag][clip]`; `None` if it is not known.
    truth: Vec<Vec<Option<bool>>>,
}

impl Answers {
    /// Answers for `tags`, without any clip yet.
    #[must_use]
    pub fn new(tags: &[String]) -> Self {
        Self {
            tags: tags.to_vec(),
            scores: vec![Vec::new(); tags.len()],
            truth: vec![Vec::new(); tags.len()],
        }
    }

    /// Adds a clip: its `scores`, where higher means likelier, and whether it has each tag, or
    /// `None` if that is not known.
    ///
    /// # Errors
    /// [`AnswersError`] if either has another length than the tags, or a score is not a number.
    /// Then nothing is added.
    pub fn push(
        &mut self,
        scores: impl ExactSizeIterator<Item = f64> + Clone,
        truth: impl ExactSizeIterator<Item = Option<bool>>,
    ) -> Result<(), AnswersError> {
        let length = |what, found| {
            let needed = self.tags.len();
            (found != needed).then_some(AnswersError::Length {
                what,
                found,
                needed,
            })
        };
        if let Some(error) =
            length("scores", scores.len()).or_else(|| length("labels", truth.len()))
        {
            return Err(error);
        }
        if let Some((tag, score)) = self.tags.iter().zip(scores.clone()).find(|s| s.1.is_nan()) {
            let tag = tag.clone();
            return Err(AnswersError::NotANumber { tag, score });
        }
        for (column, score) in self.scores.iter_mut().zip(scores) {
            column.push(score);
        }
        for (column, truth) in self.truth.iter_mut().zip(truth) {
            column.push(truth);
        }
        Ok(())
    }

    /// The tags.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        &self.tags
    }

    /// Number of clips.
    #[must_use]
    pub fn clips(&self) -> usize {
        self.scores.first().map_or(0, Vec::len)
    }

    /// Scores of one tag, one for each clip.
    pub(super) fn scores_of(&self, tag: usize) -> &[f64] {
        &self.scores[tag]
    }

    /// Which clips have one tag.
    pub(super) fn truth_of(&self, tag: usize) -> &[Option<bool>] {
        &self.truth[tag]
    }
}
