//! What Step Functions makes of a payload template and of a Choice: as much of it as the definition uses.
//!
//! Step Functions fails the execution when a path leads nowhere, and no catcher sees that; the local AWS goes on with `null`.

use serde_json::{Map, Value, json};

/// The template's value for a state's input and the context object.
///
/// # Panics
///
/// When a path leads nowhere, or with an intrinsic function that the definition has not used yet.
pub fn fill(template: &Value, input: &Value, context: &Value) -> Value {
    let Value::Object(fields) = template else { return template.clone() };
    let filled = fields.iter().map(|(name, value)| match name.strip_suffix(".$") {
        Some(name) => (name.to_owned(), evaluate(value.as_str().unwrap_or_default(), input, context)),
        None => (name.clone(), fill(value, input, context)),
    });
    Value::Object(filled.collect::<Map<_, _>>())
}

/// A path's or an intrinsic function's value.
///
/// # Panics
///
/// As [`fill`].
pub fn evaluate(expression: &str, input: &Value, context: &Value) -> Value {
    if let Some(path) = expression.strip_prefix("$$") {
        return follow(path, context);
    }
    if let Some(path) = expression.strip_prefix('$') {
        return follow(path, input);
    }
    if let Some(text) = expression.strip_prefix('\'') {
        return json!(text.trim_end_matches('\''));
    }
    if let Ok(literal) = expression.parse::<bool>() {
        return json!(literal);
    }
    if let Ok(literal) = expression.parse::<i64>() {
        return json!(literal);
    }
    let Some((name, arguments)) = expression.strip_suffix(')').and_then(|call| call.split_once('(')) else {
        panic!("{expression} is neither a path nor a call");
    };
    let arguments: Vec<_> = split(arguments).map(|argument| evaluate(argument, input, context)).collect();
    match (name, arguments.as_slice()) {
        ("States.Array", items) => json!(items),
        ("States.ArrayContains", [Value::Array(items), item]) => json!(items.contains(item)),
        ("States.ArrayGetItem", [Value::Array(items), Value::Number(index)]) => {
            let index = index.as_u64().and_then(|index| usize::try_from(index).ok());
            index.and_then(|index| items.get(index)).unwrap_or_else(|| panic!("{expression}: nothing is there")).clone()
        }
        ("States.ArrayLength", [Value::Array(items)]) => json!(items.len()),
        ("States.MathAdd", [Value::Number(one), Value::Number(other)]) => {
            json!(one.as_i64().zip(other.as_i64()).map(|(one, other)| one + other))
        }
        ("States.Format", [Value::String(text), values @ ..]) => Value::String(format(text, values)),
        ("States.JsonMerge", [Value::Object(one), Value::Object(other), Value::Bool(false)]) => {
            Value::Object(one.iter().chain(other).map(|(name, value)| (name.clone(), value.clone())).collect())
        }
        ("States.JsonToString", [value]) => Value::String(value.to_string()),
        ("States.StringToJson", [Value::String(text)]) => {
            serde_json::from_str(text).unwrap_or_else(|why| panic!("{expression}: {why}"))
        }
        _ => panic!("{expression} is not known here"),
    }
}

/// The state to which a Choice with this `body` goes for the input.
///
/// # Panics
///
/// When what is compared leads nowhere, or with a comparison that the definition has not used yet.
pub fn choose<'a>(body: &'a Value, input: &Value) -> &'a str {
    let choices = body["Choices"].as_array().into_iter().flatten();
    let next = choices.filter(|choice| holds(choice, input)).map(|choice| &choice["Next"]).next();
    next.unwrap_or(&body["Default"]).as_str().unwrap_or_default()
}

fn holds(rule: &Value, input: &Value) -> bool {
    if let Some(all) = rule["And"].as_array() {
        return all.iter().all(|one| holds(one, input));
    }
    if rule["Not"].is_object() {
        return !holds(&rule["Not"], input);
    }
    let variable = rule["Variable"].as_str().unwrap_or_default();
    let compared =
        rule.as_object().into_iter().flatten().find(|(name, _)| !["Variable", "Next"].contains(&name.as_str()));
    let Some((operator, wanted)) = compared else { panic!("{rule} compares nothing") };
    if operator == "IsPresent" {
        let found = input.pointer(&variable.trim_start_matches('$').replace('.', "/"));
        return json!(found.is_some()) == *wanted;
    }
    let found = evaluate(variable, input, &Value::Null);
    match operator.as_str() {
        "StringEquals" | "BooleanEquals" => found == *wanted,
        "IsNull" => json!(found.is_null()) == *wanted,
        "NumericGreaterThan" => found.as_f64() > wanted.as_f64(),
        _ => panic!("{operator} is not known here"),
    }
}

