//! The lists of what is in the plugin, against the schema that CycloneDX has published.

use std::path::Path;
use std::process::Command;

use crate::counts::Counts;
use crate::error::Error;
use crate::process;
use crate::stage;
use crate::workspace::{Workspace, create_folder, remove};

/// The schemas, in a package of CycloneDX's own, and what checks them, for Python 3.11 to 3.13 on Linux on
/// x86-64. pip refuses any other file.
const REQUIREMENTS: &str = "\
attrs==26.1.0 \
  --hash=sha256:c647aa4a12dfbad9333ca4e71fe62ddc36f4e63b2d260a37a8b83d2f043ac309
cyclonedx-python-lib==11.12.0 \
  --hash=sha256:0e807521a921a5c3cb8ce1153f8a61d29eedfe76a46aac2796b7c6b573391a54
jsonschema==4.26.0 \
  --hash=sha256:d489f15263b8d200f8387e64b4c3a75f06629559fb73deb8fdfb525f2dab50ce
jsonschema-specifications==2025.9.1 \
  --hash=sha256:98802fee3a11ee76ecaca44429fda8a41bff98b00a0f2838151b113f210cc6fe
referencing==0.37.0 \
  --hash=sha256:381329a9f99628c9069361716891d34ad94af76e461dcb0335825aecc7692231
rpds-py==2026.9.1 \
  --hash=sha256:136a1c3fe4402b7008bc81cb62ee538481795b61a7e83df88dff3b3f02b726ff \
  --hash=sha256:addeda51556dac7c1a2f14cda62db8b621cd12afba3091d03a96c72932387eab \
  --hash=sha256:7868b85224291c6cb6759f9b5adb9745f486d226f62b16a614dd5a2a5ab2b35b
typing-extensions==4.16.0 \
  --hash=sha256:481caa481374e813c1b176ada14e97f1f67a4539ce9cfeb3f350d78d6370c2e8
";

/// Checks the documents that it is told against the schema, and that a wrong one is refused.
const CHECK: &str = r#"
import json, pathlib, sys
import jsonschema, referencing

folder = pathlib.Path(sys.argv[1], "cyclonedx", "schema", "_res")
schemas = [json.loads(path.read_text()) for path in folder.glob("*.schema.json")]
resources = [(s["$id"], referencing.Resource.from_contents(s)) for s in schemas]
registry = referencing.Registry().with_resources(resources)
for path in sys.argv[2:]:
    document = json.loads(pathlib.Path(path).read_text())
    schema = registry.get_or_retrieve(document["$schema"]).value.contents
    check = jsonschema.Draft7Validator(schema, registry=registry)
    errors = [f"{path}: {error.json_path}: {error.message}" for error in check.iter_errors(document)]
    if errors:
        sys.exit("\n".join(errors))
    document["components"][0]["type"] = "none that there is"
    if check.is_valid(document):
        sys.exit(f"{path}: the schema takes anything")
"#;

/// Checks every document of `packages`.
///
/// # Errors
/// [`Error::File`]; [`Error::Failed`], after the schema's words, for a document that it refuses.
pub fn check(workspace: &Workspace, packages: &Path) -> Result<Counts, Error> {
    let folder = workspace.target.join("tools").join("cyclonedx");
    let python = |arguments: &[&str]| {
        let mut command = Command::new("python3");
        command.args(arguments).env("PYTHONPATH", &folder);
        command
    };
    if !process::succeeds(&mut python(&["-c", "import jsonschema, cyclonedx"])) {
        remove(&folder)?;
        create_folder(&folder)?;
        if let Err(error) = crate::wheel::install(REQUIREMENTS, &folder) {
            return Ok(stage::skipped(&format!("CycloneDX's schema: {error}")));
        }
    }
    let mut documents = Vec::new();
    let failed = |source| Error::File {
        what: "read",
        path: packages.into(),
        source,
    };
    for entry in std::fs::read_dir(packages).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.to_string_lossy().ends_with(".cdx.json") {
            documents.push(path);
        }
    }
    documents.sort();
    if documents.is_empty() {
        return Err(Error::Package(format!(
            "{} has no .cdx.json; `cargo xtask package` makes it",
            packages.display()
        )));
    }
    stage::check(python(&["-c", CHECK]).arg(&folder).args(documents))
}
