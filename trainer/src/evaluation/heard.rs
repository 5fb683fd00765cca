//! Reads windows of clips as the plugin does when it has heard only their beginning.

use tagline_engine::{Analyzer, FrontEndSpec, RollingWindow};

use crate::data::{Clips, DataError};

/// Number of frames in the plugin's first window at or after so many `seconds`. Windows end on a
/// grid of frames, and a whole window is the most.
#[must_use]
pub fn frames_after(seconds: f64, spec: &FrontEndSpec) -> usize {
    let frames = (seconds.max(0.0) / spec.frame_seconds()).ceil() as u64;
    let on_grid = frames.max(1).next_multiple_of(Analyzer::GRID_FRAMES);
    on_grid.min(spec.frames as u64) as usize
}

/// Reads clips of which only the first frames have been heard. The engine's own rolling window
/// repeats them until they fill it.
pub struct HeardWindows<'a> {
    clips: &'a Clips,
    spec: &'a FrontEndSpec,
    heard_frames: usize,
    rolling: RollingWindow,
    /// A frame of the front-end. In a window, derived rows follow it.
    frame: Vec<f32>,
}

impl<'a> HeardWindows<'a> {
    /// A reader of the first `heard_frames` frames of `clips`, which were prepared with `spec`.
    #[must_use]
    pub fn new(clips: &'a Clips, spec: &'a FrontEndSpec, heard_frames: usize) -> Self {
        Self {
            clips,
            spec,
            heard_frames,
            rolling: RollingWindow::new(spec, 0),
            frame: vec![0.0; spec.frame_values()],
        }
    }

    /// Writes the window of `clip` to `out: [band, frame]`.
    ///
    /// # Errors
    /// [`DataError`] if the clip cannot be read.
    pub fn read(&mut self, clip: usize, out: &mut [f32]) -> Result<(), DataError> {
        self.clips.read(clip, out)?;
        // A clip that ended earlier already fills the window with repetitions.
        if self.heard_frames >= self.clips.heard_frames(clip) {
            return Ok(());
        }
        self.rolling.reset();
        for index in 0..self.heard_frames {
            let rows = out.chunks_exact(self.spec.frames).enumerate();
            for (value, (number, row)) in self.frame.iter_mut().zip(rows) {
                // Undoes the affine map, since reading applies it again.
                *value = self.spec.unscaled(number, row[index]);
            }
            self.rolling.push(&self.frame);
        }
        self.rolling.read(self.heard_frames as u64, out);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_the_plugins_windows() {
        let spec = FrontEndSpec::choi2016();
        assert_eq!(frames_after(3.0, &spec), 144);
        assert_eq!(frames_after(20.0, &spec), 944);
        assert_eq!(frames_after(29.1, &spec), 1366);
        assert_eq!(frames_after(1e9, &spec), 1366);
        assert_eq!(frames_after(0.0, &spec), 16);
    }
}
