//! The licences of everything that is in the plugin, with the texts that they ask to pass on.
//!
//! A crate's own files come first: they name its authors. Where a crate brings none, the text of its
//! licence is SPDX's.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use spdx::{Expression, Licensee};

use super::crates::{Crate, Id};
use super::tree::file_error;
use crate::error::Error;
use crate::target::{System, Target};

/// How deep a crate's folder is searched for texts: those of fonts lie beside the fonts.
const DEPTH: usize = 2;

/// Licences in the order in which they are chosen where a crate leaves a choice. Those that name nobody
/// come first, since their text is whole without the crate's own file.
const CHOICE: [&str; 16] = [
    "Apache-2.0",
    "BSL-1.0",
    "CC0-1.0",
    "Unlicense",
    "Zlib",
    "MIT",
    "ISC",
    "BSD-1-Clause",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "MPL-2.0",
    "OFL-1.1",
    "Ubuntu-font-1.0",
    "Unicode-3.0",
    "Unicode-DFS-2016",
    "0BSD",
];

/// The notices as one text. Texts that several crates share stand in it once.
///
/// # Errors
/// [`Error::File`]; [`Error::Package`] for a licence whose text is not known.
pub fn text(crates: &BTreeMap<Id, Crate>, besides: &[Besides]) -> Result<String, Error> {
    let mut by_text: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut list = String::new();
    for found in crates.values() {
        let name = format!("{} {}", found.name, found.version);
        list += &format!("  {name}: {}", found.license);
        if let Some(repository) = &found.repository {
            list += &format!(", {repository}");
        }
        list.push('\n');
        for text in texts(found)? {
            by_text.entry(text).or_default().push(name.clone());
        }
    }
    for besides in besides {
        list += &format!("  {}: {}\n", besides.what, besides.license);
        let text = spdx_text(besides.license, besides.holder)?;
        by_text
            .entry(text)
            .or_default()
            .push(besides.what.to_owned());
    }
    let mut shared: Vec<(Vec<String>, String)> = by_text
        .into_iter()
        .map(|(text, names)| (names, text))
        .collect();
    shared.sort();
    let mut notices = format!(
        "Tagline is made of its own code and of that of others. This is all of it, with its licences.\n\n\
         {list}"
    );
    for (names, text) in shared {
        let rule = "-".repeat(78);
        notices += &format!(
            "\n{rule}\n{}\n{rule}\n\n{}\n",
            names.join(", "),
            text.trim()
        );
    }
    Ok(notices)
}

/// Something in the plugin that is no crate.
pub struct Besides {
    /// What it is.
    pub what: &'static str,
    /// Its licence, one of SPDX's identifiers.
    pub license: &'static str,
    /// Who holds the rights.
    pub holder: &'static str,
}

/// What is linked in beside the crates.
pub fn besides(target: &Target) -> Vec<Besides> {
    let part = |what, license, holder| Besides {
        what,
        license,
        holder,
    };
    let mut all = vec![part(
        "Rust's standard library",
        "Apache-2.0",
        "the Rust project's contributors",
    )];
    match target.system {
        System::Linux => all.push(part(
            "LLVM's libunwind and compiler-rt",
            "Apache-2.0 WITH LLVM-exception",
            "the LLVM project's contributors",
        )),
        System::Windows if target.name().ends_with("-gnu") => all.extend([
            part("MinGW-w64's runtime", "ZPL-2.1", "the MinGW-w64 project"),
            part(
                "GCC's runtime library",
                "GPL-3.0-only WITH GCC-exception-3.1",
                "the Free Software Foundation",
            ),
        ]),
        System::Windows | System::MacOs => {}
    }
    all
}

/// The texts that come with a crate, or those of its licences.
fn texts(found: &Crate) -> Result<Vec<String>, Error> {
    let mut files = Vec::new();
    collect(&found.folder, DEPTH, &mut files)?;
    files.sort();
    let mut texts = Vec::new();
    for file in &files {
        let bytes = std::fs::read(file).map_err(file_error("read", file))?;
        let text = String::from_utf8_lossy(&bytes).replace("\r\n", "\n");
        texts.push(text.trim_end().to_owned());
    }
    let in_the_root = files
        .iter()
        .any(|file| file.parent() == Some(&found.folder));
    if !in_the_root {
        let holder = match found.authors.as_slice() {
            [] => format!("the authors of {}", found.name),
            authors => authors.join(", "),
        };
        for license in chosen(found)? {
            texts.push(spdx_text(&license, &holder)?);
        }
    }
    Ok(texts)
}

