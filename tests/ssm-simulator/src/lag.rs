//! For how long what was just created is not known everywhere.

use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

/// Until both are over: so many calls that could have seen it, and so much time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Lag {
    /// How many calls do not see it yet.
    pub calls: u32,
    /// How many milliseconds it takes.
    pub milliseconds: u64,
}

impl Lag {
    /// So many calls, however fast they come.
    pub fn of_calls(calls: u32) -> Self {
        Self { calls, milliseconds: 0 }
    }
}

/// What is left of the lag of something since it was created.
#[derive(Debug)]
pub(crate) struct Age {
    calls: u32,
    until: Instant,
}

impl Age {
    pub(crate) fn begins(lag: Lag) -> Self {
        Self { calls: lag.calls, until: Instant::now() + Duration::from_millis(lag.milliseconds) }
    }

    /// Whether a call that looks for it now misses it. When nothing lags any more, `lag` is none.
    pub(crate) fn is_missed(&mut self, lag: Lag) -> bool {
        let is_missed = lag != Lag::default() && (self.calls > 0 || Instant::now() < self.until);
        self.calls = self.calls.saturating_sub(1);
        is_missed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_calls_and_so_much_time_miss_what_is_new() {
        let (calls, time) = (Lag::of_calls(2), Lag { calls: 0, milliseconds: 60_000 });
        let mut age = Age::begins(calls);
        assert_eq!([(); 3].map(|()| age.is_missed(calls)), [true, true, false]);
        assert!(Age::begins(time).is_missed(time));
        assert!(!Age::begins(time).is_missed(Lag::default()), "nothing lags any more");
        assert!(!Age::begins(Lag::default()).is_missed(calls), "it was there before");
    }
}
