//! Reads a JSON document into types and writes down every problem on the way.
//!
//! A type says with [`FromNode`] how it is read. Problems come in the order in which fields are read, which is the order in which they
//! are documented: a [`Value`] has forgotten the order that they had in the text. Reading goes on after a problem, so that one pass finds them all:
//! [`Reported`] stands for a value that could not be read and whose problem is written down already.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use serde_json::{Map, Value};

use crate::problem::Problem;
use crate::text::NotAllowed;

/// How many characters of a value a problem shows.
const SHOWN: usize = 80;

/// The value could not be read, and the problem is written down. Only this module makes one.
#[derive(Debug)]
pub(crate) struct Reported(());

/// A value, or the knowledge that its problem is written down.
pub(crate) type Read<T> = Result<T, Reported>;

/// A type that is read from a JSON value.
pub(crate) trait FromNode: Sized {
    /// What is allowed, for the message about a missing value or one of the wrong JSON type.
    const EXPECTED: &'static str;

    /// Reads the value; writes down what is wrong with it.
    fn from_node(node: &Node<'_>) -> Read<Self>;
}

/// Reads a whole document.
pub(crate) fn read<T: FromNode>(document: &Value) -> Result<T, Vec<Problem>> {
    let problems = RefCell::default();
    let root = Node { path: "$".to_owned(), value: document, problems: &problems };
    let read = T::from_node(&root);
    let problems = problems.take();
    match read {
        Ok(value) if problems.is_empty() => Ok(value),
        _ => Err(problems),
    }
}

/// Reads an object into `Self`, field by field: reading goes on after a field that could not be read, and an unknown field is refused.
macro_rules! read_object {
    ($node:ident as $object:ident { $($field:ident: $read:expr),* $(,)? }) => {{
        let mut $object = $node.object(Self::EXPECTED)?;
        $(let $field = $read;)*
        $object.finish();
        Ok(Self { $($field: $field?),* })
    }};
}

/// Declares an enum of names, all written in one case; one of them is the `#[default]`.
macro_rules! choice {
    ($(#[$docs:meta])* $name:ident in $case:tt, $allowed:literal { $($variants:tt)* }) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[derive(strum::Display, strum::EnumString, strum::IntoStaticStr, strum::VariantArray)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = $case)]
        #[strum(serialize_all = $case)]
        pub enum $name {
            $($variants)*
        }

        impl $crate::reader::FromNode for $name {
            const EXPECTED: &'static str = $allowed;

            fn from_node(node: &$crate::reader::Node<'_>) -> $crate::reader::Read<Self> {
                node.one_of()
            }
        }
    };
}

pub(crate) use {choice, read_object};

/// A value in the document, and where it stands.
pub(crate) struct Node<'a> {
    path: String,
    value: &'a Value,
    problems: &'a RefCell<Vec<Problem>>,
}

impl<'a> Node<'a> {
    /// Where it stands.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The JSON itself.
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// Writes down that this value is not allowed.
    pub(crate) fn refuse(&self, allowed: impl Into<String>) -> Reported {
        self.report(self.path.clone(), shown(self.value), allowed.into())
    }

    /// Writes down that a member is not there.
    pub(crate) fn missing(&self, key: &str, allowed: impl Into<String>) -> Reported {
        self.report(member_path(&self.path, key), "missing".to_owned(), allowed.into())
    }

    fn report(&self, path: String, value: String, allowed: String) -> Reported {
        self.report_all([Problem { path, value, allowed }])
    }

    /// What is written down so far.
    pub(crate) fn reported(&self) -> Vec<Problem> {
        self.problems.borrow().clone()
    }

    /// Writes down problems that were found in another way: at least one, or else what is wrong is written down already.
    pub(crate) fn report_all(&self, problems: impl IntoIterator<Item = Problem>) -> Reported {
        self.problems.borrow_mut().extend(problems);
        Reported(())
    }

    /// Reads a text with its type's own parser.
    pub(crate) fn text<T: FromNode + FromStr<Err = NotAllowed>>(&self) -> Read<T> {
        let text = self.value.as_str().ok_or_else(|| self.refuse(T::EXPECTED))?;
        text.parse().map_err(|error: NotAllowed| self.refuse(error.allowed))
    }

    /// Reads one of an enum's names.
    pub(crate) fn one_of<T: FromNode + FromStr>(&self) -> Read<T> {
        let value = self.value.as_str().and_then(|text| text.parse().ok());
        value.ok_or_else(|| self.refuse(T::EXPECTED))
    }

    /// Reads a whole number; `6.0` is one, as JSON has a single kind of number.
    pub(crate) fn whole_number(&self) -> Option<u64> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range and the fraction are checked"
        )]
        let whole = |number: f64| (number.fract() == 0.0 && (0.0..=1e15).contains(&number)).then_some(number as u64);
        self.value.as_u64().or_else(|| self.value.as_f64().and_then(whole))
    }

    /// The value as an object whose fields are still to be read.
    pub(crate) fn object(&self, expected: &str) -> Read<Object<'a>> {
        let fields = self.value.as_object().ok_or_else(|| self.refuse(expected))?;
        let node = Node { path: self.path.clone(), value: self.value, problems: self.problems };
        Ok(Object { node, fields, known: Vec::new() })
    }

    /// The items of a list.
    pub(crate) fn items(&self, expected: &str) -> Read<Vec<Node<'a>>> {
        let items = self.value.as_array().ok_or_else(|| self.refuse(expected))?;
        let item = |(index, value)| Node { path: format!("{}[{index}]", self.path), value, problems: self.problems };
        Ok(items.iter().enumerate().map(item).collect())
    }

    /// The members of an object that may have any names.
    pub(crate) fn members(&self, expected: &str) -> Read<Vec<(&'a str, Node<'a>)>> {
        let fields = self.value.as_object().ok_or_else(|| self.refuse(expected))?;
        Ok(fields.iter().map(|(key, value)| (key.as_str(), self.child(key, value))).collect())
    }

    /// A member of an object, if this is one and has it.
    pub(crate) fn member(&self, key: &str) -> Option<Node<'a>> {
        self.value.get(key).map(|value| self.child(key, value))
    }

    fn child(&self, key: &str, value: &'a Value) -> Node<'a> {
        Node { path: member_path(&self.path, key), value, problems: self.problems }
    }
}

