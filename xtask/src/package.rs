//! `cargo xtask package`: the bundles as archives and installers that users get.
//!
//! Two runs of one commit give the same bytes. What could differ, times, owners, modes and the order of files,
//! is set here; the time is that of the commit, or what `SOURCE_DATE_EPOCH` says.

mod archive;
mod authenticode;
mod checksums;
mod crates;
mod deb;
mod elf;
pub mod glibc;
mod installer;
mod manual;
mod notices;
mod release;
mod sbom;
mod tree;

use std::path::{Path, PathBuf};

use crate::bundle::{self, Build};
use crate::error::Error;
use crate::macos;
use crate::say::note;
use crate::target::{System, Target};
use crate::workspace::{Workspace, create_folder, remove};
use authenticode::Signer;
pub use release::Release;
use tree::{Tree, file_error};

const INSTALL: &str = include_str!("../packaging/install.sh");

/// What is packaged.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Package for another system, as in x86_64-pc-windows-gnu
    #[arg(long, value_name = "TRIPLE")]
    target: Option<Target>,
    /// Package the bundles that lie in this folder, and build nothing
    #[arg(long, value_name = "FOLDER")]
    bundles: Option<PathBuf>,
    /// For macOS, package both processors in one library
    #[arg(long, conflicts_with = "target")]
    universal: bool,
    /// For macOS, package the Audio Unit, too, which compiles C++
    #[arg(long)]
    auv2: bool,
    /// On Linux, link with this machine's glibc, which the packages then need
    #[arg(long)]
    system_glibc: bool,
}

/// Builds the bundles as they are handed to others, packs them, and lists the sums. All of a version lies in
/// `target/packages/<version>`.
///
/// # Errors
/// Those of building and of the programs that pack; [`Error::Package`]; [`Error::File`].
pub fn run(workspace: &Workspace, options: &Options) -> Result<(), Error> {
    let release = Release::of(&workspace.root, |name| std::env::var(name).ok())?;
    let folder = workspace
        .target
        .join("packages")
        .join(release.version.to_string());
    create_folder(&folder)?;
    let target = match &options.target {
        Some(target) => target.clone(),
        None if options.universal => Target::universal(),
        None => Target::builder(),
    };
    let bundles = match &options.bundles {
        Some(bundles) => workspace.started_in.join(bundles),
        None => build(workspace, &target, options)?,
    };
    let signer = Signer::of(|name| std::env::var(name).ok())?;
    let package = Package {
        root: &workspace.root,
        target: &target,
        release: &release,
        scratch: workspace.target.join("packages").join("scratch"),
        signer: signer.as_ref(),
        features: if options.auv2 {
            &[macos::AUDIO_UNIT]
        } else {
            &[]
        },
        oldest_glibc: (!options.system_glibc).then_some(glibc::OLDEST),
    };
    for file in package.make(&bundles, &folder)? {
        note!("Packed {}", file.display());
    }
    checksums::write(&folder)
}

/// Builds for distribution. On Linux the builder's own glibc would be asked of every user.
fn build(workspace: &Workspace, target: &Target, options: &Options) -> Result<PathBuf, Error> {
    if target.system == System::Linux && !options.system_glibc {
        let target = target.named();
        let command = glibc::build(workspace)?;
        let option = glibc::target(&target.name());
        bundle::run_with(workspace, &target, Build::Dist, command, Some(option))?;
        return Ok(workspace.bundled(&target));
    }
    macos::bundle(workspace, target, Build::Dist, options.auv2)?;
    Ok(workspace.bundled(target))
}

/// What is needed to make the packages of one target.
struct Package<'a> {
    root: &'a Path,
    target: &'a Target,
    release: &'a Release,
    /// A folder for what other programs read.
    scratch: PathBuf,
    signer: Option<&'a Signer>,
    /// The options that tell cargo which features the plugin has.
    features: &'a [&'a str],
    /// The glibc that every user is promised to need at most.
    oldest_glibc: Option<[u32; 2]>,
}

