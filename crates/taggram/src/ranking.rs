//! Which tags are worth a picture's row.

use crate::timeline::Timeline;

/// The `most` strongest of `tag_count` tags, strongest first: by the mean of their average and
/// their largest probability, so that a tag that is strong for a moment is seen too.
#[must_use]
pub fn strongest(timeline: &Timeline<'_>, tag_count: usize, most: usize) -> Vec<usize> {
    let mut scores: Vec<(usize, f32)> = (0..tag_count)
        .map(|tag| (tag, strength(timeline, tag)))
        .collect();
    scores.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    scores.truncate(most);
    scores.into_iter().map(|(tag, _)| tag).collect()
}

fn strength(timeline: &Timeline<'_>, tag: usize) -> f32 {
    let all = 0..timeline.rows().len();
    let largest = timeline
        .rows()
        .iter()
        .filter_map(|row| row.get(tag).copied().filter(|value| value.is_finite()))
        .fold(0.0, f32::max);
    timeline.mean(all, tag).unwrap_or(0.0) + largest.clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_that_is_strong_for_a_moment_comes_before_a_weak_one() {
        let rows = vec![
            vec![0.3, 0.0, f32::NAN],
            vec![0.3, 0.9, f32::NAN],
            vec![0.3, 0.0, 0.1],
        ];
        let timeline = Timeline::new(&[1.0, 2.0, 3.0], &rows);
        assert_eq!(strongest(&timeline, 4, 3), [1, 0, 2]);
    }
}
