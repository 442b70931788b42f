//! One key twice in a JSON object: readers take the last one without a word, so what the author meant with the first is lost.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use crate::problem::Problem;
use crate::reader::{member_path, shown};

/// A text's JSON as every reader understands it, and a problem for each key that is in an object once more.
pub(super) fn read(text: &str) -> Result<(Value, Vec<Problem>), serde_json::Error> {
    let problems = RefCell::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Place { path: "$".to_owned(), problems: &problems }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, problems.into_inner()))
}

/// Where a value stands.
struct Place<'a> {
    path: String,
    problems: &'a RefCell<Vec<Problem>>,
}

impl Place<'_> {
    fn inner(&self, path: String) -> Place<'_> {
        Place { path, problems: self.problems }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut fields = serde_json::Map::new();
        while let Some(key) = members.next_key::<String>()? {
            let path = member_path(&self.path, &key);
            let value = members.next_value_seed(self.inner(path.clone()))?;
            if fields.contains_key(&key) {
                let allowed = "each key once in an object".to_owned();
                self.problems.borrow_mut().push(Problem { path, value: shown(&value), allowed });
            }
            fields.insert(key, value);
        }
        Ok(fields.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self.inner(format!("{}[{}]", self.path, list.len())))? {
            list.push(item);
        }
        Ok(list.into())
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
}
