//! Templates as CloudFormation reads them: parameters and conditions put in.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use crate::template;

/// A template with values for its parameters.
#[derive(Debug)]
pub struct Rendering<'a> {
    template: &'a Value,
    parameters: BTreeMap<String, String>,
}

/// The resources of the control plane, whose parameters `main.yaml` gives, with the defaults and, before these, the given values.
/// Other roles than its own are somebody else's, so that their names are known.
pub fn control_plane(values: &[(&str, &str)]) -> Value {
    nested("ControlPlane", &template::control_plane(), values)
}

/// The same of the template that looks at hosts.
pub fn inspection(values: &[(&str, &str)]) -> Value {
    nested("Inspection", &template::inspection(), values)
}

fn nested(stack: &str, template: &Value, values: &[(&str, &str)]) -> Value {
    let main = template::load("main.yaml");
    let given = Rendering::new(&main, &[&[("ManageMemberRoles", "false")], values].concat()).nested(stack);
    let given: Vec<_> = given.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Rendering::new(template, &given).resources()
}

/// What stands for `AWS::NoValue` until it is left out.
const NO_VALUE: &str = "AWS::NoValue";

impl<'a> Rendering<'a> {
    /// The template with its defaults and, before these, the given values.
    pub fn new(template: &'a Value, values: &[(&str, &str)]) -> Self {
        let defaults = members(&template["Parameters"]).filter_map(|(name, parameter)| {
            let default = parameter.get("Default")?;
            Some((name.clone(), default.as_str().map_or_else(|| default.to_string(), ToOwned::to_owned)))
        });
        let given = values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self { template, parameters: defaults.chain(given).collect() }
    }

    /// The resources that the conditions let be, without what is resolved only when they exist.
    pub fn resources(&self) -> Value {
        let there = members(&self.template["Resources"])
            .filter(|(_, resource)| resource["Condition"].as_str().is_none_or(|name| self.condition(name)));
        there.map(|(id, resource)| (id.clone(), self.resolve(resource))).collect::<Map<_, _>>().into()
    }

    /// The parameters that a nested stack is given; what is only known when the stack is there stays as it is written.
    pub fn nested(&self, resource: &str) -> BTreeMap<String, String> {
        let parameters = self.resolve(&self.template["Resources"][resource]["Properties"]["Parameters"]);
        members(&parameters).map(|(name, value)| (name.clone(), text(value))).collect()
    }

    /// The policy that the control plane is given, in two parts.
    ///
    /// # Panics
    ///
    /// When it is not JSON.
    pub fn policy(&self) -> Value {
        let given = self.nested("ControlPlane");
        let text = format!("{}{}", given["PatchPolicy"], given["PatchPolicyContinued"]);
        serde_json::from_str(&text).unwrap_or_else(|why| panic!("{why}: {text}"))
    }

    /// The descriptions of the assertions that the values do not hold.
    pub fn broken_rules(&self) -> Vec<String> {
        let applying = members(&self.template["Rules"])
            .filter(|(_, rule)| rule.get("RuleCondition").is_none_or(|condition| self.holds(condition)));
        let assertions = applying.flat_map(|(_, rule)| items(&rule["Assertions"]));
        assertions
            .filter(|assertion| !self.holds(&assertion["Assert"]))
            .map(|assertion| assertion["AssertDescription"].as_str().unwrap_or_default().to_owned())
            .collect()
    }

    fn condition(&self, name: &str) -> bool {
        self.holds(&self.template["Conditions"][name])
    }

    fn holds(&self, condition: &Value) -> bool {
        let Some((function, argument)) = intrinsic(condition) else { panic!("no condition: {condition}") };
        match function {
            "Condition" => self.condition(argument.as_str().unwrap_or_default()),
            "Fn::Not" => !self.holds(&argument[0]),
            "Fn::And" => items(argument).all(|one| self.holds(one)),
            "Fn::Or" => items(argument).any(|one| self.holds(one)),
            "Fn::Equals" => text(&self.resolve(&argument[0])) == text(&self.resolve(&argument[1])),
            "Fn::Contains" => items(&self.resolve(&argument[0])).any(|one| *one == self.resolve(&argument[1])),
            "Fn::EachMemberEquals" => items(&self.resolve(&argument[0])).all(|one| *one == argument[1]),
            other => panic!("{other} is no condition"),
        }
    }