/// Files that are named like licences and notices.
fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) -> Result<(), Error> {
    for entry in std::fs::read_dir(folder).map_err(file_error("read", folder))? {
        let path = entry.map_err(file_error("read", folder))?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        let name = name.as_str();
        if path.is_dir() {
            // Tests bring licences of their data, and `target` is cargo's.
            if depth > 1 && !["target", "tests", "benches", "examples", "src"].contains(&name) {
                collect(&path, depth - 1, files)?;
            }
            continue;
        }
        let words = ["licen", "copying", "copyright", "notice", "ofl", "ufl"];
        let of_a_font = folder.ends_with("fonts") && name.ends_with(".txt");
        let code = [".rs", ".py", ".toml", ".json", ".html"]
            .iter()
            .any(|end| name.ends_with(end));
        if !code && (of_a_font || words.iter().any(|word| name.contains(word))) {
            files.push(path);
        }
    }
    Ok(())
}

/// The licences under which a crate is taken.
fn chosen(found: &Crate) -> Result<Vec<String>, Error> {
    let bad = |why: String| {
        Error::Package(format!(
            "the licence of {} {}, {:?}: {why}",
            found.name, found.version, found.license
        ))
    };
    let expression = Expression::parse(&found.license).map_err(|error| bad(error.to_string()))?;
    let accepted: Vec<Licensee> = CHOICE
        .iter()
        .filter_map(|name| Licensee::parse(name).ok())
        .collect();
    let chosen = expression
        .minimized_requirements(&accepted)
        .map_err(|error| bad(error.to_string()))?;
    Ok(chosen.iter().map(ToString::to_string).collect())
}

/// The text of a licence, with its holder where the text names one.
fn spdx_text(license: &str, holder: &str) -> Result<String, Error> {
    let unknown = || Error::Package(format!("SPDX has no licence {license}"));
    let (name, exception) = match license.split_once(" WITH ") {
        Some((name, exception)) => (name, Some(exception)),
        None => (license, None),
    };
    let mut text = spdx::license_id(name)
        .ok_or_else(unknown)?
        .text()
        .trim_end()
        .to_owned();
    if let Some(exception) = exception {
        let exception = spdx::exception_id(exception).ok_or_else(unknown)?;
        text += &format!("\n\n{}", exception.text().trim());
    }
    let named = [
        "<year> <copyright holders>",
        "<year> <owner>",
        "[year] [fullname]",
    ]
    .iter()
    .fold(text, |text, blank| text.replace(blank, holder));
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn a_crate(folder: &Path, license: &str) -> Crate {
        Crate {
            name: "thing".into(),
            version: "1.0.0".into(),
            license: license.into(),
            authors: vec!["Ada L.".into()],
            repository: None,
            folder: folder.into(),
            sha256: None,
            uses: Default::default(),
        }
    }

    #[test]
    fn a_crates_own_text_is_passed_on_once_for_all_that_share_it() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(
            folder.path().join("LICENSE-MIT"),
            "Copyright Ada\r\n\r\nFree.\n",
        )
        .expect("a text");
        let mut crates = BTreeMap::new();
        for name in ["thing", "thing-core"] {
            let found = Crate {
                name: name.into(),
                ..a_crate(folder.path(), "MIT")
            };
            crates.insert((name.to_owned(), "1.0.0".to_owned()), found);
        }
        let notices = text(&crates, &[]).expect("the notices");
        assert_eq!(notices.matches("Copyright Ada\n\nFree.").count(), 1);
        assert!(
            notices.contains("thing 1.0.0, thing-core 1.0.0\n"),
            "{notices}"
        );
    }

    #[test]
    fn a_crate_without_a_text_gets_that_of_its_licence_with_its_authors() {
        let folder = tempfile::tempdir().expect("a folder");
        let of = |license: &str| texts(&a_crate(folder.path(), license)).expect("texts");
        let mit = of("MIT");
        assert!(
            mit[0].contains("Ada L.") && mit[0].contains("WITHOUT WARRANTY"),
            "{mit:?}"
        );
        assert!(!mit[0].contains('<'), "{mit:?}");
        assert!(of("MIT OR Apache-2.0")[0].contains("Apache License"));
        assert_eq!(
            of("(MIT OR Apache-2.0) AND OFL-1.1 AND Ubuntu-font-1.0").len(),
            3
        );
    }

    #[test]
    fn the_texts_of_fonts_are_found_beside_them() {
        let folder = tempfile::tempdir().expect("a folder");
        let fonts = folder.path().join("fonts");
        std::fs::create_dir(&fonts).expect("a folder");
        for name in ["UFL.txt", "Hack-Regular.txt", "Hack-Regular.ttf"] {
            std::fs::write(fonts.join(name), name).expect("a file");
        }
        let texts = texts(&a_crate(folder.path(), "Apache-2.0")).expect("texts");
        assert_eq!(texts.len(), 3, "{texts:?}");
        assert!(texts.contains(&"UFL.txt".to_owned()));
    }

    #[test]
    fn a_licence_that_nobody_has_allowed_is_an_error_by_name() {
        let folder = tempfile::tempdir().expect("a folder");
        let error = texts(&a_crate(folder.path(), "GPL-3.0-only")).expect_err("not allowed");
        assert!(error.to_string().contains("thing 1.0.0"), "{error}");
    }
}
