//! Free disk space. It is checked before the work, because a compiler fails late and obscurely.

use std::path::Path;
use std::process::Command;

use crate::say::say;

/// Megabytes that all checks of a clean checkout leave in the target folder, by `du`, as `.ci/run` calls
/// them. Incremental compilation and debug information take some thousand more.
const CHECKS_MB: u64 = 4600;

/// Says how much is free where `target` lies, and what the checks take if that may not be enough.
pub fn warn_before_checks(target: &Path) {
    let Some(free) = free_mb(target) else {
        return;
    };
    say!("{free} MB are free in {}.", target.display());
    if free < CHECKS_MB {
        say!(
            "That may not be enough: on a clean checkout, the checks take {CHECKS_MB} MB as .ci/run \
             calls them, and more otherwise. `cargo clean` frees what earlier builds left."
        );
    }
}

/// The megabytes that this user may still write to the disk of `folder`, if the system tells.
fn free_mb(folder: &Path) -> Option<u64> {
    let output = Command::new("df").arg("-Pk").arg(folder).output().ok()?;
    available_kb(&String::from_utf8_lossy(&output.stdout)).map(|kb| kb / 1024)
}

/// The fourth value of the last line. POSIX has `df -P` print that line in one piece.
fn available_kb(report: &str) -> Option<u64> {
    let row = report.lines().nth(1)?;
    // A device's name may hold spaces: counted from its end, where only the folder's name follows.
    let percent = row.split_whitespace().position(|word| {
        word.strip_suffix('%')
            .is_some_and(|number| number.parse::<u8>().is_ok())
    })?;
    row.split_whitespace()
        .nth(percent.checked_sub(1)?)?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Filesystem 1024-blocks Used Available Capacity Mounted on\n";

    #[test]
    fn the_free_space_is_read_whatever_the_names_of_disk_and_folder() {
        for (row, free) in [
            (
                "/dev/vda 264085784 12346428 82833364 13% /",
                Some(82_833_364),
            ),
            ("//nas/my music 100 60 40 60% /mnt/my music", Some(40)),
            ("tmpfs 0 0 0 - /run", None),
            ("", None),
        ] {
            assert_eq!(available_kb(&format!("{HEAD}{row}\n")), free, "{row}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn this_machine_tells_its_free_space() {
        assert!(free_mb(&std::env::temp_dir()).is_some());
    }
}
