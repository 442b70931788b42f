//! The service model that comes with every botocore wheel, reduced to what checking a request needs.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use regex::Regex;
use serde_json::{Map, Value};

use crate::operation::{Operation, Service};

mod raw;

use raw::{RawModel, RawShape, Reference};

/// Why the service model could not be used.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The file cannot be read or unpacked.
    #[error("the service model {path} cannot be read: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system says.
        source: std::io::Error,
    },
    /// The file is not a service model in botocore's form.
    #[error("the service model {path} does not parse: {source}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// The model lacks something that is needed.
    #[error("the service model has no {0}")]
    Missing(String),
    /// A pattern of the model is not one that the regular expression library takes.
    #[error("the pattern of shape {shape} is not usable: {source}")]
    Pattern {
        /// The shape with the pattern.
        shape: String,
        /// What the library says.
        source: Box<regex::Error>,
    },
    /// There is no model in this virtual environment.
    #[error("no service model of SSM below {0}: install botocore in this virtual environment, or name another one")]
    NotFound(PathBuf),
}

/// The shapes of the operations that are answered here.
#[derive(Debug)]
pub(crate) struct Model {
    shapes: Vec<Shape>,
    by_name: HashMap<String, ShapeId>,
    inputs: HashMap<Operation, ShapeId>,
    outputs: HashMap<Operation, ShapeId>,
}

pub(crate) type ShapeId = usize;

#[derive(Debug)]
pub(crate) struct Shape {
    pub(crate) kind: Kind,
    pub(crate) min: Option<i64>,
    pub(crate) max: Option<i64>,
    pub(crate) sensitive: bool,
}

#[derive(Debug)]
pub(crate) enum Kind {
    Structure { members: BTreeMap<String, Member>, required: Vec<String> },
    List { member: ShapeId },
    Map { key: ShapeId, value: ShapeId },
    String { pattern: Option<Pattern>, allowed: Vec<String> },
    Integer,
    Boolean,
    Other,
}

#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) shape: ShapeId,
    /// Its name in a request of EC2's protocol.
    pub(crate) in_query: String,
    /// Its name in an answer of EC2's protocol.
    pub(crate) in_xml: String,
}

#[derive(Debug)]
pub(crate) struct Pattern {
    pub(crate) text: String,
    pub(crate) regex: Regex,
}

impl Model {
    /// Reads `service-2.json.gz` of a service, once per path and process.
    pub(crate) fn load(path: &Path, service: Service) -> Result<Arc<Self>, ModelError> {
        static LOADED: OnceLock<Mutex<HashMap<PathBuf, Arc<Model>>>> = OnceLock::new();
        let mut loaded = LOADED.get_or_init(Mutex::default).lock();
        if let Some(model) = loaded.get(path) {
            return Ok(Arc::clone(model));
        }
        let model = Arc::new(Self::build(&RawModel::read(path)?, service)?);
        loaded.insert(path.to_owned(), Arc::clone(&model));
        Ok(model)
    }

    fn build(raw: &RawModel, service: Service) -> Result<Self, ModelError> {
        let mut model =
            Self { shapes: Vec::new(), by_name: HashMap::new(), inputs: HashMap::new(), outputs: HashMap::new() };
        for (name, operation) in &raw.operations {
            let Some(known) = name.parse::<Operation>().ok().filter(|known| known.service() == service) else {
                continue;
            };
            if let Some(input) = &operation.input {
                let id = model.add(raw, &input.shape)?;
                model.inputs.insert(known, id);
            }
            if let Some(output) = &operation.output {
                let id = model.add(raw, &output.shape)?;
                model.outputs.insert(known, id);
            }
        }
        Ok(model)
    }

    fn add(&mut self, raw: &RawModel, name: &str) -> Result<ShapeId, ModelError> {
        if let Some(id) = self.by_name.get(name) {
            return Ok(*id);
        }
        let shape = raw.shapes.get(name).ok_or_else(|| ModelError::Missing(format!("shape {name}")))?;
        let id = self.shapes.len();
        self.by_name.insert(name.to_owned(), id);
        let (min, max) = shape.bounds();
        self.shapes.push(Shape { kind: Kind::Other, min, max, sensitive: shape.sensitive });
        self.shapes[id].kind = self.kind_of(raw, name, shape)?;
        Ok(id)
    }

