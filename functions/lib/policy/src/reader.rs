//! Reads a JSON document into types and writes down every problem on the way.
//!
//! A type says with [`FromNode`] how it is read. Problems come in the order in which fields are read, which is the order in which they
//! are documented: a [`Value`] has forgotten the order that they had in the text. Reading goes on after a problem, so that one pass finds them all:
//! [`Reported`] stands for a value that could not be read and whose problem is written down already.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeBounds;
use std::str::FromStr;

use serde_json::Value;

use crate::problem::{NotAllowed, Problem};

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

    /// What it is where nothing stands, if that may be.
    fn left_out() -> Option<Self> {
        None
    }
}

/// Reads a whole document.
pub(crate) fn read<T: FromNode>(document: &Value) -> Result<T, Vec<Problem>> {
    let problems = RefCell::default();
    let root = Node { path: "$".to_owned(), value: document, document, problems: &problems };
    let read = T::from_node(&root);
    let problems = problems.take();
    match read {
        Ok(value) if problems.is_empty() => Ok(value),
        _ => Err(problems),
    }
}

/// Declares an object, and what is expected instead of something else. A field has to be there unless it is an `Option` or has `= default`;
/// one that is read in a way of its own says so after `=>`, and sees the fields before it. Reading goes on after a field that could not be
/// read, and an unknown field is refused.
macro_rules! object {
    ($(#[$attributes:meta])* $name:ident, $expected:literal {
        $($(#[$docs:meta])* $field:ident: $type:ty $(= $default:ident)? $(=> $read:expr)?,)*
    }) => {
        #[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
        #[serde(rename_all = "camelCase")]
        $(#[$attributes])*
        pub struct $name {
            $($(#[$docs])* $(#[serde($default)])? pub $field: $type,)*
        }

        impl $name {
            /// Reads the fields.
            pub(crate) fn from_fields(object: &mut $crate::reader::Object<'_>) -> $crate::reader::Read<Self> {
                $(let $field: $crate::reader::Read<$type> = object!(@read object, $field $(= $default)? $(=> $read)?);)*
                Ok(Self { $($field: $field?),* })
            }
        }

        impl $crate::reader::FromNode for $name {
            const EXPECTED: &'static str = $expected;

            fn from_node(node: &$crate::reader::Node<'_>) -> $crate::reader::Read<Self> {
                node.object(Self::EXPECTED, Self::from_fields)
            }
        }
    };
    (@read $object:ident, $field:ident) => {
        $object.required(stringify!($field))
    };
    (@read $object:ident, $field:ident = $default:ident) => {
        $object.or(stringify!($field), Default::$default())
    };
    (@read $object:ident, $field:ident $(= $default:ident)? => $read:expr) => {
        $object.with(stringify!($field), $read)
    };
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

pub(crate) use {choice, object};

/// A value in the document, and where it stands.
pub(crate) struct Node<'a> {
    path: String,
    value: &'a Value,
    /// The whole document.
    document: &'a Value,
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

    /// The JSON of the whole document.
    pub(crate) fn document(&self) -> &'a Value {
        self.document
    }

    /// Writes down that this value is not allowed.
    pub(crate) fn refuse(&self, allowed: impl Into<String>) -> Reported {
        self.report_all([Problem::new(&*self.path, self.value, allowed)])
    }

    /// Writes down that a member is not there.
    pub(crate) fn missing(&self, key: &str, allowed: impl Into<String>) -> Reported {
        self.report_all([Problem {
            path: member_path(&self.path, key),
            value: "missing".to_owned(),
            allowed: allowed.into(),
        }])
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

    /// Reads an object, and refuses the fields that were not read.
    pub(crate) fn object<T>(&self, expected: &str, read: impl FnOnce(&mut Object<'a>) -> Read<T>) -> Read<T> {
        let fields = self.value.as_object().ok_or_else(|| self.refuse(expected))?;
        let mut object = Object { node: self.at(self.path.clone(), self.value), known: Vec::new() };
        let read = read(&mut object);
        for (key, value) in fields.iter().filter(|(key, _)| !object.known.contains(key)) {
            self.child(key, value).refuse(format!("only {}", object.known.join(", ")));
        }
        read
    }

    /// The items of a list of so many.
    pub(crate) fn items(&self, counts: impl RangeBounds<usize>, expected: &str) -> Read<Vec<Node<'a>>> {
        let items = self.value.as_array().filter(|items| counts.contains(&items.len()));
        let items = items.ok_or_else(|| self.refuse(expected))?.iter().enumerate();
        Ok(items.map(|(index, value)| self.at(format!("{}[{index}]", self.path), value)).collect())
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
        self.at(member_path(&self.path, key), value)
    }

    fn at(&self, path: String, value: &'a Value) -> Node<'a> {
        Node { path, value, ..*self }
    }
}

/// An object while its fields are read, which are named as in Rust or as in JSON.
pub(crate) struct Object<'a> {
    node: Node<'a>,
    known: Vec<String>,
}

impl<'a> Object<'a> {
    /// The object's own place.
    pub(crate) fn node(&self) -> &Node<'a> {
        &self.node
    }

    /// The field, if it is there; `null` is the same as leaving it out.
    pub(crate) fn field(&mut self, name: &str) -> Option<Node<'a>> {
        self.present(name).filter(|node| !node.value.is_null())
    }

    /// The field, if it is there, also as `null`.
    pub(crate) fn present(&mut self, name: &str) -> Option<Node<'a>> {
        let key = key(name);
        let node = self.node.member(&key);
        self.known.push(key);
        node
    }

    /// A field that has to be there, unless its type may be left out.
    pub(crate) fn required<T: FromNode>(&mut self, name: &str) -> Read<T> {
        match self.field(name) {
            Some(node) => T::from_node(&node),
            None => T::left_out().ok_or_else(|| self.missing(name, T::EXPECTED)),
        }
    }

    /// A field that has to be there, and that is read in a way of its own.
    pub(crate) fn required_with<T>(
        &mut self,
        name: &str,
        expected: &str,
        read: impl FnOnce(&Node<'a>) -> Read<T>,
    ) -> Read<T> {
        match self.field(name) {
            Some(node) => read(&node),
            None => Err(self.missing(name, expected)),
        }
    }

    /// A field with a default.
    pub(crate) fn or<T: FromNode>(&mut self, name: &str, default: T) -> Read<T> {
        self.field(name).map_or(Ok(default), |node| T::from_node(&node))
    }

    /// A field with a default, and that is read in a way of its own.
    pub(crate) fn or_with<T: Default>(&mut self, name: &str, read: impl FnOnce(&Node<'a>) -> Read<T>) -> Read<T> {
        self.field(name).map_or_else(|| Ok(T::default()), |node| read(&node))
    }

    /// A field with a default; where it is there, `rule` may tell what is allowed instead.
    pub(crate) fn or_unless<T: FromNode + Default>(
        &mut self,
        name: &str,
        rule: impl FnOnce(&T) -> Option<&'static str>,
    ) -> Read<T> {
        self.or_with(name, |node| {
            let value = T::from_node(node)?;
            rule(&value).map_or(Ok(value), |allowed| Err(node.refuse(allowed)))
        })
    }

    /// A field that is read in a way of its own.
    pub(crate) fn with<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Self, &str) -> Read<T>) -> Read<T> {
        read(self, name)
    }

    /// Writes down that a field is not there.
    pub(crate) fn missing(&self, name: &str, allowed: impl Into<String>) -> Reported {
        self.node.missing(&key(name), allowed)
    }
}

/// `s3Bucket` for `s3_bucket`.
fn key(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().map(str::to_owned);
    first.into_iter().chain(words.map(|word| word[..1].to_ascii_uppercase() + &word[1..])).collect()
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

impl<T: FromNode> FromNode for Option<T> {
    const EXPECTED: &'static str = T::EXPECTED;

    fn from_node(node: &Node<'_>) -> Read<Self> {
        T::from_node(node).map(Some)
    }

    fn left_out() -> Option<Self> {
        Some(None)
    }
}

impl<T: FromNode> FromNode for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn from_node(node: &Node<'_>) -> Read<Self> {
        all(node.items(.., Self::EXPECTED)?.iter().map(T::from_node))
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

/// Refuses the name of an item of a list that one before it has, too.
pub(crate) fn own_name(items: &[Node<'_>], index: usize) -> Read<()> {
    let Some(name) = items[index].member("name").filter(|name| name.value.is_string()) else { return Ok(()) };
    match items[..index].iter().find(|before| before.value["name"] == *name.value) {
        Some(first) => {
            Err(name.refuse(format!("a name of its own ({} has this one)", first.path.trim_start_matches("$."))))
        }
        None => Ok(()),
    }
}

/// `$.task.output`, or `$["a field"]` for a name that does not stand alone.
pub(super) fn member_path(parent: &str, key: &str) -> String {
    let plain = key.starts_with(|first: char| first.is_ascii_alphabetic())
        && key.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    if plain { format!("{parent}.{key}") } else { format!("{parent}[{}]", Value::from(key)) }
}
