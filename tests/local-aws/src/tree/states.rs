//! From a history's events to the states that they tell of.
//!
//! Every event names the one before it. Iterations of a Map run at the same time, so that link, and not the order, says what
//! an event belongs to.

use std::collections::HashMap;

use aws_sdk_sfn::types::{HistoryEvent, MapIterationEventDetails};
use serde_json::Value;

use super::{Node, Status};

/// States in the order in which they were entered; inside of Maps and Parallels their iterations and branches.
///
/// A history may be that of an execution which is still running.
pub(crate) fn states(events: &[HistoryEvent]) -> Vec<Node> {
    let mut reading = Reading::default();
    for event in events {
        reading.take(event);
    }
    reading.into_tree()
}

/// States entered, and entered again for a retry: what Step Functions charges for.
pub(crate) fn transitions(events: &[HistoryEvent]) -> usize {
    let entered = events.iter().filter(|event| event.r#type.as_str().ends_with("StateEntered")).count();
    let retries = states(events).iter().map(Node::retries).sum::<usize>();
    entered + retries
}

/// Where in the tree an event stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    /// The iteration or Parallel around it; none at the top.
    around: Option<usize>,
    /// The state that it belongs to; none between two states.
    state: Option<usize>,
}

#[derive(Debug)]
struct Open {
    node: Node,
    around: Option<usize>,
    began: f64,
    /// Whether it is an iteration whose first state has not said yet what it is for.
    unnamed: bool,
    ended: bool,
}

#[derive(Debug, Default)]
struct Reading {
    nodes: Vec<Open>,
    places: HashMap<i64, Place>,
    last: Place,
}

impl Reading {
    fn take(&mut self, event: &HistoryEvent) {
        // Only the first event has none before it.
        let before = self.places.get(&event.previous_event_id).copied().unwrap_or(self.last);
        let kind = event.r#type.as_str();
        let place = match kind {
            _ if kind.ends_with("StateEntered") => self.enter(event, before),
            _ if kind.ends_with("StateExited") => self.leave(event, before),
            "ParallelStateStarted" => Place { around: before.state, state: None },
            "MapIterationStarted" => self.begin_iteration(event, before),
            "MapIterationSucceeded" => self.end_around(event, before, Status::Succeeded),
            "MapIterationFailed" => self.end_around(event, before, Status::Failed),
            "MapIterationAborted" => self.end_around(event, before, Status::Aborted),
            "ExecutionFailed" => self.end_all(event, Status::Failed),
            "ExecutionTimedOut" => self.end_all(event, Status::TimedOut),
            "ExecutionAborted" => self.end_all(event, Status::Aborted),
            "MapRunStarted" => self.note_map_run(event, before),
            "TaskScheduled" | "LambdaFunctionScheduled" | "ActivityScheduled" => self.count_attempt(before),
            _ if kind.ends_with("StateAborted") => self.end_state(event, before, Status::Aborted),
            _ => self.note_failure(event, before),
        };
        self.places.insert(event.id, place);
        self.last = place;
    }

    fn enter(&mut self, event: &HistoryEvent, before: Place) -> Place {
        let details = event.state_entered_event_details();
        let kind = event.r#type.as_str().trim_end_matches("StateEntered");
        if let Some(around) = before.around {
            self.name_iteration(around, details.and_then(|details| details.input()));
        }
        let name = details.map_or("", |details| details.name()).to_owned();
        // A Fail is never left: entering it is its end.
        let (status, ended) = if kind == "Fail" { (Status::Failed, true) } else { (Status::Running, false) };
        let node = Node { name, status, is_map: kind == "Map", ..Node::default() };
        let state = self.add(node, before.around, event);
        self.nodes[state].ended = ended;
        Place { around: before.around, state: Some(state) }
    }

    fn add(&mut self, node: Node, around: Option<usize>, event: &HistoryEvent) -> usize {
        self.nodes.push(Open { node, around, began: event.timestamp.as_secs_f64(), unnamed: false, ended: false });
        self.nodes.len() - 1
    }

    /// An iteration is known by its Region, or by its item where that is a text.
    fn name_iteration(&mut self, iteration: usize, input: Option<&str>) {
        let iteration = &mut self.nodes[iteration];
        let input: Value = input.and_then(|input| serde_json::from_str(input).ok()).unwrap_or_default();
        if let (true, Some(name)) = (iteration.unnamed, input["region"].as_str().or(input.as_str())) {
            name.clone_into(&mut iteration.node.name);
        }
        iteration.unnamed = false;
    }

