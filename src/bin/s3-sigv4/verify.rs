use crate::args::Received;
use crate::context::{Context, extended};
use crate::failure::Failure;
use crate::inspect::Input;
use crate::operation::borrowed;
use s3_sigv4::{Claim, Request, Verifier, VerifyError};
use serde_json::json;
use std::io::{self, Write};

pub(crate) fn run(args: &Received, context: &Context) -> Result<(), Failure> {
    if args.link.as_deref().is_none_or(|link| link == "-") {
        context.reads_standard_input()?;
    }
    let input = Input::read(args)?;
    let settings = context.settings()?;
    let credentials = settings.credentials()?;
    let message = input.into_message(args)?;
    let headers = borrowed(&message.headers);
    let host = message.header("host").unwrap_or_default().to_owned();
    let result = Request::received(&message.method, &host, &message.target).and_then(|request| {
        let claim = Claim::parse(&request.with_headers(&headers))?;
        let scope = claim.scope();
        // Nobody is asked for here but the owner of the keys, so any region and service will do that was not asked for.
        let region = context.region().unwrap_or(scope.region());
        let service = s3_sigv4::Service::new(scope.service().to_owned()).unwrap_or(s3_sigv4::Service::S3);
        let known = (claim.access_key_id() == credentials.access_key_id()).then_some(&credentials);
        let verified = Verifier::new(region).with_service(service).verify(claim, known, context.now)?;
        if verified.decoded_length().is_none() {
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
            if context.json() {
                let client = error.client_message();
                writeln!(out, "{}", json!({ "verified": false, "reason": error.to_string(), "code": client.code() }))?;
                out.flush()?;
            }
            Err(refused(error, credentials.access_key_id()))
        }
    }
}

fn refused(error: VerifyError, id: &str) -> Failure {
    match error {
        VerifyError::UnknownKey => Failure::No(format!("it was signed by another key than {id}, which is at hand")),
        error => Failure::No(error.to_string()),
    }
}
