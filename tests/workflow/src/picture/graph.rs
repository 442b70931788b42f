//! The definition as states and the ways between them.

use serde_json::Value;

/// A machine: the whole one, or the one inside of a Map.
#[derive(Debug, Default)]
pub(super) struct Graph {
    pub(super) states: Vec<State>,
    pub(super) edges: Vec<Edge>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) name: String,
    /// `Task`, `Choice`, `Map`, …
    pub(super) kind: String,
    pub(super) inside: Option<Inside>,
}

/// What a Map does for each item.
#[derive(Debug)]
pub(super) struct Inside {
    pub(super) graph: Graph,
    /// Where it does it.
    pub(super) note: &'static str,
}

#[derive(Debug)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
    /// Taken only after an error.
    pub(super) caught: bool,
}

impl Graph {
    /// The machine's graph; the text is what it was parsed from.
    pub(super) fn of(machine: &Value, text: &str) -> Self {
        let mut graph = Self::default();
        let names = in_order(machine, text);
        let place = |name: &str| names.iter().position(|known| *known == name);
        for (from, &name) in names.iter().enumerate() {
            let state = &machine["States"][name];
            for (next, label, caught) in ways(state) {
                if let Some(to) = place(next) {
                    graph.connect(Edge { from, to, label, caught });
                }
            }
            let processor = &state["ItemProcessor"];
            graph.states.push(State {
                name: name.clone(),
                kind: state["Type"].as_str().unwrap_or_default().to_owned(),
                inside: processor
                    .is_object()
                    .then(|| Inside { graph: Self::of(processor, text), note: note(processor) }),
            });
        }
        graph
    }

    /// Two states have one line between them: what is taken in any case is not drawn once more for an error.
    fn connect(&mut self, edge: Edge) {
        let known = self.edges.iter_mut().find(|known| (known.from, known.to) == (edge.from, edge.to));
        match known {
            Some(known) if edge.caught && !known.caught => "or error".clone_into(&mut known.label),
            Some(known) if !edge.caught => known.label = format!("{} or {}", known.label, edge.label),
            Some(_) => {}
            None => self.edges.push(edge),
        }
    }
}

/// The states' names in the order in which they are written, which a parsed object need not keep.
fn in_order<'m>(machine: &'m Value, text: &str) -> Vec<&'m String> {
    let mut names: Vec<&String> = machine["States"].as_object().into_iter().flatten().map(|(name, _)| name).collect();
    names.sort_by_key(|name| text.find(&format!("\"{name}\": {{")));
    names
}

/// Where a state goes, when, and whether only after an error.
fn ways(state: &Value) -> Vec<(&str, String, bool)> {
    let choices = items(&state["Choices"]).map(|choice| (&choice["Next"], condition(choice), false));
    let always = [(&state["Default"], "else".to_owned(), false), (&state["Next"], String::new(), false)];
    let caught = items(&state["Catch"]).map(|catcher| (&catcher["Next"], String::new(), true));
    let ways = choices.chain(always).chain(caught);
    ways.filter_map(|(next, label, caught)| Some((next.as_str()?, label, caught))).collect()
}

fn note(processor: &Value) -> &'static str {
    match processor["ProcessorConfig"]["Mode"].as_str() {
        Some("DISTRIBUTED") => "an execution for each",
        _ => "for each, in the same execution",
    }
}

/// `replacedRuns > 0`. What only asks whether something is there guards another condition, and says nothing beside it.
fn condition(choice: &Value) -> String {
    if choice["And"].is_array() {
        let all = items(&choice["And"]).filter(|one| one["IsPresent"].is_null());
        return all.map(condition).collect::<Vec<_>>().join(", ");
    }
    if choice["Not"].is_object() {
        return condition(&choice["Not"]).replace(" = ", " ≠ ");
    }
    let variable = variable(choice["Variable"].as_str().unwrap_or_default());
    let words = choice.as_object().into_iter().flatten().find_map(|(operator, value)| match operator.as_str() {
        "StringEquals" => value.as_str().map(|value| format!("{variable} = {value}")),
        "NumericGreaterThan" => Some(format!("{variable} > {value}")),
        "BooleanEquals" | "IsPresent" if *value == true => Some(variable.clone()),
        "IsNull" if *value == false => Some(variable.clone()),
        _ => None,
    });
    words.unwrap_or_else(|| panic!("no words for {choice}"))
}

/// A field's own name, and whose it is where that says nothing.
fn variable(path: &str) -> String {
    let mut fields = path.rsplit(['.', '$']);
    match (fields.next().unwrap_or_default(), fields.next()) {
        (field @ ("name" | "status"), Some(whose)) => format!("{whose}.{field}"),
        (field, _) => field.to_owned(),
    }
}

fn items(array: &Value) -> impl Iterator<Item = &Value> {
    array.as_array().into_iter().flatten()
}