/// An object while its fields are read. Call [`Object::finish`] last: it refuses the fields that were not read.
pub(crate) struct Object<'a> {
    node: Node<'a>,
    fields: &'a Map<String, Value>,
    known: Vec<&'static str>,
}

impl<'a> Object<'a> {
    /// The field, if it is there; `null` is the same as leaving it out.
    pub(crate) fn field(&mut self, key: &'static str) -> Option<Node<'a>> {
        self.known.push(key);
        let value = self.fields.get(key).filter(|value| !value.is_null())?;
        Some(self.node.child(key, value))
    }

    /// The field, if it is there, also as `null`.
    pub(crate) fn present(&mut self, key: &'static str) -> Option<Node<'a>> {
        self.known.push(key);
        self.node.member(key)
    }

    /// A field that may be anything.
    pub(crate) fn ignore(&mut self, key: &'static str) {
        self.known.push(key);
    }

    /// A field that has to be there.
    pub(crate) fn required<T: FromNode>(&mut self, key: &'static str) -> Read<T> {
        self.required_with(key, T::EXPECTED, T::from_node)
    }

    /// A field that has to be there, and that is read in a way of its own.
    pub(crate) fn required_with<T>(
        &mut self,
        key: &'static str,
        expected: &str,
        read: impl FnOnce(&Node<'a>) -> Read<T>,
    ) -> Read<T> {
        match self.field(key) {
            Some(node) => read(&node),
            None => Err(self.missing(key, expected)),
        }
    }

    /// A field that may be absent.
    pub(crate) fn optional<T: FromNode>(&mut self, key: &'static str) -> Read<Option<T>> {
        self.optional_with(key, T::from_node)
    }

    /// A field that may be absent, and that is read in a way of its own.
    pub(crate) fn optional_with<T>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Node<'a>) -> Read<T>,
    ) -> Read<Option<T>> {
        self.field(key).map(|node| read(&node)).transpose()
    }

    /// A field with a default.
    pub(crate) fn or<T: FromNode>(&mut self, key: &'static str, default: T) -> Read<T> {
        Ok(self.optional(key)?.unwrap_or(default))
    }

    /// A field with a default, and that is read in a way of its own.
    pub(crate) fn or_with<T: Default>(
        &mut self,
        key: &'static str,
        read: impl FnOnce(&Node<'a>) -> Read<T>,
    ) -> Read<T> {
        Ok(self.optional_with(key, read)?.unwrap_or_default())
    }

    /// Writes down that a field is not there.
    pub(crate) fn missing(&self, key: &str, allowed: impl Into<String>) -> Reported {
        self.node.missing(key, allowed)
    }

    /// Refuses the fields that were not asked for.
    pub(crate) fn finish(self) {
        for (key, value) in self.fields {
            if !self.known.contains(&key.as_str()) {
                self.node.child(key, value).refuse(format!("only {}", self.known.join(", ")));
            }
        }
    }
}

impl FromNode for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        node.value.as_bool().ok_or_else(|| node.refuse(Self::EXPECTED))
    }
}

impl FromNode for String {
    const EXPECTED: &'static str = "a text";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        node.value.as_str().map(str::to_owned).ok_or_else(|| node.refuse(Self::EXPECTED))
    }
}

impl<T: FromNode> FromNode for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        all(node.items(Self::EXPECTED)?.iter().map(T::from_node))
    }
}

impl<T: FromNode + Ord> FromNode for BTreeSet<T> {
    const EXPECTED: &'static str = Vec::<T>::EXPECTED;

    fn from_node(node: &Node<'_>) -> Read<Self> {
        Ok(Vec::from_node(node)?.into_iter().collect())
    }
}

impl<T: FromNode> FromNode for BTreeMap<String, T> {
    const EXPECTED: &'static str = "an object";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        let members = node.members(Self::EXPECTED)?;
        let read = members.iter().map(|(key, value)| Ok(((*key).to_owned(), T::from_node(value)?)));
        Ok(all(read)?.into_iter().collect())
    }
}

/// Reads everything even when something cannot be read, where `collect` would stop at the first problem.
pub(crate) fn all<T>(reads: impl Iterator<Item = Read<T>>) -> Read<Vec<T>> {
    let reads: Vec<Read<T>> = reads.collect();
    reads.into_iter().collect()
}

/// `$.task.output`, or `$["a field"]` for a name that does not stand alone.
pub(super) fn member_path(parent: &str, key: &str) -> String {
    let plain = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if plain { format!("{parent}.{key}") } else { format!("{parent}[{}]", Value::from(key)) }
}

/// The value as compact JSON, cut where it gets long.
pub(super) fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN) {
        Some(_) => text.chars().take(SHOWN - 1).chain(['…']).collect(),
        None => text,
    }
}
