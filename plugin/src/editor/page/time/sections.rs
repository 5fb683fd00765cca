//! Where one section of the music gives way to another.

/// Updates that are compared before and after a moment.
const SPAN: usize = 6;

/// A section changes where the tags before and after lie at least so far apart: the square root of the sum
/// of the squares over all tags.
const DISTANCE: f32 = 0.5;

/// Indexes of the updates with which a section begins. `rows` is `[update][tag]`, empty where nothing is
/// known.
pub fn changes(rows: &[&[f32]]) -> Vec<usize> {
    let distances: Vec<f32> = (0..rows.len()).map(|at| distance(rows, at)).collect();
    let is_peak = |at: &usize| {
        let (from, to) = (at.saturating_sub(SPAN), (at + SPAN + 1).min(rows.len()));
        let around = &distances[from..to];
        let most = around.iter().copied().fold(0.0, f32::max);
        // Of equal ones, the first.
        distances[*at] >= DISTANCE && around.iter().position(|d| *d == most) == Some(at - from)
    };
    (0..rows.len()).filter(is_peak).collect()
}

/// How far the mean of the updates before `at` lies from that of the updates from it on.
fn distance(rows: &[&[f32]], at: usize) -> f32 {
    if at < SPAN || at + SPAN > rows.len() {
        return 0.0;
    }
    let (before, after) = (&rows[at - SPAN..at], &rows[at..at + SPAN]);
    let tags = rows[at].len();
    if before.iter().chain(after).any(|row| row.len() != tags) {
        return 0.0;
    }
    let mean = |rows: &[&[f32]], tag: usize| {
        let sum: f32 = rows.iter().map(|row| row[tag]).sum();
        sum / SPAN as f32
    };
    let squares = (0..tags).map(|tag| (mean(after, tag) - mean(before, tag)).powi(2));
    squares.sum::<f32>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_found_where_it_is_and_a_steady_piece_has_none() {
        let row = |n: usize| match n {
            0..30 => [0.8, 0.1],
            _ => [0.1, 0.7],
        };
        let music: Vec<[f32; 2]> = (0..60).map(row).collect();
        let rows: Vec<&[f32]> = music.iter().map(|row| row.as_slice()).collect();
        assert_eq!(changes(&rows), [30]);
        assert!(changes(&rows[..28]).is_empty());
        assert!(changes(&[]).is_empty());
    }

    #[test]
    fn a_tag_that_flickers_is_no_change() {
        let music: Vec<[f32; 1]> = (0..60)
            .map(|n| [if n % 2 == 0 { 0.9 } else { 0.1 }])
            .collect();
        let rows: Vec<&[f32]> = music.iter().map(|row| row.as_slice()).collect();
        assert!(changes(&rows).is_empty());
    }
}
