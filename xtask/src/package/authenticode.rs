//! Signatures of Windows, by osslsigncode, where a certificate is given.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::packages::program;
use crate::process;

/// Names the file with the certificate and its key, in PKCS #12.
pub const CERTIFICATE: &str = "TAGLINE_CERTIFICATE";
/// Names the file whose first line is its password.
pub const PASSWORD: &str = "TAGLINE_CERTIFICATE_PASSWORD";
/// The address of a server that says when something was signed. Without it a signature ends with its
/// certificate, and two runs still give the same bytes.
pub const TIMESTAMPS: &str = "TAGLINE_TIMESTAMP_URL";

/// How to sign.
#[derive(Debug, PartialEq, Eq)]
pub struct Signer {
    certificate: PathBuf,
    password: Option<PathBuf>,
    timestamps: Option<String>,
}

impl Signer {
    /// The signer that the environment describes, or `None` where it names no certificate.
    ///
    /// # Errors
    /// [`Error::NoProgram`] if a variable names a file that is not there; [`Error::Package`] without
    /// osslsigncode.
    pub fn of(var: impl Fn(&str) -> Option<String>) -> Result<Option<Self>, Error> {
        let set = |name: &'static str| var(name).filter(|value| !value.is_empty());
        let file = |variable: &'static str| match set(variable).map(PathBuf::from) {
            Some(path) if !path.is_file() => Err(Error::NoProgram { variable, path }),
            path => Ok(path),
        };
        let Some(certificate) = file(CERTIFICATE)? else {
            return Ok(None);
        };
        if program("osslsigncode").is_none() {
            return Err(Error::Package(format!(
                "{CERTIFICATE} is set, and `osslsigncode`, which signs, is not on the path; install it"
            )));
        }
        Ok(Some(Self {
            certificate,
            password: file(PASSWORD)?,
            timestamps: set(TIMESTAMPS),
        }))
    }

    /// Signs the library or the program `path` in its place, as of `epoch`.
    ///
    /// # Errors
    /// Those of osslsigncode; [`Error::File`].
    pub fn sign(&self, path: &Path, epoch: u64) -> Result<(), Error> {
        let signed = path.with_extension("signed");
        crate::workspace::remove(&signed)?;
        let mut command = Command::new("osslsigncode");
        command.arg("sign").arg("-pkcs12").arg(&self.certificate);
        if let Some(password) = &self.password {
            command.arg("-readpass").arg(password);
        }
        command.args(["-h", "sha256", "-n", "Tagline"]);
        match &self.timestamps {
            Some(url) => command.arg("-ts").arg(url),
            None => command.arg("-time").arg(epoch.to_string()),
        };
        process::run_to_stderr(command.arg("-in").arg(path).arg("-out").arg(&signed))?;
        std::fs::rename(&signed, path).map_err(super::tree::file_error("write", path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_certificate_nothing_is_signed_and_a_wrong_path_is_an_error() {
        assert_eq!(Signer::of(|_| None).expect("no signer"), None);
        assert_eq!(
            Signer::of(|_| Some(String::new())).expect("no signer"),
            None
        );
        let error = Signer::of(|_| Some("/nowhere.p12".into())).expect_err("no such file");
        assert!(error.to_string().contains(CERTIFICATE), "{error}");
    }
}
