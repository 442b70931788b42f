//! All that fuzzing has found worth keeping, once more.

use std::collections::BTreeSet;
use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

use fuzz::TARGETS;

#[test]
fn nothing_of_the_corpus_breaks_what_has_to_hold() {
    let mut broken = Vec::new();
    for (name, target) in TARGETS {
        let files = fs::read_dir(corpus().join(name)).unwrap().map(|file| file.unwrap().path());
        let files: Vec<_> = files.collect();
        assert!(files.len() > 10, "{name} has a corpus of {} files", files.len());
        for file in files {
            let bytes = fs::read(&file).unwrap();
            if catch_unwind(|| target(&bytes)).is_err() {
                broken.push(file);
            }
        }
    }
    assert_eq!(broken, Vec::<std::path::PathBuf>::new());
}

#[test]
fn each_target_has_a_binary_and_a_corpus() {
    let named: BTreeSet<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    for folder in ["corpus", "fuzz_targets"] {
        let entries = fs::read_dir(corpus().with_file_name(folder)).unwrap().map(|entry| entry.unwrap().path());
        let entries: BTreeSet<_> = entries.map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned()).collect();
        assert_eq!(entries, named, "{folder}");
    }
}

fn corpus() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus")
}
