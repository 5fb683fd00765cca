//! `trainer synth`.

use std::io::{IsTerminal, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use indicatif::{ProgressBar, ProgressStyle};
use tagline_files::interrupt::Stop;
use tagline_synth::{
    ClipFormat, Corpus, CorpusReport, SoundFonts, SynthError, compose_style, style_names,
};

use super::{Outcome, check_folder, interrupted, still_wanted};

/// Render a labelled corpus of synthetic music that lies on disk as MagnaTagATune does.
///
/// Can be interrupted at any time; the same command goes on where it stopped.
#[derive(Debug, Args)]
pub(super) struct SynthArgs {
    /// Folder of the corpus. Finished clips in it are kept.
    #[arg(required_unless_present_any = ["preview", "styles"])]
    out: Option<PathBuf>,
    /// How many clips; at least as many as are there.
    #[arg(long, required_unless_present_any = ["preview", "styles"])]
    clips: Option<NonZeroUsize>,
    /// The same seed gives the same clips.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// General MIDI SoundFont (.sf2), several times for several; those of the system if not given.
    #[arg(long, value_name = "SF2")]
    soundfont: Vec<PathBuf>,
    /// Length of a clip.
    #[arg(long, default_value_t = 29.1)]
    seconds: f64,
    /// Files of the clips.
    #[arg(long, value_enum, default_value_t)]
    format: FormatArg,
    /// Clips side by side; as many as there are processors if not given.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Write one piece of --style to this .ogg or .wav instead, in stereo at 44.1 kHz.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["out", "clips"], requires = "style")]
    preview: Option<PathBuf>,
    /// Style or genre of the preview.
    #[arg(long, requires = "preview")]
    style: Option<String>,
    /// List genres and their styles.
    #[arg(long, conflicts_with_all = ["out", "clips", "preview"])]
    styles: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FormatArg {
    #[default]
    Ogg,
    Wav,
}

/// Sample rate of a preview.
const PREVIEW_RATE_HZ: u32 = 44_100;

pub(super) fn run(args: SynthArgs) -> Outcome {
    let text = if args.styles {
        styles()
    } else if let (Some(path), Some(style)) = (&args.preview, &args.style) {
        ClipFormat::of(path)?;
        check_folder(path)?;
        let fonts = SoundFonts::open(&args.soundfont)?;
        let piece = compose_style(style, args.seed, args.seconds, PREVIEW_RATE_HZ, &fonts)?;
        piece.write(path)?;
        format!(
            "{}: {}: {}\n",
            path.display(),
            piece.style,
            piece.tags.join(", ")
        )
    } else if let (Some(folder), Some(clips)) = (&args.out, args.clips) {
        match corpus(folder, clips, &args) {
            Err(error @ SynthError::Interrupted { .. }) => return Ok(interrupted(&error)),
            text => text?,
        }
    } else {
        return Err("a folder and --clips are needed".into());
    };
    still_wanted(std::io::stdout().write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn styles() -> String {
    style_names()
        .into_iter()
        .map(|(genre, styles)| format!("{genre}: {}\n", styles.join(", ")))
        .collect()
}

fn corpus(folder: &Path, clips: NonZeroUsize, args: &SynthArgs) -> Result<String, SynthError> {
    let corpus = Corpus {
        folder: folder.to_owned(),
        clips: clips.get(),
        seed: args.seed,
        seconds: args.seconds,
        format: match args.format {
            FormatArg::Ogg => ClipFormat::Ogg,
            FormatArg::Wav => ClipFormat::Wav,
        },
        jobs: args.jobs,
    };
    let fonts = SoundFonts::open(&args.soundfont)?;
    let progress = Progress::new(clips.get());
    let stop = Stop::on_interrupt();
    let report = corpus.render(&fonts, &|done, all| {
        progress.tell(done, all);
        stop.flow()
    });
    progress.bar.finish_and_clear();
    Ok(summary(&corpus, &report?))
}

fn summary(corpus: &Corpus, report: &CorpusReport) -> String {
    let counts: Vec<String> = report
        .tags
        .iter()
        .map(|(tag, clips)| format!("{tag} {clips}"))
        .collect();
    format!(
        "{}: {} clips rendered, {} kept\nclips of each tag: {}\n",
        corpus.folder.display(),
        report.rendered,
        report.kept,
        counts.join(", ")
    )
}

/// A bar on a terminal, a line now and then elsewhere.
struct Progress {
    bar: ProgressBar,
    /// When the last line was written, and when and with how many clips rendering began.
    lines: Option<Mutex<(Instant, Instant, Option<usize>)>>,
}

impl Progress {
    fn new(clips: usize) -> Self {
        let style =
            ProgressStyle::with_template("{bar:40} {pos}/{len} clips, {per_sec}, {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar());
        let now = Instant::now();
        let plain = !std::io::stderr().is_terminal();
        Self {
            bar: ProgressBar::new(clips as u64).with_style(style),
            lines: plain.then(|| Mutex::new((now, now, None))),
        }
    }

    fn tell(&self, done: usize, all: usize) {
        const EVERY: Duration = Duration::from_secs(10);
        let Some(lines) = &self.lines else {
            self.bar.set_position(done as u64);
            return;
        };
        let mut lines = lines
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let (told, began, kept) = &mut *lines;
        let kept = *kept.get_or_insert(done);
        if told.elapsed() >= EVERY && done > kept {
            *told = Instant::now();
            let left_s = began.elapsed().as_secs_f64() / (done - kept) as f64 * (all - done) as f64;
            let line = format!("{done}/{all} clips, {left_s:.0} s left\n");
            // Where nobody reads it, nobody misses it.
            let _ = std::io::stderr().write_all(line.as_bytes());
        }
    }
}
