use crate::args::Verify;
use crate::context::{Context, extended};
use crate::failure::Failure;
use crate::inspect::Input;
use crate::operation::borrowed;
use s3_sigv4::{Claim, CredentialScope, PayloadHash, Request, Service, Verifier, VerifyError};
use serde_json::json;
use std::io::{self, Write};

pub(crate) fn run(args: &Verify, context: &Context) -> Result<(), Failure> {
    let input = Input::read(&args.received, context)?;
    let asked = args.service.clone().map(Service::new).transpose()?;
    let settings = context.settings()?;
    let credentials = settings.credentials()?;
    // A link comes without a body.
    let has_body = matches!(input, Input::Request(_));
    let message = input.into_message(&args.received)?;
    let headers = borrowed(&message.headers);
    let host = message.header("host").unwrap_or_default().to_owned();
    let mut scope = None;
    let result = Request::received(&message.method, &host, &message.target).and_then(|request| {
        let mut claim = Claim::parse(&request.with_headers(&headers))?;
        if has_body {
            // Services other than S3 sign a hash that the request does not name.
            claim = claim.with_payload(PayloadHash::of(&message.body));
        }
        let scope = scope.insert(claim.scope());
        // Nobody is asked for here but the owner of the keys, so any region and service will do that was not asked for.
        let region = context.region().unwrap_or(scope.region());
        let named = || Service::new(scope.service().to_owned()).unwrap_or(Service::S3);
        let service = asked.clone().unwrap_or_else(named);
        let known = (claim.access_key_id() == credentials.access_key_id()).then_some(&credentials);
        let verified = Verifier::new(region).with_service(service).verify(claim, known, context.now)?;
        if has_body && verified.decoded_length().is_none() {
            verified.check_body(&message.body)?;
        }
        Ok((verified.access_key_id().to_owned(), verified.dated(), verified.valid_until()))
    });
    let mut out = io::stdout().lock();
    match result {
        Ok((id, dated, until)) => {
            if context.json() {
                let until = until.map(extended);
                writeln!(
                    out,
                    "{}",
                    json!({ "verified": true, "access_key_id": id, "dated": extended(dated), "valid_until": until })
                )?;
            } else {
                let until = until.map(|until| format!(", good until {}", extended(until))).unwrap_or_default();
                writeln!(out, "verified: signed by {id} at {}{until}", extended(dated))?;
            }
            Ok(out.flush()?)
        }
        Err(error) => {
            let reason = match (error, &scope) {
                (VerifyError::UnknownKey, _) => {
                    format!("it was signed by another key than {}, which is at hand", credentials.access_key_id())
                }
                (error, Some(scope)) => reason(error, scope, [args.service.as_deref(), context.region()]),
                (error, None) => error.to_string(),
            };
            if context.json() {
                let code = error.client_message().code();
                writeln!(out, "{}", json!({ "verified": false, "reason": reason, "code": code }))?;
                out.flush()?;
            }
            Err(Failure::No(reason))
        }
    }
}

/// What was asked for is an option here.
fn reason(error: VerifyError, scope: &CredentialScope<'_>, [service, region]: [Option<&str>; 2]) -> String {
    let (what, named, asked) = match error {
        VerifyError::ScopeService { .. } => ("service", scope.service(), service),
        VerifyError::ScopeRegion { .. } => ("region", scope.region(), region),
        error => return error.to_string(),
    };
    let (named, asked) = (named.escape_debug(), asked.unwrap_or_default());
    format!("it was signed for the {what} {named}, and --{what} asks for {asked}")
}
