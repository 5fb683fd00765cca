//! The list of what is in the plugin as a CycloneDX document, for programs that look for vulnerabilities.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::checksums::hex;
use super::crates::{Crate, Id};
use crate::version::moment;

/// The version of CycloneDX that the document follows.
pub const SPECIFICATION: &str = "1.6";

/// What the document is about.
pub struct Subject<'a> {
    /// The package and so the crate that is the plugin.
    pub plugin: Id,
    /// The target that it was built for, as cargo calls it.
    pub target: &'a str,
    /// The built-in model's file.
    pub model: &'a [u8],
    /// When it was made, in seconds since 1970.
    pub epoch: u64,
}

/// The document as JSON.
#[must_use]
pub fn text(crates: &BTreeMap<Id, Crate>, subject: &Subject) -> String {
    let model = "model:tagline-default";
    let components = crates.iter().filter(|(id, _)| **id != subject.plugin);
    let mut components: Vec<Value> = components.map(|(_, found)| component(found)).collect();
    components.push(json!({
        "type": "machine-learning-model",
        "bom-ref": model,
        "name": "tagline-default.onnx",
        "version": subject.plugin.1,
        "hashes": [{ "alg": "SHA-256", "content": hex(&Sha256::digest(subject.model)) }],
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
    }));
    let mut dependencies: Vec<Value> = Vec::new();
    for (id, found) in crates {
        let mut uses: Vec<String> = found.uses.iter().map(reference).collect();
        if found.name == "tagline-models" {
            uses.push(model.into());
        }
        dependencies.push(json!({ "ref": reference(id), "dependsOn": uses }));
    }
    dependencies.push(json!({ "ref": model }));
    let document = json!({
        "$schema": format!("http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json"),
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {
            "timestamp": moment(subject.epoch),
            "component": {
                "type": "application",
                "bom-ref": reference(&subject.plugin),
                "name": "Tagline",
                "version": subject.plugin.1,
                "licenses": [{ "expression": "MIT OR Apache-2.0" }],
                "properties": [{ "name": "cargo:target", "value": subject.target }],
            },
        },
        "components": components,
        "dependencies": dependencies,
    });
    // The document's own number is made of what it says, so that two runs give the same.
    let number = serial(&document.to_string());
    let mut document = document;
    document["serialNumber"] = number.into();
    format!("{document:#}\n")
}

fn component(found: &Crate) -> Value {
    let id = (found.name.clone(), found.version.clone());
    let mut component = json!({
        "type": "library",
        "bom-ref": reference(&id),
        "name": found.name,
        "version": found.version,
        "licenses": [{ "expression": found.license }],
    });
    if let Some(sum) = &found.sha256 {
        component["purl"] = reference(&id).into();
        component["hashes"] = json!([{ "alg": "SHA-256", "content": sum }]);
    }
    if let Some(repository) = &found.repository {
        component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
    }
    component
}

/// A crate as package URLs name it.
fn reference((name, version): &Id) -> String {
    // A version's `+` would be read as a space.
    format!("pkg:cargo/{name}@{}", version.replace('+', "%2B"))
}

/// A UUID of version 8, which its maker computes, from a text.
fn serial(text: &str) -> String {
    let mut bytes: [u8; 32] = Sha256::digest(text).into();
    bytes[6] = bytes[6] & 0x0f | 0x80;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes[..16]);
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn id(name: &str) -> Id {
        (name.to_owned(), "1.0.0+x".to_owned())
    }

    fn document() -> Value {
        let mut crates = BTreeMap::new();
        for (name, uses) in [
            ("tagline", vec!["tagline-models", "tract"]),
            ("tagline-models", vec![]),
            ("tract", vec![]),
        ] {
            crates.insert(
                id(name),
                Crate {
                    name: name.into(),
                    version: "1.0.0+x".into(),
                    license: "MIT".into(),
                    authors: Vec::new(),
                    repository: Some("https://example.org".into()),
                    folder: Default::default(),
                    sha256: (name == "tract").then(|| "0".repeat(64)),
                    uses: uses.into_iter().map(id).collect::<BTreeSet<Id>>(),
                },
            );
        }
        let subject = Subject {
            plugin: id("tagline"),
            target: "x86_64-unknown-linux-gnu",
            model: b"weights",
            epoch: 0,
        };
        let text = text(&crates, &subject);
        assert_eq!(text, super::text(&crates, &subject));
        serde_json::from_str(&text).expect("JSON")
    }

    #[test]
    fn every_reference_leads_to_a_component() {
        let document = document();
        let mut known: BTreeSet<&str> = [document["metadata"]["component"]["bom-ref"].as_str()]
            .into_iter()
            .flatten()
            .collect();
        let components = document["components"].as_array().expect("components");
        known.extend(
            components
                .iter()
                .filter_map(|found| found["bom-ref"].as_str()),
        );
        assert_eq!(known.len(), 4);
        for dependency in document["dependencies"].as_array().expect("dependencies") {
            let uses = dependency["dependsOn"].as_array().into_iter().flatten();
            for reference in uses.chain([&dependency["ref"]]) {
                assert!(
                    known.contains(reference.as_str().expect("text")),
                    "{reference}"
                );
            }
        }
    }

    #[test]
    fn the_projects_own_crates_are_not_said_to_be_in_the_registry() {
        let document = document();
        let components = document["components"].as_array().expect("components");
        let purl = |name: &str| {
            let found = components.iter().find(|found| found["name"] == name);
            found.expect("a component")["purl"].as_str()
        };
        assert_eq!(purl("tract"), Some("pkg:cargo/tract@1.0.0%2Bx"));
        assert_eq!(purl("tagline-models"), None);
    }

    #[test]
    fn the_serial_number_has_the_form_of_a_uuid() {
        let number = serial("text");
        let (_, digits) = number.rsplit_once(':').expect("a number");
        let lengths: Vec<usize> = digits.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(&digits[14..15], "8");
        assert!("89ab".contains(&digits[19..20]), "{digits}");
    }
}
