//! What lies in a folder.

use std::collections::BTreeMap;
use std::path::Path;

/// Every file below `folder`, by its path from there.
///
/// # Panics
/// If something there cannot be read.
#[must_use]
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("a path below it");
                let name = name.to_str().expect("a name in UTF-8");
                found.insert(name.to_owned(), std::fs::read(&path).expect("a file"));
            }
        }
    }
    found
}
