//! Checks a policy file as the functions do: `check-policy FILE [MEMBER-ROLES]`, where the second is the JSON with which a stack tells
//! its functions what the member roles are made for. What is wrong with the policy, all of it, goes to standard error.

use std::process::ExitCode;

use patching::openings;
use policy::PatchPolicy;
use policy::member_roles::MemberRoles;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let Some(file) = arguments.next() else {
        eprintln!("usage: check-policy FILE [MEMBER-ROLES]");
        return ExitCode::from(2);
    };
    match check(&file, arguments.next().as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{file}: {problem}");
            ExitCode::FAILURE
        }
    }
}

fn check(file: &str, member_roles: Option<&str>) -> Result<(), Box<dyn std::error::Error>> {
    let policy = PatchPolicy::parse_text(&std::fs::read_to_string(file)?)?;
    // One that is turned off sets nothing up that would have to be allowed, or to open.
    if policy.disabled {
        return Ok(());
    }
    openings::check(&policy, jiff::Timestamp::now())?;
    match member_roles {
        Some(json) => Ok(json.parse::<MemberRoles>()?.check(&policy)?),
        None => Ok(()),
    }
}
