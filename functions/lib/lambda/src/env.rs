//! Settings from the function's environment.

use std::env::VarError;
use std::fmt::Display;
use std::str::FromStr;

use thiserror::Error;

/// A variable that the template does not set as it should.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("the environment variable {name} {problem}")]
pub struct EnvError {
    name: &'static str,
    problem: String,
}

/// The variable `name`, parsed; an error that names it otherwise.
pub fn required<T: FromStr<Err: Display>>(name: &'static str) -> Result<T, EnvError> {
    parse(name, std::env::var(name))
}

fn parse<T: FromStr<Err: Display>>(name: &'static str, value: Result<String, VarError>) -> Result<T, EnvError> {
    let value = value.map_err(|_| EnvError { name, problem: "is not set".to_owned() })?;
    value.parse().map_err(|why| EnvError { name, problem: format!("is {value:?}: {why}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_variable_names_itself() {
        let error = parse::<String>("BUCKET", Err(VarError::NotPresent)).unwrap_err();
        assert_eq!(error.to_string(), "the environment variable BUCKET is not set");
    }

    #[test]
    fn a_wrong_value_is_shown_with_the_reason() {
        let error = parse::<u32>("HISTORY_DAYS", Ok("soon".to_owned())).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the environment variable HISTORY_DAYS is \"soon\": invalid digit found in string"
        );
    }
}