    fn kind_of(&mut self, raw: &RawModel, name: &str, shape: &RawShape) -> Result<Kind, ModelError> {
        let part = |part: &Option<Reference>, what: &str| {
            part.as_ref()
                .map(|reference| reference.shape.clone())
                .ok_or_else(|| ModelError::Missing(format!("{what} of shape {name}")))
        };
        Ok(match shape.kind.as_str() {
            "structure" => {
                let mut members = BTreeMap::new();
                for (name, reference) in &shape.members {
                    let shape = self.add(raw, &reference.shape)?;
                    let (in_query, in_xml) = (reference.in_query(name), reference.in_xml(name));
                    members.insert(name.clone(), Member { shape, in_query, in_xml });
                }
                Kind::Structure { members, required: shape.required.clone() }
            }
            "list" => Kind::List { member: self.add(raw, &part(&shape.member, "member")?)? },
            "map" => Kind::Map {
                key: self.add(raw, &part(&shape.key, "key")?)?,
                value: self.add(raw, &part(&shape.value, "value")?)?,
            },
            "string" => {
                let pattern = shape.pattern.as_deref().map(|text| compile(name, text)).transpose()?;
                Kind::String { pattern, allowed: shape.allowed.clone() }
            }
            "integer" | "long" => Kind::Integer,
            "boolean" => Kind::Boolean,
            _ => Kind::Other,
        })
    }

    pub(crate) fn shape(&self, id: ShapeId) -> &Shape {
        &self.shapes[id]
    }

    /// The input shape of an operation; none for those of other services.
    pub(crate) fn input(&self, operation: Operation) -> Option<ShapeId> {
        self.inputs.get(&operation).copied()
    }

    /// The shape of this name, if one of the operations has it.
    pub(crate) fn shape_named(&self, name: &str) -> Option<ShapeId> {
        self.by_name.get(name).copied()
    }

    /// The output shape of an operation.
    pub(crate) fn output(&self, operation: Operation) -> Option<ShapeId> {
        self.outputs.get(&operation).copied()
    }

    /// Those of `fields` that the structure has a member for: what an answer of this shape may hold.
    pub(crate) fn project(&self, structure: &str, fields: &Map<String, Value>) -> Map<String, Value> {
        let Some(id) = self.by_name.get(structure) else { return Map::new() };
        let Kind::Structure { members, .. } = &self.shapes[*id].kind else { return Map::new() };
        fields
            .iter()
            .filter(|(name, _)| members.contains_key(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }
}

/// The path of EC2's model, which stands beside SSM's.
pub(crate) fn model_of_ec2(model_of_ssm: &Path) -> PathBuf {
    let data = model_of_ssm.ancestors().nth(3).unwrap_or(model_of_ssm);
    data.join("ec2/2016-11-15/service-2.json.gz")
}

/// The path of SSM's model in a virtual environment that has botocore.
pub fn model_in_virtual_environment(directory: &Path) -> Result<PathBuf, ModelError> {
    let not_found = || ModelError::NotFound(directory.to_owned());
    let versions = std::fs::read_dir(directory.join("lib")).map_err(|_| not_found())?;
    versions
        .filter_map(Result::ok)
        .map(|version| version.path().join("site-packages/botocore/data/ssm/2014-11-06/service-2.json.gz"))
        .find(|path| path.is_file())
        .ok_or_else(not_found)
}

/// The service matches a pattern against the whole value; the one lookahead the model uses says "not only blanks".
fn compile(shape: &str, text: &str) -> Result<Pattern, ModelError> {
    let whole = match text {
        r"^(?!\s*$).+" => r"^.*\S.*$".to_owned(),
        _ => format!("^(?:{text})$"),
    };
    let regex = Regex::new(&whole)
        .map_err(|source| ModelError::Pattern { shape: shape.to_owned(), source: Box::new(source) })?;
    Ok(Pattern { text: text.to_owned(), regex })
}

#[cfg(test)]
mod tests {
    use strum::VariantArray as _;

    use super::*;
    use crate::testing::Region;

    #[test]
    fn a_folder_without_botocore_is_a_clear_error() {
        let error = model_in_virtual_environment(Path::new("/nonexistent")).unwrap_err();
        let expected = "no service model of SSM below /nonexistent: install botocore in this virtual environment, or name another one";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn the_model_has_every_operation_of_ssm_that_is_answered() {
        let region = Region::new();
        for operation in Operation::VARIANTS.iter().filter(|operation| operation.service() == Service::Ssm) {
            assert!(region.model().input(*operation).is_some(), "{operation:?}");
        }
    }
}
