//! Which windows find a host, and why none does.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use policy::Filter;

use super::subject::Subject;
use super::windows::Window;
use super::{Finding, Reason, Tag};

/// How a filter chooses hosts.
enum Selector<'a> {
    /// By the value of a tag.
    Tag(&'a str),
    /// By a tag's key.
    TagKey,
    /// By their ids.
    Id,
    /// By resource groups, in these words: what is in them, only their service knows.
    Group(&'static str),
}

impl<'a> Selector<'a> {
    fn of(filter: &'a Filter) -> Self {
        Self::of_key(filter.key.as_str())
    }

    fn of_key(key: &'a str) -> Self {
        match key {
            "InstanceIds" => Self::Id,
            "tag-key" => Self::TagKey,
            "resource-groups:Name" => Self::Group("the resource group"),
            key => key.strip_prefix("tag:").map_or(Self::Group("resources of groups of the type"), Self::Tag),
        }
    }
}

/// Whether a window finds a host by what is registered with it, or would, where it is not there. Of what a resource group holds nothing is
/// known, but that a window came to a host before.
pub(super) fn finds(window: &Window<'_>, host: &Subject<'_>) -> bool {
    let Some(found) = window.found else { return is_meant(window, host) };
    let is_found_by = |filters: &BTreeMap<String, BTreeSet<String>>| {
        let does = |(key, values): (&String, &BTreeSet<String>)| {
            is_found(window, host, &Selector::of_key(key), |text| values.contains(text))
        };
        !filters.is_empty() && filters.iter().all(does)
    };
    let is_its_target = |id: &String| {
        id == host.id || found.targets.iter().any(|target| target.id == *id && is_found_by(&target.filters))
    };
    window.tasks.iter().flat_map(|task| &task.targets).any(is_its_target)
}

/// Whether the policy has a window find a host, as all of its filters do.
pub(super) fn is_meant(window: &Window<'_>, host: &Subject<'_>) -> bool {
    missed(window, host).is_empty()
}

/// Whether a window should have done something of late and did not: it did not open, or it found none of these hosts.
pub(super) fn did_not_run(window: &Window<'_>, hosts: &[Subject<'_>]) -> bool {
    window.missed.is_some()
        || window.last.as_ref().is_some_and(|last| {
            let is_found = |host: &Subject<'_>| finds(window, host) || is_meant(window, host);
            let is_for = |host: &Subject<'_>| last.could_come_to(host) && is_found(host);
            last.came_to_nothing() || (last.found_nobody() && hosts.iter().any(is_for))
        })
}

fn is_found(window: &Window<'_>, host: &Subject<'_>, by: &Selector<'_>, is_value: impl Fn(&str) -> bool) -> bool {
    match by {
        Selector::Tag(key) => host.tag(key).is_some_and(is_value),
        Selector::TagKey => host.tags().any(|(key, _)| is_value(key)),
        Selector::Id => is_value(host.id),
        Selector::Group(_) => window.came_to(host),
    }
}

/// Whether nobody can say yet if a window finds a host: all but its resource groups do, and no opening has shown what is in those.
pub(super) fn may_find(window: &Window<'_>, host: &Subject<'_>) -> bool {
    let missed = missed(window, host);
    let is_group = |filter: &&Filter| matches!(Selector::of(filter), Selector::Group(_));
    !missed.is_empty() && missed.iter().all(is_group) && !window.tells_of(host)
}

/// The filters of a window that do not find a host.
fn missed<'a>(window: &Window<'a>, host: &Subject<'_>) -> Vec<&'a Filter> {
    let filters = window.wanted.target.filters().iter();
    let is_missed = |filter: &&Filter| {
        !is_found(window, host, &Selector::of(filter), |text| filter.values.iter().any(|value| value == text))
    };
    filters.filter(is_missed).collect()
}

