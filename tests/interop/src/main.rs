//! Proves that an S3 server accepts what the library signs, and refuses what was tampered with.
//!
//! Reads SERVER (`swift`, `seaweedfs`, `ministack`), ENDPOINT, REGION, ACCESS_KEY, SECRET_KEY, VIRTUAL_HOST, and
//! STS_ENDPOINT with ROLE_ARN where there is an STS; for a gateway (`gateway-swift`) GATEWAY_LOG. Prints a line for each check that failed, and at last their number.

mod chunked;
mod client;
mod exceptions;
mod explain;
mod features;
mod forms;
mod keys;
mod links;
mod objects;
mod oracle;
mod refusals;
mod report;
mod sessions;
mod site;
mod xml;

use report::{Outcome, Report};
use site::Site;
use std::process::ExitCode;

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(failure) => {
            eprintln!("{}", failure.text());
            ExitCode::FAILURE
        }
    }
}

fn run() -> Outcome<bool> {
    let site = Site::from_env()?;
    let mut report = Report::new(&site.server);
    for target in ["/a/../b", "//x", "/%2E/%2e?a=%2F&b", "/?x"] {
        report.check("client", target, client::check(target));
    }
    site.create(&site.bucket)?;
    objects::run(&site, &mut report);
    features::run(&site, &mut report);
    links::run(&site, &mut report);
    chunked::run(&site, &mut report);
    forms::run(&site, &mut report);
    refusals::run(&site, &mut report);
    sessions::run(&site, &mut report);
    oracle::run(&site, &mut report);
    explain::run(&site, &mut report);
    Ok(report.finish())
}
