//! `trainer synth`.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;

use clap::{Args, ValueEnum};
use tagline_synth::{
    ClipFormat, Corpus, CorpusReport, SoundFonts, SynthError, compose_style, style_names,
};
use trainer::work::{Count, Event, Progress, Unit};

use super::progress::Shown;
use super::{Outcome, check_folder, interrupted, still_wanted};

/// Render a labelled corpus of synthetic music, laid out as MagnaTagATune is.
///
/// Can be interrupted at any time; the same command goes on where it stopped.
#[derive(Debug, Args)]
pub(super) struct SynthArgs {
    /// Folder of the corpus. Finished clips in it are kept.
    #[arg(required_unless_present_any = ["preview", "styles"])]
    out: Option<PathBuf>,
    /// Number of clips. It cannot be smaller than what the folder holds.
    #[arg(long, required_unless_present_any = ["preview", "styles"])]
    clips: Option<NonZeroUsize>,
    /// The same seed gives the same clips.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// General MIDI SoundFont (.sf2). Can be given several times. By default the system's are used.
    #[arg(long, value_name = "SF2")]
    soundfont: Vec<PathBuf>,
    /// Length of a clip.
    #[arg(long, default_value_t = 29.1)]
    seconds: f64,
    /// Format of the clips.
    #[arg(long, value_enum, default_value_t)]
    format: FormatArg,
    /// Clips at the same time; by default one for each processor.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Instead, write one piece of --style to this .ogg or .wav, in stereo at 44.1 kHz.
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
    let shown = Shown::new();
    let earlier = OnceLock::new();
    let report = corpus.render(&fonts, &|done, all| {
        let count = Count::new("rendered", Unit::Clips, done, all);
        let earlier = *earlier.get_or_init(|| count.done);
        shown.event(&Event::Counted(Count { earlier, ..count }));
        shown.flow()
    })?;
    Ok(summary(&corpus, &report))
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