    fn leave(&mut self, event: &HistoryEvent, before: Place) -> Place {
        let name = event.state_exited_event_details().map_or("", |details| details.name());
        // What ends a Map or a Parallel comes after the end of one of the things in it.
        let inside =
            |around: usize| if self.nodes[around].node.name == name { Some(around) } else { self.nodes[around].around };
        let state = before.state.filter(|&state| self.nodes[state].node.name == name);
        let Some(state) = state.or(before.around.and_then(inside)) else { return before };
        let failed = self.nodes[state].node.status != Status::Running || self.has_failed_iteration(state);
        self.end(state, event, if failed { Status::Failed } else { Status::Succeeded });
        Place { around: self.nodes[state].around, state: None }
    }

    /// One failed iteration fails its Map, which is left all the same when that is caught.
    fn has_failed_iteration(&self, state: usize) -> bool {
        let failed = |open: &Open| open.around == Some(state) && open.node.status == Status::Failed;
        self.nodes[state].node.is_map && self.nodes.iter().any(failed)
    }

    fn begin_iteration(&mut self, event: &HistoryEvent, before: Place) -> Place {
        let index = event.map_iteration_started_event_details().map_or(0, MapIterationEventDetails::index);
        let node = Node { name: format!("[{index}]"), ..Node::default() };
        let iteration = self.add(node, before.state, event);
        self.nodes[iteration].unnamed = true;
        Place { around: Some(iteration), state: None }
    }

    /// An iteration is over; what comes next belongs to its Map.
    fn end_around(&mut self, event: &HistoryEvent, before: Place, status: Status) -> Place {
        let Some(iteration) = before.around else { return before };
        self.end(iteration, event, status);
        for node in 0..self.nodes.len() {
            if self.nodes[node].around == Some(iteration) && !self.nodes[node].ended {
                self.end(node, event, status);
            }
        }
        let map = self.nodes[iteration].around;
        Place { around: map.and_then(|map| self.nodes[map].around), state: map }
    }

    fn end_state(&mut self, event: &HistoryEvent, before: Place, status: Status) -> Place {
        if let Some(state) = before.state {
            self.end(state, event, status);
        }
        before
    }

    fn end(&mut self, node: usize, event: &HistoryEvent, status: Status) {
        let open = &mut self.nodes[node];
        open.node.seconds = Some(event.timestamp.as_secs_f64() - open.began);
        open.node.status = status;
        open.ended = true;
    }

    /// The execution did not succeed: nothing in it goes on, and what it ended in says why.
    fn end_all(&mut self, event: &HistoryEvent, status: Status) -> Place {
        if let (Some(last), Some(failure)) = (self.last.state, super::failures::failure(event)) {
            let said = &mut self.nodes[last].node.failures;
            if !said.contains(&failure) {
                said.push(failure);
            }
        }
        for node in 0..self.nodes.len() {
            if !self.nodes[node].ended {
                self.end(node, event, status);
            }
        }
        Place::default()
    }

    fn note_map_run(&mut self, event: &HistoryEvent, before: Place) -> Place {
        let arn = event.map_run_started_event_details().and_then(|details| details.map_run_arn());
        if let Some(state) = before.state {
            self.nodes[state].node.map_run = arn.map(ToOwned::to_owned);
        }
        before
    }

    fn count_attempt(&mut self, before: Place) -> Place {
        if let Some(state) = before.state {
            self.nodes[state].node.attempts += 1;
            // Whatever became of the attempt before it.
            self.nodes[state].node.status = Status::Running;
        }
        before
    }

    fn note_failure(&mut self, event: &HistoryEvent, before: Place) -> Place {
        if let (Some(state), Some(failure)) = (before.state, super::failures::failure(event)) {
            self.nodes[state].node.failures.push(failure);
            self.nodes[state].node.status = Status::Failed;
        }
        before
    }

    /// What is inside of something was begun after it.
    fn into_tree(self) -> Vec<Node> {
        let mut top = Vec::new();
        let mut inside: HashMap<usize, Vec<Node>> = HashMap::new();
        for (index, Open { mut node, around, .. }) in self.nodes.into_iter().enumerate().rev() {
            node.children = inside.remove(&index).unwrap_or_default();
            node.children.reverse();
            match around {
                Some(around) => inside.entry(around).or_default().push(node),
                None => top.push(node),
            }
        }
        top.reverse();
        top
    }
}