    fn resolve(&self, value: &Value) -> Value {
        match value {
            Value::Array(values) => {
                values.iter().map(|one| self.resolve(one)).filter(|one| *one != json!({ "Ref": NO_VALUE })).collect()
            }
            Value::Object(_) if intrinsic(value).is_some() => self.call(value),
            Value::Object(fields) => {
                let resolved = fields.iter().map(|(name, value)| (name.clone(), self.resolve(value)));
                resolved.filter(|(_, value)| *value != json!({ "Ref": NO_VALUE })).collect::<Map<_, _>>().into()
            }
            plain => plain.clone(),
        }
    }

    /// What an intrinsic function answers; what only exists with the stack stays as it is written.
    fn call(&self, value: &Value) -> Value {
        let Some((function, argument)) = intrinsic(value) else { return value.clone() };
        match function {
            "Ref" => self.parameter(argument.as_str().unwrap_or_default()).unwrap_or_else(|| value.clone()),
            "Fn::If" => {
                let branch = if self.condition(argument[0].as_str().unwrap_or_default()) { 1 } else { 2 };
                self.resolve(&argument[branch])
            }
            "Fn::Sub" => self.substitute(argument),
            "Fn::Join" => {
                let parts: Vec<String> = items(&self.resolve(&argument[1])).map(text).collect();
                parts.join(argument[0].as_str().unwrap_or_default()).into()
            }
            "Fn::Split" => {
                let whole = text(&self.resolve(&argument[1]));
                whole.split(argument[0].as_str().unwrap_or_default()).collect()
            }
            "Fn::Select" => {
                self.resolve(&argument[1])[usize::try_from(argument[0].as_u64().unwrap_or(0)).unwrap_or(0)].clone()
            }
            "Fn::FindInMap" => {
                let keys: Vec<String> = items(argument).map(|key| text(&self.resolve(key))).collect();
                self.template["Mappings"][&keys[0]][&keys[1]][&keys[2]].clone()
            }
            _ => value.clone(),
        }
    }

    /// A parameter's value: a list where it is one.
    fn parameter(&self, name: &str) -> Option<Value> {
        let value = self.parameters.get(name)?;
        Some(match self.template["Parameters"][name]["Type"].as_str() {
            Some("CommaDelimitedList") => value.split(',').map(|one| one.trim().to_owned()).collect(),
            _ => value.clone().into(),
        })
    }

    fn substitute(&self, argument: &Value) -> Value {
        let (template, own) = match argument {
            Value::Array(parts) => (&parts[0], self.resolve(&parts[1])),
            alone => (alone, Value::Null),
        };
        let mut parts = template.as_str().unwrap_or_default().split("${");
        let mut result = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap_or((part, ""));
            let found = own.get(name).cloned().or_else(|| self.parameter(name));
            result += &found.map_or_else(|| format!("${{{name}}}"), |value| text(&value));
            result += rest;
        }
        result.into()
    }
}

/// The function and its argument, where the object is a call.
fn intrinsic(value: &Value) -> Option<(&str, &Value)> {
    let (name, argument) = value.as_object().filter(|fields| fields.len() == 1)?.iter().next()?;
    let is_call = name.starts_with("Fn::") || (["Ref", "Condition"].contains(&name.as_str()) && argument.is_string());
    is_call.then_some((name.as_str(), argument))
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

fn members(object: &Value) -> impl Iterator<Item = (&String, &Value)> {
    object.as_object().into_iter().flatten()
}

fn items(array: &Value) -> impl Iterator<Item = &Value> {
    array.as_array().into_iter().flatten()
}
