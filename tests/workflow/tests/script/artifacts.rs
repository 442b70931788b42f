//! Functions that are built already.

use std::fs;
use std::path::PathBuf;

use sha2::{Digest, Sha256};
use workflow::functions;

use crate::script::stand_in::{StandIn, write_zip};

/// A release with the functions for arm64.
fn release(stand_in: &StandIn) -> PathBuf {
    let built = stand_in.built();
    let contents: Vec<(String, Vec<u8>)> = functions::names()
        .into_iter()
        .map(|name| (format!("{name}.zip"), fs::read(built.join(format!("{name}.zip"))).unwrap()))
        .collect();
    let files: Vec<(&str, &[u8])> =
        contents.iter().map(|(name, content)| (name.as_str(), content.as_slice())).collect();
    let folder = built.with_file_name("release");
    fs::create_dir_all(&folder).unwrap();
    let zip = folder.join("patch-manager-arm64.zip");
    write_zip(&zip, &files);
    let digest = Sha256::digest(fs::read(zip).unwrap());
    let digest = digest.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
    fs::write(folder.join("SHA256SUMS"), format!("{digest}  patch-manager-arm64.zip\n")).unwrap();
    folder
}

#[test]
fn a_release_is_fetched_checked_and_uploaded() {
    let stand_in = StandIn::new();
    let url = format!("file://{}", release(&stand_in).display());
    let ended = stand_in.run(&["--artifacts", &url]);
    assert!(ended.succeeded, "{}", ended.said);
    let uploaded = ended.of("put-object");
    for name in functions::names() {
        let key = format!("/{name}.zip");
        assert!(uploaded.iter().any(|words| words.iter().any(|word| word.ends_with(&key))), "{name}: {uploaded:?}");
    }
}

#[test]
fn a_release_that_is_not_what_its_checksums_say_is_not_used() {
    let stand_in = StandIn::new();
    let folder = release(&stand_in);
    fs::write(folder.join("patch-manager-arm64.zip"), "something else").unwrap();
    let ended = stand_in.run(&["--artifacts", &format!("file://{}", folder.display())]);
    assert!(!ended.succeeded && ended.changed_nothing(), "{:?}", ended.asked);
    assert!(ended.said.contains("patch-manager-arm64.zip is not what SHA256SUMS says"), "{}", ended.said);
    let ended = stand_in.run(&["--artifacts", &format!("file://{}", folder.display()), "--architecture", "x86_64"]);
    assert!(!ended.succeeded && ended.said.contains("patch-manager-x86_64.zip: "), "{}", ended.said);
}

#[test]
fn a_folder_without_a_function_is_no_build() {
    let stand_in = StandIn::new();
    let built = stand_in.built();
    fs::remove_file(built.join("report.zip")).unwrap();
    let ended = stand_in.run(&["--artifacts", built.to_str().unwrap()]);
    assert!(!ended.succeeded && ended.changed_nothing() && ended.said.contains("has no report.zip"), "{}", ended.said);
}

#[test]
fn a_release_that_anybody_on_the_way_could_change_is_refused() {
    let ended = StandIn::new().run(&["--artifacts", "http://127.0.0.1:9/release"]);
    assert!(!ended.succeeded && ended.asked.is_empty(), "{:?}", ended.asked);
    assert!(
        ended.said.contains("http://127.0.0.1:9/release: https://, file:// or a folder is wanted"),
        "{}",
        ended.said
    );
}
