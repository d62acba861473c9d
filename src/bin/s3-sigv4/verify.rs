use crate::args::Verify;
use crate::context::{Context, extended};
use crate::failure::Failure;
use crate::inspect::Input;
use crate::message::Message;
use crate::operation::{borrowed, is_secret};
use s3_sigv4::{Claim, CredentialScope, PayloadHash, Request, Service, Verifier, VerifyError};
use serde_json::json;
use std::borrow::Cow;
use std::io::{self, Write};

pub(crate) fn run(args: &Verify, context: &Context) -> Result<(), Failure> {
    context.refuse_address("what is read")?;
    let input = Input::read(&args.received, context)?;
    let asked = args.service.clone().map(Service::new).transpose()?;
    let settings = context.settings()?;
    let credentials = settings.credentials()?;
    // A link comes without a body.
    let has_body = matches!(input, Input::Request(_));
    let message = input.into_message(&args.received)?;
    let headers = borrowed(&message.headers);
    let host = message.header("host").unwrap_or_default().to_owned();
    let (mut scope, mut signed) = (None, Vec::new());
    let mut verified = |method: &str| {
        let request = Request::received(method, &host, &message.target)?;
        let mut claim = Claim::parse(&request.with_headers(&headers))?;
        if has_body {
            // Services other than S3 sign a hash that the request does not name.
            claim = claim.with_payload(PayloadHash::of(&message.body));
        }
        let scope = scope.insert(claim.scope());
        signed = claim.signed_headers().map(Cow::into_owned).collect();
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
    };
    let result = verified(&message.method);
    // Of a link the method is not known: which one it was signed for may be.
    let other = match result {
        Err(VerifyError::SignatureMismatch) if !has_body => METHODS.into_iter().find(|method| verified(method).is_ok()),
        _ => None,
    };
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
                (VerifyError::SignatureMismatch, _) if !has_body => mismatch(&message, other),
                (VerifyError::SignedHeaderMissing { .. }, _) if !has_body => missing(&message, &signed),
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

/// The methods of S3.
pub(crate) const METHODS: [&str; 5] = ["GET", "PUT", "HEAD", "DELETE", "POST"];

/// What may be wrong with a link or the way that it is used here.
fn mismatch(message: &Message, other: Option<&str>) -> String {
    if let Some(other) = other {
        return format!("it was signed for {other}, and not for {}: --method {other} verifies it", message.method);
    }
    let values = if message.headers.len() > 1 { ", or with other values of its headers" } else { "" };
    format!("the signature does not match: the link was changed, or signed with another secret{values}")
}

/// All headers of a link that are missing, and how they are given here.
pub(crate) fn missing(message: &Message, signed: &[String]) -> String {
    let names: Vec<_> = signed.iter().map(|name| &**name).filter(|name| message.header(name).is_none()).collect();
    let (text, them) = match &*names {
        [name] => (format!("the header {name} was signed, and is not there"), "it"),
        names => (format!("the headers {} were signed, and are not there", names.join(", ")), "them"),
    };
    if names.iter().any(|name| is_secret(name)) {
        return format!("{text}: --headers-from gives {them} from a file");
    }
    let options: Vec<_> = names.iter().map(|name| format!("-H '{name}: …'")).collect();
    format!("{text}: {} gives {them}", options.join(" "))
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