impl Package<'_> {
    /// Makes the packages of the target of the bundles in `bundles` into `folder`, and names them.
    fn make(&self, bundles: &Path, folder: &Path) -> Result<Vec<PathBuf>, Error> {
        let Release { version, epoch } = *self.release;
        let name = format!(
            "Tagline-{version}-{}-{}",
            self.system(),
            self.target.architecture
        );
        let file = |ending: &str| folder.join(format!("{name}{ending}"));
        let (papers, sbom) = self.papers()?;
        let mut tree = self.plugins(bundles)?;
        tree.extend(papers.clone());
        let mut made = Vec::new();
        let mut write = |path: PathBuf, bytes: Vec<u8>| {
            std::fs::write(&path, bytes).map_err(file_error("write", &path))?;
            made.push(path);
            Ok::<(), Error>(())
        };
        let top = format!("Tagline-{version}");
        match self.target.system {
            System::Linux => {
                let script = INSTALL.replace("@ARCHITECTURE@", &self.target.architecture);
                let mut with_script = tree.clone();
                with_script.add_program("install.sh", script);
                let packed = archive::tar_gz(&with_script.below(&top), epoch)?;
                write(file(".tar.gz"), packed)?;
                let (name, packed) = self.debian(&tree, bundles)?;
                write(folder.join(name), packed)?;
            }
            System::MacOs => write(file(".zip"), archive::zip(&tree.below(&top), epoch)?)?,
            System::Windows => {
                write(file(".zip"), archive::zip(&tree.below(&top), epoch)?)?;
                let setup = file("-setup.exe");
                installer::make(&tree, self.release, &self.scratch, &setup)?;
                if let Some(signer) = self.signer {
                    signer.sign(&setup, epoch)?;
                }
                made.push(setup);
            }
        }
        let sbom_file = file(".cdx.json");
        std::fs::write(&sbom_file, sbom).map_err(file_error("write", &sbom_file))?;
        made.push(sbom_file);
        Ok(made)
    }

    fn system(&self) -> &'static str {
        match self.target.system {
            System::Linux => "linux",
            System::MacOs => "macos",
            System::Windows => "windows",
        }
    }

    /// Both formats and the presets, checked and signed.
    fn plugins(&self, bundles: &Path) -> Result<Tree, Error> {
        if self.target.system == System::Linux {
            let needs = elf::needs(&bundles.join("Tagline.clap"))?;
            if let Some(oldest) = self.oldest_glibc {
                needs.check_glibc(oldest)?;
            }
            note!("The plugin needs {needs}");
        }
        let mut tree = Tree::default();
        for name in ["Tagline.clap", "Tagline.vst3", "VST3 Presets"] {
            tree.add_from(name, &bundles.join(name))?;
        }
        let component = bundles.join("Tagline.component");
        if self.target.system == System::MacOs && component.exists() {
            tree.add_from("Tagline.component", &component)?;
        }
        if let (System::Windows, Some(signer)) = (self.target.system, self.signer) {
            tree = self.signed(&tree, signer)?;
        }
        Ok(tree)
    }

    /// The same files, with a signature in each library. Those of the bundles stay as they are.
    fn signed(&self, tree: &Tree, signer: &Signer) -> Result<Tree, Error> {
        remove(&self.scratch)?;
        let folder = self.scratch.join("signed");
        tree.write(&folder)?;
        let mut signed = Tree::default();
        for (path, _) in tree.files() {
            let file = folder.join(path);
            if path.ends_with(".clap") || path.ends_with(".vst3") || path.ends_with(".dll") {
                signer.sign(&file, self.release.epoch)?;
            }
            signed.add(
                path,
                std::fs::read(&file).map_err(file_error("read", &file))?,
            );
        }
        Ok(signed)
    }

    /// What comes with the plugin to be read, and the list of what is in it.
    fn papers(&self) -> Result<(Tree, String), Error> {
        let mut tree = manual::pages(self.root)?.below("manual");
        for name in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"] {
            tree.add_from(name, &self.root.join(name))?;
        }
        let targets: Vec<String> = self.target.parts().iter().map(Target::name).collect();
        let crates = crates::of(self.root, "tagline", &targets, self.features)?;
        tree.add(
            "THIRD-PARTY.txt",
            notices::text(&crates, &notices::besides(self.target))?,
        );
        let model = self.root.join("models").join("tagline-default.onnx");
        let subject = sbom::Subject {
            plugin: ("tagline".into(), self.release.version.to_string()),
            target: &self.target.name(),
            model: &std::fs::read(&model).map_err(file_error("read", &model))?,
            epoch: self.release.epoch,
        };
        let sbom = sbom::text(&crates, &subject);
        tree.add("sbom.cdx.json", sbom.clone());
        Ok((tree, sbom))
    }

    fn debian(&self, tree: &Tree, bundles: &Path) -> Result<(String, Vec<u8>), Error> {
        let architecture = match self.target.architecture.as_str() {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => {
                return Err(Error::Package(format!(
                    "Debian's name of {other} is not known"
                )));
            }
        };
        let control = deb::Control {
            version: self.release.version,
            architecture,
            needs: elf::needs(&bundles.join("Tagline.clap"))?,
        };
        let packed = deb::pack(&control, &debian_tree(tree), self.release.epoch)?;
        let version = self.release.version;
        Ok((format!("tagline_{version}_{architecture}.deb"), packed))
    }
}

/// The files of the archive at the places of an installed system.
fn debian_tree(tree: &Tree) -> Tree {
    let places = [
        ("Tagline.clap", "usr/lib/clap/Tagline.clap"),
        ("Tagline.vst3", "usr/lib/vst3/Tagline.vst3"),
        ("VST3 Presets", "usr/share/vst3/presets/Tagline/Tagline"),
        ("THIRD-PARTY.txt", "usr/share/doc/tagline/copyright"),
        ("", "usr/share/doc/tagline/"),
    ];
    tree.moved(&places)
}

#[cfg(test)]
mod tests;
