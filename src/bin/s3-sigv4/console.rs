//! The console's sign-in.

use crate::args::{Console, ConsoleStep};
use crate::context::{Context, extended, read};
use crate::curl;
use crate::failure::Failure;
use s3_sigv4::sts::{ConsoleEndpoint, GetSigninToken, SigninToken};
use serde_json::json;
use std::io::{self, Write};

pub(crate) fn run(args: &Console, context: &Context) -> Result<(), Failure> {
    if matches!(args.step, ConsoleStep::Link { .. }) {
        context.reads_standard_input()?;
    }
    let settings = context.settings()?;
    let endpoint = match context.endpoint_url() {
        Some(url) => ConsoleEndpoint::custom(url)?,
        None => ConsoleEndpoint::aws(settings.region().unwrap_or("us-east-1"))?,
    };
    match &args.step {
        ConsoleStep::Request { duration, output } => {
            context.prints_for_curl()?;
            let credentials = settings.credentials()?;
            let mut token = GetSigninToken::new(&credentials)?;
            if let Some(duration) = duration {
                token = token.with_session_duration(*duration)?;
            }
            curl::print(&token.request(&endpoint, context.now)?, output.output.as_deref(), context)
        }
        ConsoleStep::Link { destination, issuer } => {
            let token = SigninToken::parse(read("-")?.as_slice(), context.now).map_err(Failure::refused)?;
            let missing = || Failure::Usage("no page is known here: --destination says which".into());
            let destination = match destination {
                Some(destination) => destination,
                None => endpoint.home().ok_or_else(missing)?,
            };
            let link = endpoint.link(&token, destination, issuer)?;
            let end = extended(link.valid_until());
            let mut out = io::stdout().lock();
            if context.json() {
                writeln!(out, "{}", json!({ "url": link.url(), "valid_until": end }))?;
            } else {
                writeln!(out, "{}", link.url())?;
            }
            out.flush()?;
            context.note(format_args!("good until {end}, counted from now: open it at once"));
            Ok(())
        }
    }
}
