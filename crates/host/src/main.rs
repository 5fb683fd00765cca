//! `tagline-host`: demonstrates and measures the built plugin in a real CLAP host.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use tagline_host::bench::{self, BenchOptions, BenchPart};
use tagline_host::demo::{self, DemoOptions, OWN_PIECE, View};
use tagline_host::{BlockSizes, write_out};

#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Streams a song through the plugin and shows what it says of it.
    Demo(DemoArgs),
    /// Measures the audio thread, the memory and the analysis.
    Bench(BenchArgs),
    /// The part of `bench --part syscalls` that runs under strace.
    #[command(name = bench::WATCHED_COMMAND, hide = true)]
    PlayLive(Plugin),
}

#[derive(Args)]
struct Plugin {
    /// The plugin's bundle.
    #[arg(long, default_value = "target/bundled/Tagline.clap")]
    bundle: PathBuf,
    /// The model; the one inside the plugin if none is given.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Prints one JSON object and nothing else.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
struct DemoArgs {
    /// The song: wav, flac, mp3, ogg, opus, m4a, aiff and others; a piece of the project's own if none
    /// is given.
    #[arg(default_value = OWN_PIECE)]
    audio: PathBuf,
    #[command(flatten)]
    plugin: Plugin,
    /// Paced by the clock, instead of a bounce as fast as possible.
    #[arg(long)]
    realtime: bool,
    /// Shows the network's own values, instead of calibrated ones.
    #[arg(long)]
    raw: bool,
    /// How many of the last seconds count: 3, 6 or 12; the whole window if this is not given.
    #[arg(long, value_name = "SECONDS", value_parser = focus)]
    focus: Option<f64>,
    /// Folder for taggram.png and tags.json.
    #[arg(long, default_value = "target/demo")]
    out: PathBuf,
    /// Frames of a block.
    #[arg(long, default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=16_384))]
    block: u32,
}

#[derive(Args)]
struct BenchArgs {
    #[command(flatten)]
    plugin: Plugin,
    /// What to measure; everything if none is given.
    #[arg(long, value_enum)]
    part: Vec<BenchPart>,
    /// A folder of songs for the part `reaction`: sections change from each to the next.
    #[arg(long, default_value = bench::SONGS)]
    songs: PathBuf,
}

fn focus(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok();
    let known = seconds.filter(|seconds| demo::FOCUS_SECONDS.contains(seconds));
    known.ok_or_else(|| "3, 6 or 12 is expected".into())
}

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(std::io::stderr)
        // It would say on standard error that it cannot write to standard error, and panic over that.
        .log_internal_errors(false)
        .init();
    let result = match Cli::parse().command {
        Command::Demo(args) => run_demo(&args),
        Command::Bench(args) => run_bench(&args),
        Command::PlayLive(plugin) => play_live(plugin),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            // If standard error is gone, too, nobody is left to be told.
            let _ = writeln!(std::io::stderr(), "error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run_demo(args: &DemoArgs) -> Result<(), String> {
    let options = DemoOptions {
        audio: args.audio.clone(),
        bundle: args.plugin.bundle.clone(),
        model: args.plugin.model.clone(),
        raw: args.raw,
        focus: args.focus,
        realtime: args.realtime,
        out: args.out.clone(),
        blocks: BlockSizes::Fixed(args.block),
    };
    let mut view = if args.plugin.json {
        View::Silent
    } else {
        View::for_people()
    };
    let report = demo::run(&options, &mut view).map_err(|error| error.to_string())?;
    if args.plugin.json {
        return say(&format!("{}\n", json(&report)?));
    }
    say(&format!(
        "{}pictures      {}\nevery update  {}\n",
        report.text(),
        options.out.join("taggram.png").display(),
        options.out.join("tags.json").display()
    ))
}

fn run_bench(args: &BenchArgs) -> Result<(), String> {
    let options = BenchOptions {
        bundle: args.plugin.bundle.clone(),
        model: args.plugin.model.clone(),
        parts: args.part.clone(),
        songs: args.songs.clone(),
    };
    let report = bench::run(&options).map_err(|error| error.to_string())?;
    if args.plugin.json {
        return say(&format!("{}\n", json(&report)?));
    }
    say(&report.text())
}

fn play_live(plugin: Plugin) -> Result<(), String> {
    let options = BenchOptions {
        bundle: plugin.bundle,
        model: plugin.model,
        parts: Vec::new(),
        songs: PathBuf::new(),
    };
    let played = bench::play_watched(&options).map_err(|error| error.to_string())?;
    say(&format!("{played}\n"))
}

/// Writes to standard output, and names it in the error.
fn say(text: &str) -> Result<(), String> {
    write_out(text).map_err(|error| format!("standard output: {error}"))
}

fn json(report: &impl serde::Serialize) -> Result<String, String> {
    serde_json::to_string(report).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn demo_without_a_file_takes_its_own_piece_and_the_plugins_own_model() {
        let demo = |arguments: &[&str]| match Cli::parse_from(arguments).command {
            Command::Demo(args) => (args.audio, args.plugin.model),
            _ => panic!("not the demo"),
        };
        assert_eq!(demo(&["host", "demo"]), (OWN_PIECE.into(), None));
        let given = demo(&["host", "demo", "song.mp3", "--model", "m.onnx"]);
        assert_eq!(given, ("song.mp3".into(), Some("m.onnx".into())));
    }

    #[test]
    fn every_command_line_in_the_documents_that_xtask_hands_on_is_taken() {
        use tagline_tests::documents::{arguments_of_xtask, blocks, programs};
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut commands = 0;
        for block in blocks(&root) {
            for shown in block.commands {
                for program in programs(&shown.text) {
                    let Some(arguments) = arguments_of_xtask(&program) else {
                        continue;
                    };
                    if !matches!(arguments[0].as_str(), "demo" | "bench") {
                        continue;
                    }
                    let words = std::iter::once("host").chain(arguments.iter().map(String::as_str));
                    if let Err(error) = Cli::try_parse_from(words) {
                        panic!("{}, line {}: {error}", block.document, shown.line);
                    }
                    commands += 1;
                }
            }
        }
        assert!(commands > 3, "{commands}");
    }
}
