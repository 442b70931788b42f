//! Where things stand: arrows between the packages run one way, and what decides knows nothing of AWS.

use std::collections::{BTreeMap, BTreeSet};

use workflow::{functions, read};

/// The libraries, and those of ours that each may know.
const LIBRARIES: [(&str, &[&str]); 5] = [
    ("policy", &[]),
    ("patching", &["policy"]),
    ("lambda", &[]),
    ("member", &["lambda", "patching", "policy"]),
    ("record", &["lambda", "patching", "policy"]),
];

#[test]
fn arrows_run_down_only() {
    let ours: BTreeSet<_> = LIBRARIES.map(|(name, _)| name.to_owned()).into_iter().chain(functions::names()).collect();
    for (name, known) in LIBRARIES {
        let found = &dependencies(&format!("functions/lib/{name}")) & &ours;
        let known: BTreeSet<_> = known.iter().map(|&name| name.to_owned()).collect();
        assert!(found.is_subset(&known), "{name} knows {found:?}");
    }
    for name in functions::names() {
        let others = &dependencies(&format!("functions/{name}")) & &functions::names();
        assert_eq!(others, BTreeSet::new(), "{name} knows another function");
    }
}

#[test]
fn what_decides_is_pure() {
    for name in ["policy", "patching"] {
        let found = dependencies(&format!("functions/lib/{name}"));
        let impure =
            found.iter().find(|found| found.starts_with("aws-") || ["tokio", "tracing"].contains(&found.as_str()));
        assert_eq!(impure, None, "{name}");
    }
}

/// What the package depends on, tests aside.
fn dependencies(package: &str) -> BTreeSet<String> {
    let manifest = read(format!("{package}/Cargo.toml"));
    let sections = manifest.split("\n[").filter_map(|section| section.split_once("]\n"));
    let sections: BTreeMap<_, _> = sections.collect();
    let names = sections["dependencies"].lines().filter_map(|line| line.split(['.', ' ']).next());
    names.filter(|name| !name.is_empty() && !name.starts_with('#')).map(ToOwned::to_owned).collect()
}
