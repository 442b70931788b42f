//! Which windows find a host, and why none does.

use std::collections::BTreeSet;

use super::subject::Subject;
use super::windows::Window;
use super::{Finding, Reason, Tag};

/// How the hosts of a window are chosen.
enum Selector<'a> {
    /// By the value of a tag.
    Tag(&'a str),
    /// By a tag's key.
    TagKey,
    /// By their ids.
    Id,
    /// By a resource group: what is in it, only its service knows.
    Group,
}

impl<'a> Selector<'a> {
    fn of(window: &Window<'a>) -> Self {
        match window.wanted.target.key.as_str() {
            "InstanceIds" => Self::Id,
            "tag-key" => Self::TagKey,
            key => key.strip_prefix("tag:").map_or(Self::Group, Self::Tag),
        }
    }
}

/// Whether a window finds a host. Of what a resource group holds nothing is known, but that a window came to a host before.
pub(super) fn finds(window: &Window<'_>, host: &Subject<'_>) -> bool {
    let values = &window.wanted.target.values;
    let is_value = |text: &str| values.iter().any(|value| value == text);
    match Selector::of(window) {
        Selector::Tag(key) => host.tag(key).is_some_and(is_value),
        Selector::TagKey => host.tags().any(|(key, _)| is_value(key)),
        Selector::Id => is_value(host.id),
        Selector::Group => window.came_to(host),
    }
}

/// Why none of these windows finds a host: a tag that is nearly right, one with another value, or none at all.
pub(super) fn not_found(windows: &[&Window<'_>], host: &Subject<'_>) -> Finding {
    let misses = windows.iter().filter_map(|window| near_miss(window, host));
    let nearest = misses.min_by_key(|finding| (finding.name, finding.tag.is_none()));
    nearest.unwrap_or_else(|| Finding {
        name: Reason::NoTag,
        detail: Some(looked_for(windows)),
        tag: windows.iter().find_map(|window| tag_for(window, host)),
    })
}

fn near_miss(window: &Window<'_>, host: &Subject<'_>) -> Option<Finding> {
    let values = &window.wanted.target.values;
    match Selector::of(window) {
        Selector::Tag(wanted) => {
            let (key, value) =
                host.tags().filter(|(key, _)| is_like(key, wanted)).max_by_key(|(key, _)| *key == wanted)?;
            let meant = values.iter().find(|meant| is_like(meant, value));
            let (name, looked_for) = match meant {
                Some(meant) => (Reason::TagMisspelt, format!("{wanted:?} with {meant:?}")),
                None if key == wanted => (Reason::TagUnknownValue, any_of(values)),
                None => (Reason::TagMisspelt, format!("{wanted:?} with {}", any_of(values))),
            };
            let tag = meant.map(|meant| Tag { key: wanted.to_owned(), value: meant.clone() });
            let detail = format!("its tag {key:?} is {value:?}, and {} looks for {looked_for}", window.name());
            Some(Finding { name, detail: Some(detail), tag: tag.or_else(|| tag_for(window, host)) })
        }
        Selector::TagKey => {
            let (key, value) = host.tags().find(|(key, _)| values.iter().any(|value| is_like(key, value)))?;
            let meant = values.iter().find(|meant| is_like(key, meant))?;
            let detail = format!("it has a tag {key:?}, and {} looks for {meant:?}", window.name());
            let tag = Tag { key: meant.clone(), value: value.to_owned() };
            Some(Finding { name: Reason::TagMisspelt, detail: Some(detail), tag: Some(tag) })
        }
        Selector::Id | Selector::Group => None,
    }
}

/// Whether two texts differ by case and blanks at most.
fn is_like(text: &str, other: &str) -> bool {
    text.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The tag with which a window would find a host: the value that is its platform's name, or the only one.
fn tag_for(window: &Window<'_>, host: &Subject<'_>) -> Option<Tag> {
    let Selector::Tag(key) = Selector::of(window) else { return None };
    let value = match window.wanted.target.values.as_slice() {
        [only] if platform_named(only).is_none() => only,
        values => {
            let platform = host.platform_type()?;
            values.iter().find(|value| is_like(value, platform))?
        }
    };
    Some(Tag { key: key.to_owned(), value: value.clone() })
}

/// Whether a tag puts a host of one operating system into the window of another one: names both, and the better tag.
pub(super) fn wrong_window(windows: &[&Window<'_>], all: &[&Window<'_>], host: &Subject<'_>) -> Option<Finding> {
    let platform = host.node?.platform_type.as_deref()?;
    let wrong = windows.iter().find_map(|window| {
        let Selector::Tag(key) = Selector::of(window) else { return None };
        let value = host.tag(key)?;
        let is_for_both = window.wanted.target.values.iter().any(|value| is_like(value, platform));
        platform_named(value).filter(|_| !is_for_both)?;
        Some((window, key, value))
    });
    let (window, key, value) = wrong?;
    let detail =
        format!("its tag {key:?} is {value:?} and it is {platform}: it is patched when {} opens", window.name());
    let tag = all.iter().find_map(|window| tag_for(window, host).filter(|tag| tag.key == key));
    Some(Finding { name: Reason::WrongWindow, detail: Some(detail), tag })
}

fn platform_named(value: &str) -> Option<&'static str> {
    ["Windows", "Linux", "MacOS"].into_iter().find(|platform| is_like(platform, value))
}

/// What the windows look for, each thing once.
fn looked_for(windows: &[&Window<'_>]) -> String {
    let each: BTreeSet<_> = windows
        .iter()
        .map(|window| {
            let values = any_of(&window.wanted.target.values);
            match Selector::of(window) {
                Selector::Tag(key) => format!("the tag {key:?} with {values}"),
                Selector::TagKey => format!("a tag {values}"),
                Selector::Id => "hosts by id, of which it is none".to_owned(),
                Selector::Group => format!("the resource group {values}, which is not looked into"),
            }
        })
        .collect();
    format!("windows look for {}", each.into_iter().collect::<Vec<_>>().join(", or for "))
}

fn any_of(values: &[String]) -> String {
    values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(" or ")
}
