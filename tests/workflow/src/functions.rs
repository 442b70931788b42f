//! The functions' sources.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::{read, root};

/// The functions: the folders that hold a program.
///
/// # Panics
///
/// When the folder `functions` cannot be read.
pub fn names() -> BTreeSet<String> {
    let folders = fs::read_dir(root().join("functions")).unwrap_or_else(|why| panic!("functions: {why}"));
    let programs = folders.flatten().filter(|folder| folder.path().join("src/main.rs").exists());
    programs.map(|folder| folder.file_name().to_string_lossy().into_owned()).collect()
}

/// The functions that the state machine invokes: all but the one that starts it.
pub fn states() -> BTreeSet<String> {
    names().into_iter().filter(|name| name != "start-rollout").collect()
}

/// `configure-windows` as `ConfigureWindows`.
pub fn pascal(name: &str) -> String {
    name.split('-').map(|word| word[..1].to_uppercase() + &word[1..]).collect()
}

/// The environment variables that a function reads: its own `env::required("…")`, and those of the `from_env` it calls.
pub fn variables(name: &str) -> BTreeSet<String> {
    let main = read(format!("functions/{name}/src/main.rs"));
    let mut found = required(&main);
    for text in sources(&root().join("functions/lib")) {
        let shared = text.split("impl ").skip(1).filter(|block| block.contains("pub fn from_env"));
        for block in shared {
            let reader = block.split([' ', '{']).next().unwrap_or_default();
            if main.contains(&format!("{reader}::from_env")) {
                found.extend(required(block));
            }
        }
    }
    found.insert("LOG_LEVEL".to_owned()); // read by lambda::serve
    found
}

/// The operations that the functions call, as they name them in their errors: `ssm:CreateMaintenanceWindow`.
pub fn operations() -> BTreeSet<String> {
    named_in(&sources(&root().join("functions")))
}

/// The operations of which only looking at hosts makes use.
pub fn looking() -> BTreeSet<String> {
    let folder = root().join("functions/lib/member/src");
    let mut texts = sources(&folder.join("hosts"));
    texts.extend(fs::read_to_string(folder.join("hosts.rs")));
    named_in(&texts)
}

/// The operations that a function calls with its own role.
pub fn own_operations(name: &str) -> BTreeSet<String> {
    let texts = sources(&root().join("functions").join(name));
    let mut found = named_in(&texts);
    if texts.iter().any(|text| text.contains("MemberSessions")) {
        found.retain(|operation| !operation.starts_with("account:")); // asked with the member role
    }
    for (shared, operation) in [
        ("ledger.footprint(", "dynamodb:Query"),
        ("ledger.mark_answered(", "dynamodb:UpdateItem"),
        ("ledger.outcomes(", "dynamodb:Query"),
        ("ledger.record_decided(", "dynamodb:UpdateItem"),
        ("ledger.record_waiting(", "dynamodb:PutItem"),
        ("ledger.settle_names(", "dynamodb:PutItem"),
        ("ledger.settled_names(", "dynamodb:GetItem"),
        ("ledger.tally(", "dynamodb:Query"),
        ("ledger.waiting_stack(", "dynamodb:GetItem"),
        ("MemberSessions", "sts:AssumeRole"),
        ("object::read(", "s3:GetObject"),
        ("object::write", "s3:PutObject"),
    ] {
        if texts.iter().any(|text| text.contains(shared)) {
            found.insert(operation.to_owned());
        }
    }
    found
}

/// The names of the warnings, where they are worded.
pub fn warnings() -> BTreeSet<String> {
    let texts = sources(&root().join("functions"));
    let named = texts.iter().flat_map(|text| text.split("Warning::new(\"").skip(1));
    named.filter_map(|rest| rest.split_once('"')).map(|(name, _)| name.to_owned()).collect()
}

fn named_in(texts: &[String]) -> BTreeSet<String> {
    let literals = texts.iter().flat_map(|text| text.split('"'));
    literals.filter(|literal| is_operation(literal)).map(ToOwned::to_owned).collect()
}

fn is_operation(literal: &str) -> bool {
    let services =
        ["account", "cloudformation", "dynamodb", "ec2", "iam", "organizations", "s3", "sns", "ssm", "states", "sts"];
    literal.split_once(':').is_some_and(|(service, operation)| {
        services.contains(&service)
            && operation.starts_with(|first: char| first.is_ascii_uppercase())
            && operation.chars().all(char::is_alphanumeric)
    })
}

fn required(text: &str) -> BTreeSet<String> {
    let calls = text.split("env::required(\"").skip(1);
    calls.filter_map(|rest| rest.split_once('"')).map(|(name, _)| name.to_owned()).collect()
}

/// The Rust files below a folder, without their tests.
fn sources(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|why| panic!("{}: {why}", folder.display()));
    let mut found = vec![];
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap_or_default();
            found.push(text.split("#[cfg(test)]").next().unwrap_or_default().to_owned());
        }
    }
    found
}
