//! What each account-Region holds.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jiff::Timestamp;
use parking_lot::{Mutex, RwLock};
use serde_json::{Map, Value};
use strum::EnumCount as _;

use crate::baselines::Baseline;
use crate::config::Config;
use crate::derive;
use crate::error::ServiceError;
use crate::history::History;
use crate::hosts::Held;
use crate::lag::Age;
use crate::model::Model;
use crate::operation::Operation;
use crate::pages::Listed;
use crate::play::Effect;
use crate::settings::Settings;
use crate::tokens::Tokens;

/// The members of a structure, as they are on the wire.
pub(crate) type Fields = Map<String, Value>;

/// What an operation answers.
pub(crate) type Answer = Result<Value, ServiceError>;

/// All account-Regions that were ever called.
#[derive(Debug, Default)]
pub(crate) struct State(RwLock<HashMap<String, HashMap<String, Arc<Cell>>>>);

/// One account-Region.
#[derive(Debug)]
pub(crate) struct Cell {
    pub(crate) account: Arc<str>,
    pub(crate) region: Arc<str>,
    counters: [AtomicU64; Operation::COUNT],
    /// Where its clock stands, once it has been put or played.
    pub(crate) clock: Mutex<Option<Timestamp>>,
    pub(crate) holdings: Mutex<Holdings>,
}

/// The resources of one account-Region.
#[derive(Debug, Default)]
pub(crate) struct Holdings {
    /// In the order of creation.
    pub(crate) windows: Vec<Window>,
    pub(crate) tokens: Tokens,
    pub(crate) settings: Settings,
    pub(crate) hosts: Vec<Held>,
    /// The account's own, beside those of AWS.
    pub(crate) baselines: Vec<Baseline>,
    pub(crate) history: History,
    /// What tasks that are under way will leave on hosts.
    pub(crate) effects: Vec<Effect>,
    created: u64,
}

#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) id: String,
    pub(crate) sequence: u64,
    pub(crate) fields: Fields,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) targets: Vec<Registered>,
    pub(crate) tasks: Vec<Registered>,
    /// Since when it has its schedule.
    pub(crate) scheduled: Timestamp,
    /// The next run, as it was last worked out.
    pub(crate) next_run: Option<Timestamp>,
    /// For those who list it.
    pub(crate) age: Age,
    /// For IAM, which looks at its tags.
    pub(crate) age_of_tags: Age,
}

/// A target or a task of a window.
#[derive(Debug)]
pub(crate) struct Registered {
    pub(crate) id: String,
    pub(crate) sequence: u64,
    pub(crate) fields: Fields,
    /// For those who list it.
    pub(crate) age: Age,
}

/// What an operation knows besides its input.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) config: &'a Config,
    pub(crate) model: &'a Model,
    pub(crate) seed: u64,
    pub(crate) now: Timestamp,
}

impl State {
    pub(crate) fn cell(&self, account: &str, region: &str) -> Arc<Cell> {
        if let Some(cell) = self.0.read().get(account).and_then(|regions| regions.get(region)) {
            return Arc::clone(cell);
        }
        let mut accounts = self.0.write();
        let regions = accounts.entry(account.to_owned()).or_default();
        let cell = regions.entry(region.to_owned()).or_insert_with(|| Arc::new(Cell::new(account, region)));
        Arc::clone(cell)
    }

    /// All account-Regions, sorted.
    pub(crate) fn cells(&self) -> Vec<Arc<Cell>> {
        let mut cells: Vec<_> = self.0.read().values().flat_map(HashMap::values).map(Arc::clone).collect();
        cells.sort_by(|one, other| (&one.account, &one.region).cmp(&(&other.account, &other.region)));
        cells
    }

    pub(crate) fn clear(&self) {
        self.0.write().clear();
    }
}

impl Cell {
    fn new(account: &str, region: &str) -> Self {
        Self {
            account: account.into(),
            region: region.into(),
            counters: [const { AtomicU64::new(0) }; Operation::COUNT],
            clock: Mutex::default(),
            holdings: Mutex::default(),
        }
    }

    /// The time here: where the clock stands, or else the real one.
    pub(crate) fn now(&self) -> Timestamp {
        self.clock.lock().unwrap_or_else(Timestamp::now)
    }

    /// Counts a call of this operation: one for the first.
    pub(crate) fn count(&self, operation: Operation) -> u64 {
        self.counters[operation.index()].fetch_add(1, Ordering::Relaxed) + 1
    }
}

impl Holdings {
    pub(crate) fn window(&mut self, input: &Fields) -> Result<&mut Window, ServiceError> {
        let id = text(input, "WindowId");
        self.windows.iter_mut().find(|window| window.id == id).ok_or_else(|| ServiceError::no_such_window(id))
    }

    /// The next number in the order of creation.
    pub(crate) fn next_sequence(&mut self) -> u64 {
        self.created += 1;
        self.created
    }
}

impl Context<'_> {
    pub(crate) fn window_id(&self, sequence: u64) -> String {
        format!("mw-{}", derive::hex(self.seed, &["window", self.account, self.region], sequence, 17))
    }

    pub(crate) fn uuid(&self, sequence: u64) -> String {
        derive::uuid(self.seed, &["registered", self.account, self.region], sequence)
    }
}

impl Listed for Window {
    fn sequence(&self) -> u64 {
        self.sequence
    }
}

impl Listed for Registered {
    fn sequence(&self) -> u64 {
        self.sequence
    }
}

/// A member that is text; empty when it is missing, which validation has ruled out where it matters.
pub(crate) fn text<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Takes over what `changes` names, and leaves the rest.
pub(crate) fn merge(fields: &mut Fields, changes: &Fields) {
    for (name, value) in changes {
        fields.insert(name.clone(), value.clone());
    }
}

/// Seconds since 1970 with milliseconds, as AWS JSON writes times.
pub(crate) fn epoch_seconds(time: Timestamp) -> Value {
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of this millennium fit in 53 bits")]
    let seconds = time.as_millisecond() as f64 / 1000.0;
    seconds.into()
}

/// An answer that repeats members of the input, as deleting operations do.
pub(crate) fn echo(input: &Fields, names: &[&str]) -> Value {
    let echoed = names.iter().filter_map(|name| Some(((*name).to_owned(), input.get(*name)?.clone())));
    Value::Object(echoed.collect())
}

/// The texts of a list.
pub(crate) fn strings(list: Option<&Value>) -> Vec<String> {
    let list = list.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The members that are not null: what is not known is left out of an answer.
pub(crate) fn known(fields: Value) -> Value {
    match fields {
        Value::Object(mut fields) => {
            fields.retain(|_, value| !value.is_null());
            Value::Object(fields)
        }
        other => other,
    }
}

/// Whether the filters of a Describe operation let something through.
///
/// `value_of` tells the value of a filter key; a key that it does not know is refused.
pub(crate) fn filters(input: &Fields, known: &[&str]) -> Result<Vec<(String, Vec<String>)>, ServiceError> {
    let filters = input.get("Filters").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    filters
        .iter()
        .map(|filter| {
            let key = filter.get("Key").and_then(Value::as_str).unwrap_or_default();
            if known.contains(&key) {
                return Ok((key.to_owned(), strings(filter.get("Values"))));
            }
            let constraint = format!("Member must satisfy enum value set: [{}]", known.join(", "));
            Err(ServiceError::constraint(&Value::from(key), "filters.1.member.key", &constraint))
        })
        .collect()
}
