//! `cargo xtask validate`: the bundles in the validators of both formats and of JUCE.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::bundle::{self, Build};
use crate::counts::Counts;
use crate::error::Error;
use crate::packages::program;
use crate::stage;
use crate::target::Target;
use crate::workspace::Workspace;
use crate::xvfb::Xvfb;

/// A program that looks at bundles.
struct Validator {
    /// What people call it.
    name: &'static str,
    /// Its program's name.
    program: &'static str,
    /// The variable of the environment that names its file.
    variable: &'static str,
    /// How to get it.
    from: &'static str,
    /// Which of the bundles it looks at: 0 is the CLAP, 1 the VST3.
    bundle: usize,
    /// Its arguments before the bundle, for each of its runs.
    runs: &'static [&'static [&'static str]],
}

const VALIDATORS: [Validator; 3] = [
    Validator {
        name: "clap-validator",
        program: "clap-validator",
        variable: "TAGLINE_CLAP_VALIDATOR",
        from: "https://github.com/free-audio/clap-validator has it for download",
        bundle: 0,
        runs: &[&["validate"]],
    },
    Validator {
        name: "Steinberg's validator",
        program: "validator",
        variable: "TAGLINE_VST3_VALIDATOR",
        from: "the VST3 SDK builds it (https://github.com/steinbergmedia/vst3sdk, target `validator`)",
        bundle: 1,
        // The extensive tests leave out some of the plain ones.
        runs: &[&[], &["-e"]],
    },
    Validator {
        name: "pluginval",
        program: "pluginval",
        variable: "TAGLINE_PLUGINVAL",
        from: "https://github.com/Tracktion/pluginval has it for download",
        bundle: 1,
        runs: &[&["--strictness-level", "10", "--validate"]],
    },
];

/// Builds the bundles and hands them to each validator that is found. One that is not found counts as
/// skipped, and one that finds a failure as failed.
///
/// # Errors
/// Those of building.
pub fn run(workspace: &Workspace, build: Build) -> Result<ExitCode, Error> {
    let target = Target::builder();
    bundle::run(workspace, &target, build)?;
    let bundles = bundle::bundles(workspace, &target);
    // Two of them open the editor.
    let server = Xvfb::start();
    let stages = VALIDATORS.map(|validator| {
        stage::run(validator.name, || {
            let Some(file) = validator.find(|name| std::env::var_os(name))? else {
                return Ok(stage::skipped(&validator.absence()));
            };
            validator.check(&file, &bundles[validator.bundle], server.as_ref())
        })
    });
    Ok(stage::summary(&stages))
}

impl Validator {
    /// The file that the variable names, or else the program on the path, if there is one.
    fn find(&self, variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<PathBuf>, Error> {
        let named = variable(self.variable).filter(|named| !named.is_empty());
        let Some(named) = named.map(PathBuf::from) else {
            return Ok(program(self.program));
        };
        if named.is_file() {
            return Ok(Some(named));
        }
        Err(Error::NoProgram {
            variable: self.variable,
            path: named,
        })
    }

    fn absence(&self) -> String {
        let Self {
            name,
            program,
            variable,
            from,
            ..
        } = self;
        format!(
            "{name}: there is no `{program}` on the path, and {variable} does not name its file; {from}"
        )
    }

    fn check(&self, file: &Path, bundle: &Path, server: Option<&Xvfb>) -> Result<Counts, Error> {
        let mut counts = Counts::default();
        for run in self.runs {
            let mut command = Command::new(file);
            command.args(*run).arg(bundle);
            if let Some(server) = server {
                command
                    .env("DISPLAY", &server.display)
                    .env("LIBGL_ALWAYS_SOFTWARE", "1");
            }
            counts = counts + stage::check(&mut command)?;
        }
        Ok(counts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validator() -> Validator {
        let [first, ..] = VALIDATORS;
        Validator {
            program: "a-program-that-nobody-wrote",
            ..first
        }
    }

    #[test]
    fn a_validator_that_is_nowhere_is_skipped_with_the_way_to_get_it() {
        for unset in [None, Some(OsString::new())] {
            let found = validator().find(|_| unset.clone());
            assert_eq!(found.ok(), Some(None));
        }
        let absence = validator().absence();
        for part in ["a-program", "TAGLINE_CLAP_VALIDATOR", "https://"] {
            assert!(absence.contains(part), "{absence}");
        }
    }

    #[test]
    fn a_variable_that_leads_nowhere_is_an_error_and_no_skip() {
        let nowhere = Some(OsString::from("/nowhere/clap-validator"));
        let error = validator().find(|_| nowhere.clone()).expect_err("no file");
        let text = error.to_string();
        assert!(text.contains("TAGLINE_CLAP_VALIDATOR"), "{text}");
        assert!(text.contains("/nowhere/clap-validator"), "{text}");
    }

    #[test]
    fn the_file_that_a_variable_names_is_taken() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let named = Some(file.path().as_os_str().to_owned());
        let found = validator().find(|_| named.clone()).ok().flatten();
        assert_eq!(found.as_deref(), Some(file.path()));
    }

    #[test]
    #[cfg(unix)]
    fn a_failed_run_is_a_failure_and_ends_the_validators_runs() {
        let bundle = Path::new("Tagline.clap");
        let validator = Validator {
            runs: &[&[], &["-e"]],
            ..validator()
        };
        let passed = validator.check(Path::new("/bin/true"), bundle, None);
        assert_eq!(passed.ok().map(|counts| counts.passed), Some(2));
        assert!(
            validator
                .check(Path::new("/bin/false"), bundle, None)
                .is_err()
        );
    }
}
