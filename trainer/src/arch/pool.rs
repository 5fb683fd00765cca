//! Pooling of a block's maps.

/// Maxima over rectangles, and perhaps means of neighbouring maxima. Nothing is padded.
///
/// The paper's pools stand side by side and keep the largest value of each. Which values share a pool depends on
/// where the first one begins, so the same music a few milliseconds later can say something else. Maxima
/// that overlap, averaged before every other one is left out, hardly depend on it: Zhang, "Making convolutional
/// networks shift-invariant again" (ICML 2019), whose low-pass filter is a plain mean here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    /// Size of the rectangles: bands, frames. They stand side by side along the bands.
    pub size: [usize; 2],
    /// Frames from one rectangle to the next.
    pub step: usize,
    /// The means along time.
    pub mean: Mean,
}

/// Means of so many neighbouring values along time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean {
    /// Number of values.
    pub of: usize,
    /// Values from one mean to the next.
    pub step: usize,
}

impl Mean {
    /// Each value as it is.
    pub const NONE: Self = Self { of: 1, step: 1 };
}

impl Pool {
    /// Maxima over rectangles that stand side by side.
    #[must_use]
    pub const fn side_by_side(size: [usize; 2]) -> Self {
        Self {
            size,
            step: size[1],
            mean: Mean::NONE,
        }
    }

    /// The pooling on a map of `size` (bands, frames). It is no larger than the map, so that windows shorter
    /// than a network's own end in one value, too.
    #[must_use]
    pub fn on(self, size: [usize; 2]) -> Self {
        let frames = self.size[1].min(size[1]);
        let fitted = Self {
            size: [self.size[0].min(size[0]), frames],
            step: match self.step == self.size[1] {
                true => frames,
                false => self.step,
            },
            ..self
        };
        let of = self.mean.of.min(fitted.maxima(size)[1]);
        Self {
            mean: Mean { of, ..self.mean },
            ..fitted
        }
    }

    /// Bands and frames of the maxima on a map of `size`, which holds at least one.
    #[must_use]
    pub fn maxima(self, size: [usize; 2]) -> [usize; 2] {
        [
            size[0] / self.size[0],
            (size[1] - self.size[1]) / self.step + 1,
        ]
    }

    /// Bands and frames of the result on a map of `size`.
    #[must_use]
    pub fn pooled(self, size: [usize; 2]) -> [usize; 2] {
        let [bands, frames] = self.maxima(size);
        [bands, (frames - self.mean.of) / self.mean.step + 1]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_side_by_side_leave_the_rest_of_a_map_out() {
        let pool = Pool::side_by_side([2, 4]);
        assert_eq!(pool.on([96, 1366]), pool);
        assert_eq!(pool.pooled([96, 1366]), [48, 341]);
        assert_eq!(pool.on([1, 3]).pooled([1, 3]), [1, 1]);
    }

    #[test]
    fn means_of_overlapping_maxima_cover_a_map_to_its_end() {
        let pool = Pool {
            size: [2, 4],
            step: 2,
            mean: Mean { of: 6, step: 2 },
        };
        // 341 frames hold 169 maxima from every other frame, and 82 means of six.
        assert_eq!(pool.maxima([48, 341]), [24, 169]);
        assert_eq!(pool.pooled([48, 341]), [24, 82]);
        for frames in 1..40 {
            let size = [24, frames];
            let [_, pooled] = pool.on(size).pooled(size);
            assert_eq!(
                pooled,
                (frames.saturating_sub(14)) / 4 + 1,
                "{frames} frames"
            );
        }
    }
}
