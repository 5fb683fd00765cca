//! Commands write over what is already there: files are replaced whole, and links, FIFOs and
//! devices stay what they are.

use std::path::Path;
use std::process::Output;

use tagline_tests::files;
use tempfile::TempDir;

use crate::common::program::{assert_refused, command, stdout, trainer};

/// Writes the files that `trainer score` reads.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    std::fs::write(folder.path().join("est.csv"), "a,0.9\nb,0.1\n").unwrap();
    std::fs::write(folder.path().join("gt.csv"), "a,1\nb,0\n").unwrap();
    folder
}

const SCORE: [&str; 6] = [
    "score",
    "--predictions",
    "est.csv",
    "--truth",
    "gt.csv",
    "--chart",
];

/// Draws a chart to `path`, which is the quickest output.
fn draw(folder: &Path, path: &str) -> Output {
    trainer(folder, &[&SCORE[..], &[path]].concat())
}

fn is_chart(bytes: &[u8]) -> bool {
    bytes.starts_with(b"<svg") && bytes.ends_with(b"</svg>\n")
}

#[test]
fn an_output_that_cannot_be_written_is_called_by_its_own_name() {
    let folder = folder();
    std::fs::create_dir(folder.path().join("taken.svg")).unwrap();
    let cases = [
        ("nowhere/x.svg", "nowhere/x.svg: there is no folder nowhere"),
        ("gt.csv/x.svg", "gt.csv/x.svg: there is no folder gt.csv"),
        ("taken.svg", "taken.svg: is a folder"),
    ];
    for (path, message) in cases {
        let output = draw(folder.path(), path);
        assert_refused(&output, message);
        assert!(!String::from_utf8_lossy(&output.stderr).contains(".tagline"));
    }
    let preview = ["synth", "--style", "jazz", "--preview", "nowhere/x.ogg"];
    let message = "nowhere/x.ogg: there is no folder nowhere";
    assert_refused(&trainer(folder.path(), &preview), message);
    let preview = ["synth", "--style", "jazz", "--preview", "taken.ogg"];
    std::fs::create_dir(folder.path().join("taken.ogg")).unwrap();
    let message = "taken.ogg: is a folder";
    assert_refused(&trainer(folder.path(), &preview), message);
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt, symlink};
    use std::process::Command;

    use super::*;

    #[test]
    fn a_link_stays_a_link_and_its_target_is_replaced() {
        let folder = folder();
        let path = |name: &str| folder.path().join(name);
        std::fs::create_dir(path("charts")).unwrap();
        std::fs::write(path("charts/old.svg"), "old").unwrap();
        symlink("charts/old.svg", path("link.svg")).unwrap();
        symlink("link.svg", path("link to link.svg")).unwrap();
        symlink("charts/new.svg", path("dangling.svg")).unwrap();
        for (link, real) in [
            ("link to link.svg", "charts/old.svg"),
            ("dangling.svg", "charts/new.svg"),
        ] {
            stdout(&draw(folder.path(), link));
            assert!(path(link).is_symlink());
            assert!(is_chart(&std::fs::read(path(real)).unwrap()), "{real}");
        }
        assert!(path("link.svg").is_symlink());
        symlink("nowhere/x.svg", path("astray.svg")).unwrap();
        let message = "astray.svg: No such file or directory";
        assert_refused(&draw(folder.path(), "astray.svg"), message);
        symlink("loop.svg", path("loop.svg")).unwrap();
        assert_refused(&draw(folder.path(), "loop.svg"), "loop.svg: Too many");
    }

    #[test]
    fn a_fifo_is_written_to_and_stays_a_fifo() {
        let folder = folder();
        let fifo = folder.path().join("fifo.svg");
        let made = Command::new("mkfifo").arg(&fifo).status();
        assert!(made.unwrap().success());
        let before = std::fs::read_dir(folder.path()).unwrap().count();
        let reader = {
            let fifo = fifo.clone();
            std::thread::spawn(move || std::fs::read(fifo).unwrap())
        };
        stdout(&draw(folder.path(), "fifo.svg"));
        let there = std::fs::symlink_metadata(&fifo).unwrap();
        assert!(there.file_type().is_fifo());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), before);
        // This comes last, since a reader waits forever if the FIFO is gone.
        assert!(is_chart(&reader.join().unwrap()));
    }

    /// The test goes through a link, so that a fault of the program costs a link and not a device.
    #[cfg(target_os = "linux")]
    #[test]
    fn standard_output_takes_a_file_before_what_is_printed() {
        let folder = folder();
        symlink("/proc/self/fd/1", folder.path().join("out.svg")).unwrap();
        let piped = draw(folder.path(), "out.svg");
        let printed = folder.path().join("printed");
        let status = command(folder.path(), &[&SCORE[..], &["out.svg"]].concat())
            .stdout(std::fs::File::create(&printed).unwrap())
            .status();
        assert!(status.unwrap().success());
        let printed = std::fs::read(printed).unwrap();
        assert_eq!(stdout(&piped).as_bytes(), printed);
        let text = String::from_utf8(printed).unwrap();
        let (chart, table) = text.split_once("</svg>\n").unwrap();
        assert!(
            chart.starts_with("<svg") && table.contains("ROC-AUC"),
            "{text}"
        );
        assert!(folder.path().join("out.svg").is_symlink());
    }

    #[test]
    fn permissions_are_those_of_the_file_before_or_what_the_umask_leaves() {
        let folder = folder();
        let draw = |umask: &str, path: &str| {
            let program = crate::common::program::PROGRAM;
            let line = format!("umask {umask}; exec \"$0\" \"$@\"");
            let arguments = [&SCORE[..], &[path]].concat();
            let run = Command::new("sh")
                .args([&["-c", &line, program], &arguments[..]].concat())
                .current_dir(folder.path())
                .output();
            stdout(&run.unwrap());
            let there = std::fs::metadata(folder.path().join(path)).unwrap();
            there.permissions().mode() & 0o777
        };
        assert_eq!(draw("077", "private.svg"), 0o600);
        assert_eq!(draw("022", "usual.svg"), 0o644);
        assert_eq!(draw("002", "group.svg"), 0o664);
        assert_eq!(draw("022", "private.svg"), 0o600);
        for mode in [0o640, 0o444] {
            let file = folder.path().join("usual.svg");
            std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(draw("077", "usual.svg"), mode);
        }
        let hidden = |name: &String| name.starts_with('.');
        assert!(!files(folder.path()).keys().any(hidden));
    }
}
