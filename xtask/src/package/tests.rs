//! Packages of small bundles that hold no plugin.

use std::process::Command;

use super::*;

fn bundles(folder: &Path, target: &Target) -> PathBuf {
    let bundles = folder.join("bundled");
    let mut tree = Tree::default();
    // A program of this machine is the nearest library of Linux.
    let code = std::fs::read("/bin/true").unwrap_or_else(|_| b"code".to_vec());
    let inner = match target.system {
        System::Linux => "x86_64-linux/Tagline.so",
        System::MacOs => "MacOS/Tagline",
        System::Windows => "x86_64-win/Tagline.vst3",
    };
    tree.add(&format!("Tagline.vst3/Contents/{inner}"), code.clone());
    if target.system == System::MacOs {
        tree.add("Tagline.clap/Contents/MacOS/Tagline", code);
    } else {
        tree.add("Tagline.clap", code);
    }
    tree.add("VST3 Presets/Genre switch.vstpreset", "preset");
    tree.write(&bundles).expect("the bundles");
    bundles
}

/// Packs for `triple` into a new folder below `folder`.
fn pack(folder: &Path, triple: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
    let target: Target = triple.parse().expect("a target");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let out = folder.join("out");
    create_folder(&out)?;
    let release = Release {
        version: env!("CARGO_PKG_VERSION").parse().expect("a version"),
        epoch: 1_796_036_887,
    };
    let package = Package {
        root: &root,
        target: &target,
        release: &release,
        scratch: folder.join("scratch"),
        signer: None,
        features: &[],
        oldest_glibc: None,
    };
    let mut files = Vec::new();
    for path in package.make(&bundles(folder, &target), &out)? {
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        files.push((name, std::fs::read(&path).expect("a package")));
    }
    Ok(files)
}

#[test]
#[cfg(target_os = "linux")]
fn two_runs_give_the_same_bytes_for_every_system() {
    for triple in [
        "x86_64-unknown-linux-gnu",
        "x86_64-pc-windows-gnu",
        "aarch64-apple-darwin",
    ] {
        if triple.contains("windows") && crate::packages::program("makensis").is_none() {
            crate::say::say!("SKIPPED packages for Windows: there is no makensis");
            continue;
        }
        let [first, second] = [0, 1].map(|_| {
            let folder = tempfile::tempdir().expect("a folder");
            pack(folder.path(), triple).unwrap_or_else(|error| panic!("{triple}: {error}"))
        });
        assert!(first.len() >= 2, "{triple}");
        for ((name, first), (_, second)) in first.iter().zip(&second) {
            assert!(first == second, "{name} differs from run to run");
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_debian_package_is_one_to_dpkg_and_has_its_files_at_the_standards_places() {
    if crate::packages::program("dpkg-deb").is_none() {
        crate::say::say!("SKIPPED a Debian package: there is no dpkg-deb");
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let files = pack(folder.path(), "x86_64-unknown-linux-gnu").expect("packed");
    let (name, _) = files
        .iter()
        .find(|(name, _)| name.ends_with(".deb"))
        .expect("a package");
    let package = folder.path().join("out").join(name);
    let ask = |option: &str| {
        let output = Command::new("dpkg-deb")
            .arg(option)
            .arg(&package)
            .output()
            .expect("dpkg-deb");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let listed = ask("--contents");
    for path in [
        " usr/lib/clap/Tagline.clap",
        " usr/lib/vst3/Tagline.vst3/Contents/x86_64-linux/Tagline.so",
        " usr/share/vst3/presets/Tagline/Tagline/Genre switch.vstpreset",
        " usr/share/doc/tagline/copyright",
        " usr/share/doc/tagline/manual/index.html",
    ] {
        let line = listed.lines().find(|line| line.ends_with(path));
        let line = line.unwrap_or_else(|| panic!("{path} is not in\n{listed}"));
        assert!(line.starts_with("-rw-r--r-- root/root"), "{line}");
    }
    assert!(
        ask("--field").contains("Depends: libc6 (>= 2."),
        "{}",
        ask("--field")
    );
}

#[test]
#[cfg(target_os = "linux")]
fn the_script_installs_what_the_archive_holds_and_leaves_the_users_own_presets() {
    let folder = tempfile::tempdir().expect("a folder");
    pack(folder.path(), "x86_64-unknown-linux-gnu").expect("packed");
    let archive = std::fs::read_dir(folder.path().join("out")).expect("the packages");
    let archive = archive
        .map(|entry| entry.expect("a package").path())
        .find(|path| path.to_string_lossy().ends_with(".tar.gz"))
        .expect("an archive");
    let run = |command: &mut Command| {
        let output = command.output().expect("started");
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{text}");
    };
    run(Command::new("tar")
        .arg("xzf")
        .arg(&archive)
        .arg("-C")
        .arg(folder.path()));
    let script = folder
        .path()
        .join(concat!("Tagline-", env!("CARGO_PKG_VERSION")))
        .join("install.sh");
    if std::env::consts::ARCH != "x86_64" {
        return;
    }
    let home = folder.path().join("home");
    let presets = home.join(".vst3/presets/Tagline/Tagline");
    let installed = [
        home.join(".clap/Tagline.clap"),
        home.join(".vst3/Tagline.vst3/Contents/x86_64-linux/Tagline.so"),
        presets.join("Genre switch.vstpreset"),
    ];
    for _ in 0..2 {
        run(Command::new("sh").arg(&script).env("HOME", &home));
        for path in &installed {
            assert!(path.is_file(), "{}", path.display());
        }
    }
    std::fs::write(presets.join("Mine.vstpreset"), "mine").expect("a preset of the user's");
    run(Command::new("sh")
        .arg(&script)
        .arg("--uninstall")
        .env("HOME", &home));
    for path in &installed {
        assert!(!path.exists(), "{}", path.display());
    }
    assert!(presets.join("Mine.vstpreset").is_file());
    assert!(!home.join(".vst3/Tagline.vst3").exists());
}

#[test]
fn a_time_that_is_no_number_is_refused() {
    let error = Release::of(Path::new("."), |_| Some("today".into()));
    let error = error.err().expect("no number").to_string();
    assert!(error.contains("SOURCE_DATE_EPOCH is \"today\""), "{error}");
}
