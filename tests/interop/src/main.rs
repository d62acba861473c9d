mod client;
mod exceptions;
mod keys;
mod objects;
mod report;
mod site;
mod xml;

use report::{Outcome, Report};
use site::{Call, Site};
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<bool> {
    let site = Site::from_env()?;
    let mut report = Report::default();
    for target in ["/a/../b", "//x", "/%2E/%2e?a=%2F&b", "/?x"] {
        report.check("client", target, client::check(target));
    }
    site.send_signed(&Call::new("PUT", ""))?.has_status(&[200])?;
    objects::run(&site, &mut report);
    Ok(report.finish())
}
