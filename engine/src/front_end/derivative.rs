//! Derivatives along time, as librosa's `feature.delta` takes them.
//!
//! These are Savitzky-Golay filters over nine frames `x[−4..=4]` (scipy's `savgol_filter` of width 9,
//! with a polynomial of the derivative's order): the slope of the line, and the curvature of the
//! parabola, that fit the nine frames best. A frame with fewer than four frames on one side takes the
//! derivative of the nearest frame that has four (mode `interp`, librosa's default).

/// Frames that a derivative sees.
pub(super) const WIDTH_FRAMES: usize = 9;
/// Frames on each side of the derivative's own frame.
const HALF: usize = WIDTH_FRAMES / 2;

/// Writes the first and second derivative of `row`, per frame and per frame², to `first` and
/// `second`, which are as long. Rows shorter than [`WIDTH_FRAMES`] have derivatives of 0.
pub(super) fn derive(row: &[f32], first: &mut [f32], second: &mut [f32]) {
    if row.len() < WIDTH_FRAMES {
        first.fill(0.0);
        second.fill(0.0);
        return;
    }
    for (start, frames) in row.windows(WIDTH_FRAMES).enumerate() {
        let (mut slope, mut curvature) = (0.0, 0.0);
        for (i, &value) in frames.iter().enumerate() {
            let (k, value) = (i as f64 - HALF as f64, f64::from(value));
            slope += k * value;
            curvature += (3.0 * k * k - 20.0) * value;
        }
        first[start + HALF] = (slope / 60.0) as f32;
        second[start + HALF] = (curvature / 462.0) as f32;
    }
    for derivative in [first, second] {
        let last = derivative.len() - 1;
        let (head, tail) = (derivative[HALF], derivative[last - HALF]);
        derivative[..HALF].fill(head);
        derivative[last - HALF + 1..].fill(tail);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn derived(row: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let (mut first, mut second) = (vec![f32::NAN; row.len()], vec![f32::NAN; row.len()]);
        derive(row, &mut first, &mut second);
        (first, second)
    }

    /// Coefficients of the polynomial of `degree` that fits `frames` best around its centre, by
    /// the normal equations.
    fn fit(frames: &[f64], degree: usize) -> Vec<f64> {
        let half = (frames.len() / 2) as f64;
        let n = degree + 1;
        let mut rows = vec![vec![0.0; n + 1]; n];
        for (i, &value) in frames.iter().enumerate() {
            let t = i as f64 - half;
            for (r, row) in rows.iter_mut().enumerate() {
                for (c, cell) in row[..n].iter_mut().enumerate() {
                    *cell += t.powi((r + c) as i32);
                }
                row[n] += t.powi(r as i32) * value;
            }
        }
        for pivot in 0..n {
            let by = rows[pivot].clone();
            for (_, row) in rows.iter_mut().enumerate().filter(|&(i, _)| i != pivot) {
                let factor = row[pivot] / by[pivot];
                row.iter_mut()
                    .zip(&by)
                    .for_each(|(cell, by)| *cell -= factor * by);
            }
        }
        (0..n).map(|i| rows[i][n] / rows[i][i]).collect()
    }

    #[test]
    fn derivatives_are_those_of_the_polynomials_that_fit_best() {
        for len in [9, 10, 13, 40] {
            let row: Vec<f32> = (0..len).map(|i| (i * i * 7 % 41) as f32 - 20.0).collect();
            let exact: Vec<f64> = row.iter().map(|&x| f64::from(x)).collect();
            let (first, second) = derived(&row);
            for (t, (&first, &second)) in first.iter().zip(&second).enumerate() {
                // At the ends, the fit of the outermost nine frames applies.
                let centre = t.clamp(4, len - 5);
                let frames = &exact[centre - 4..=centre + 4];
                let slope = fit(frames, 1)[1];
                let curvature = 2.0 * fit(frames, 2)[2];
                assert!((f64::from(first) - slope).abs() < 1e-5, "{len} {t}");
                assert!((f64::from(second) - curvature).abs() < 1e-5, "{len} {t}");
            }
        }
    }

    #[test]
    fn a_row_too_short_for_a_fit_has_derivatives_of_zero() {
        for len in 0..9 {
            let row: Vec<f32> = (0..len).map(|i| i as f32).collect();
            let (first, second) = derived(&row);
            assert!(first.iter().chain(&second).all(|&x| x == 0.0));
        }
    }
}
