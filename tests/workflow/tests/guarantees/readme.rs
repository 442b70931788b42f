//! The README's list and the tests are the same.

use std::collections::BTreeSet;

use workflow::read;

/// The suites that keep promises.
const SUITES: [&str; 3] = ["guarantees", "end_to_end", "lifecycle"];

/// The sentences of the list, which stand in bold at its numbers.
fn sentences() -> Vec<String> {
    let readme = read("README.md");
    let (_, section) = readme.split_once("## What it guarantees").expect("the section");
    let (section, _) = section.split_once("\n## ").expect("another section after it");
    let numbered = section.lines().filter(|line| line.starts_with(|first: char| first.is_ascii_digit()));
    numbered.filter_map(|line| line.split("**").nth(1)).map(ToOwned::to_owned).collect()
}

/// `A second run changes nothing.` as `a_second_run_changes_nothing`.
fn as_name(sentence: &str) -> String {
    let words = sentence.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("_")
}

/// The tests, and the steps of a test, that keep a promise; each with the suite's own list of what it runs.
fn tests() -> Vec<(String, bool)> {
    let of = |suite: &str| {
        let promises = read(format!("tests/workflow/tests/{suite}/promises.rs"));
        let main = read(format!("tests/workflow/tests/{suite}/main.rs"));
        let names = |marker: &str| -> Vec<String> {
            let after = promises.split(marker).skip(1);
            after.filter_map(|rest| rest.split_once('(')).map(|(name, _)| name.to_owned()).collect()
        };
        let own =
            ["#[test]\nfn ", "#[tokio::test]\nasync fn "].map(names).concat().into_iter().map(|name| (name, true));
        let steps = names("pub(crate) async fn ").into_iter();
        own.chain(steps.map(|name| {
            let is_run = main.contains(&format!("promises::{name}("));
            (name, is_run)
        }))
        .collect()
    };
    SUITES.iter().flat_map(|suite| -> Vec<(String, bool)> { of(suite) }).collect()
}

#[test]
fn each_sentence_of_the_readme_is_a_test_and_each_test_a_sentence() {
    let (sentences, tests) = (sentences(), tests());
    let promised: BTreeSet<_> = sentences.iter().map(|sentence| as_name(sentence)).collect();
    let kept: BTreeSet<_> = tests.iter().map(|(name, _)| name.clone()).collect();
    assert_eq!(promised, kept);
    assert_eq!((promised.len(), kept.len()), (sentences.len(), tests.len()), "none of them twice");
    let not_run: Vec<_> = tests.iter().filter(|(_, is_run)| !is_run).collect();
    assert!(not_run.is_empty(), "written and not run: {not_run:?}");
}

#[test]
fn the_numbers_of_the_list_go_up_by_one() {
    let readme = read("README.md");
    let (_, section) = readme.split_once("## What it guarantees").expect("the section");
    for (index, sentence) in sentences().iter().enumerate() {
        assert!(section.contains(&format!("\n{}. **{sentence}**", index + 1)), "{} is not {sentence:?}", index + 1);
    }
}