/// Why none of these windows finds a host: a tag that is nearly right, one with another value, or none at all; first of the window that
/// most filters find it for.
pub(super) fn not_found(windows: &[&Window<'_>], host: &Subject<'_>) -> Finding {
    let misses = windows.iter().flat_map(|window| {
        let missed = missed(window, host);
        let found = window.wanted.target.filters().len() - missed.len();
        let is_all = missed.len() == 1;
        missed.into_iter().filter_map(move |filter| {
            let near = near_miss(window, filter, host);
            let miss = near.or_else(|| (found > 0).then(|| lacks(window, filter, host)))?;
            // One of several tags is not what would do.
            Some((Reverse(found), Finding { tag: miss.tag.filter(|_| is_all), ..miss }))
        })
    });
    let nearest = misses
        .min_by_key(|(found, finding)| (*found, finding.name == Reason::NoTag, finding.name, finding.tag.is_none()));
    nearest.map_or_else(|| lacks_all(windows, host), |(_, finding)| finding)
}

/// No filter finds the host.
fn lacks_all(windows: &[&Window<'_>], host: &Subject<'_>) -> Finding {
    let tag = windows.iter().find_map(|window| tag_that_would_do(window, host));
    Finding { name: Reason::NoTag, detail: Some(looked_for(windows)), tag }
}

/// Another filter of the window finds the host.
fn lacks(window: &Window<'_>, filter: &Filter, host: &Subject<'_>) -> Finding {
    let detail = format!("it lacks {}, which {} looks for, too", wanted(filter), window.name());
    Finding { name: Reason::NoTag, detail: Some(detail), tag: tag_for(filter, host) }
}

fn near_miss(window: &Window<'_>, filter: &Filter, host: &Subject<'_>) -> Option<Finding> {
    let values = &filter.values;
    match Selector::of(filter) {
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
            Some(Finding { name, detail: Some(detail), tag: tag.or_else(|| tag_for(filter, host)) })
        }
        Selector::TagKey => {
            let (key, value) = host.tags().find(|(key, _)| values.iter().any(|value| is_like(key, value)))?;
            let meant = values.iter().find(|meant| is_like(key, meant))?;
            let detail = format!("it has a tag {key:?}, and {} looks for {meant:?}", window.name());
            let tag = Tag { key: meant.clone(), value: value.to_owned() };
            Some(Finding { name: Reason::TagMisspelt, detail: Some(detail), tag: Some(tag) })
        }
        Selector::Id | Selector::Group(_) => None,
    }
}

/// Whether two texts differ by case and blanks at most.
fn is_like(text: &str, other: &str) -> bool {
    text.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The tag that a host lacks to be found by a window: with more than one, none is it.
fn tag_that_would_do(window: &Window<'_>, host: &Subject<'_>) -> Option<Tag> {
    match missed(window, host).as_slice() {
        [filter] => tag_for(filter, host),
        _ => None,
    }
}

/// The tag with which a filter would find a host: the value that is its platform's name, or the only one.
fn tag_for(filter: &Filter, host: &Subject<'_>) -> Option<Tag> {
    let Selector::Tag(key) = Selector::of(filter) else { return None };
    let value = match filter.values.as_slice() {
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
    let filters = windows.iter().flat_map(|window| window.wanted.target.filters().iter().map(move |one| (window, one)));
    let wrong = filters.into_iter().find_map(|(window, filter)| {
        let Selector::Tag(key) = Selector::of(filter) else { return None };
        let value = host.tag(key)?;
        let is_for_both = filter.values.iter().any(|value| is_like(value, platform));
        platform_named(value).filter(|_| !is_for_both)?;
        Some((window, key, value))
    });
    let (window, key, value) = wrong?;
    let detail =
        format!("its tag {key:?} is {value:?} and it is {platform}: it is patched when {} opens", window.name());
    let tag = all.iter().find_map(|window| tag_that_would_do(window, host).filter(|tag| tag.key == key));
    Some(Finding { name: Reason::WrongWindow, detail: Some(detail), tag })
}

fn platform_named(value: &str) -> Option<&'static str> {
    ["Windows", "Linux", "MacOS"].into_iter().find(|platform| is_like(platform, value))
}

/// What the windows look for, each thing once.
fn looked_for(windows: &[&Window<'_>]) -> String {
    let of_window =
        |window: &&Window<'_>| window.wanted.target.filters().iter().map(wanted).collect::<Vec<_>>().join(" and ");
    let each: BTreeSet<_> = windows.iter().map(of_window).collect();
    format!("windows look for {}", each.into_iter().collect::<Vec<_>>().join(", or for "))
}

/// What a filter looks for.
fn wanted(filter: &Filter) -> String {
    let values = any_of(&filter.values);
    match Selector::of(filter) {
        Selector::Tag(key) => format!("the tag {key:?} with {values}"),
        Selector::TagKey => format!("a tag {values}"),
        Selector::Id => "hosts by id, of which it is none".to_owned(),
        Selector::Group(groups) => format!("{groups} {values} (not looked into)"),
    }
}

fn any_of(values: &[String]) -> String {
    values.iter().map(|value| format!("{value:?}")).collect::<Vec<_>>().join(" or ")
}