/// At the commas that stand outside of quotes and of further calls.
fn split(arguments: &str) -> impl Iterator<Item = &str> {
    let (mut quoted, mut depth) = (false, 0);
    let separator = move |character| {
        quoted ^= character == '\'';
        depth += match character {
            '(' if !quoted => 1,
            ')' if !quoted => -1,
            _ => 0,
        };
        character == ',' && !quoted && depth == 0
    };
    arguments.split(separator).map(str::trim)
}

fn format(text: &str, values: &[Value]) -> String {
    values.iter().fold(text.to_owned(), |text, value| match value {
        Value::String(value) => text.replacen("{}", value, 1),
        other => text.replacen("{}", &other.to_string(), 1),
    })
}

/// A path with a wildcard has all the values that it leads to, also none; any other has one.
fn follow(path: &str, value: &Value) -> Value {
    let found = |path: &str, value: &Value| value.pointer(&path.replace('.', "/")).cloned();
    match path.split_once("[*]") {
        Some((list, rest)) => {
            let items = found(list, value).unwrap_or_else(|| panic!("${path} leads nowhere in {value}"));
            items.as_array().into_iter().flatten().filter_map(|item| found(rest, item)).collect()
        }
        None => found(path, value).unwrap_or_else(|| panic!("${path} leads nowhere in {value}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_is_filled_from_the_input_and_the_context() {
        let template = json!({"a.$": "$.x.y", "b.$": "$$.Execution.Name", "c": {"d": 1}, "e.$": "States.Array($.x.y)"});
        let filled = fill(&template, &json!({"x": {"y": 2}}), &json!({"Execution": {"Name": "run"}}));
        assert_eq!(filled, json!({"a": 2, "b": "run", "c": {"d": 1}, "e": [2]}));
    }

    #[test]
    fn a_wildcard_takes_what_is_there() {
        let items = json!([{"a": 1}, {"b": 2}, {"a": 3}]);
        assert_eq!(evaluate("$[*].a", &items, &Value::Null), json!([1, 3]));
        assert_eq!(
            evaluate("States.Format('in {}', States.JsonToString($[*].a))", &items, &Value::Null),
            json!("in [1,3]")
        );
        assert_eq!(evaluate("States.ArrayContains($[*].a, 'x')", &json!([]), &Value::Null), json!(false));
    }

    #[test]
    fn of_what_is_merged_the_second_has_the_last_word() {
        let merged = "States.JsonToString(States.JsonMerge($.a, $.b, false))";
        let input = json!({"a": {"x": 1, "y": 1}, "b": {"y": 2}});
        assert_eq!(evaluate(merged, &input, &Value::Null), json!(r#"{"x":1,"y":2}"#));
    }

    #[test]
    fn a_choice_takes_the_first_that_holds() {
        let both = json!([{"Variable": "$.a.b", "IsPresent": true}, {"Variable": "$.a.b", "StringEquals": "x"}]);
        let body = json!({
            "Choices": [{"And": both, "Next": "X"}, {"Not": {"Variable": "$.n", "NumericGreaterThan": 1}, "Next": "Few"}],
            "Default": "Many"
        });
        for (input, next) in [
            (json!({"a": {"b": "x"}}), "X"),
            (json!({"a": null, "n": 1}), "Few"),
            (json!({"a": {"b": "y"}, "n": 2}), "Many"),
        ] {
            assert_eq!(choose(&body, &input), next, "{input}");
        }
    }

    #[test]
    #[should_panic(expected = "$.b leads nowhere")]
    fn a_path_that_leads_nowhere_fails() {
        let _ = evaluate("$.b", &json!({"a": 1}), &Value::Null);
    }
}
