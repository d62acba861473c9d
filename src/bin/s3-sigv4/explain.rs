use crate::args::Explain;
use crate::context::{Context, read, read_once};
use crate::failure::Failure;
use crate::inspect::used;
use crate::message::Message;
use crate::operation::{borrowed, headers};
use crate::verify::{METHODS, missing};
use s3_sigv4::{
    Cause, Claim, Credentials, ErrorResponse, Explanation, Inspection, Request, Service, Signer, Timestamp, Verifier,
    VerifyError,
};
use serde_json::json;
use std::io::{self, Write};
use std::time::Duration;

pub(crate) fn run(args: &Explain, context: &Context) -> Result<(), Failure> {
    read_once(&[&Some("-".into()), &args.headers_from, context.credentials_from()])?;
    let answer_headers = headers(&args.answer_headers, &None)?;
    let body = read("-")?;
    if body.is_empty() && args.status.is_none() && answer_headers.is_empty() {
        let text = "standard input is empty, so there is no answer to explain: did curl connect? An answer without a \
                    body is told by --status";
        return Err(Failure::Refused(text.into()));
    }
    let mut answer = ErrorResponse::new(body.as_slice());
    if let Some(status) = args.status {
        answer = answer.with_status(status);
    }
    for (name, value) in borrowed(&answer_headers) {
        answer = answer.with_header(name, value);
    }
    let (explanation, first) = match &args.link {
        None => (answer.explain_alone(), None),
        Some(link) => against_link(args, context, link, (&answer, &body))?,
    };
    let no_error = matches!(explanation.cause(), Cause::NotFromServer { .. });
    let first = first.or_else(|| {
        let text = "this does not look like an error of S3's: the request may have worked (--status tells). If not:";
        (no_error && args.status.is_none()).then(|| text.into())
    });
    let mut out = io::stdout().lock();
    if context.json() {
        let difference = explanation.difference().map(|difference| {
            json!({ "line": difference.line(), "signed": difference.signed(), "received": difference.received() })
        });
        let text = with_option(explanation.to_string(), explanation.cause());
        let value = json!({
            "code": explanation.code(), "explanation": text, "difference": difference, "note": first,
        });
        writeln!(out, "{value}")?;
    } else {
        if let Some(first) = first {
            writeln!(out, "{first}")?;
        }
        writeln!(out, "{}", with_option(format!("{explanation:#}"), explanation.cause()))?;
    }
    Ok(out.flush()?)
}

/// Signs again what the link says, to hold it against what the server received.
fn against_link(
    args: &Explain,
    context: &Context,
    link: &str,
    (answer, body): (&ErrorResponse<'_>, &[u8]),
) -> Result<(Explanation, Option<String>), Failure> {
    let wrong =
        || Failure::Refused("the link is not a presigned link, or part of it is missing: inspect says more".into());
    let inspection = Inspection::of_link(link);
    let scope = inspection.scope().ok_or_else(wrong)?;
    let (from, until) = inspection.valid_from().zip(inspection.valid_until()).ok_or_else(wrong)?;
    let lifetime = Duration::from_secs(u64::try_from(until.unix() - from.unix()).map_err(|_| wrong())?);
    let (path, query) = link.split_once('?').ok_or_else(wrong)?;
    let own = query.split('&').filter(|parameter| !is_of_signing(parameter)).collect::<Vec<_>>().join("&");
    let url = if own.is_empty() { path.to_owned() } else { format!("{path}?{own}") };
    let headers = headers(&args.headers, &args.headers_from)?;
    let message = used(link, &args.method, headers.clone())?;
    let headers = borrowed(&headers);
    let credentials = context.settings()?.credentials()?;
    if inspection.access_key_id() != Some(credentials.access_key_id()) {
        let id = credentials.access_key_id();
        return Err(Failure::Refused(format!("the link was signed by another key than {id}, which is at hand")));
    }
    let service = Service::new(scope.service().to_owned())?;
    let verifier = Verifier::new(scope.region()).with_service(service.clone());
    let (method, first) = match signed_for(&message, &verifier, &credentials, from) {
        Ok(method) => {
            // What the server received is what it shows, whatever is said of it here.
            let unseen = !body.windows(SHOWN.len()).any(|window| window == SHOWN);
            let other = (unseen && method != args.method).then_some(&args.method);
            (method, other.map(|used| format!("The link was signed for {method}, and not for {used}.")))
        }
        Err(VerifyError::SignedHeaderMissing { .. }) => {
            // Without it the link cannot be signed again, and what would differ then says nothing of the server.
            let signed: Vec<_> = inspection.signed_headers().map(str::to_owned).collect();
            return Err(Failure::Refused(missing(&message, &signed)));
        }
        Err(error) => (&*args.method, Some(itself(error))),
    };
    let request = Request::from_url(method, &url)?.with_headers(&headers).allow_dot_segments();
    let signer = Signer::for_service(credentials, service, scope.region(), from)?;
    let canonical = signer.canonical_link(&request, lifetime, from)?;
    Ok((answer.explain(&canonical), first))
}

/// The element in which a server shows what it received.
const SHOWN: &[u8] = b"<CanonicalRequest>";

/// The method that the link was signed for: the one that it was used with, if that verifies.
fn signed_for<'a>(
    message: &'a Message,
    verifier: &Verifier<'_>,
    credentials: &Credentials,
    from: Timestamp,
) -> Result<&'a str, VerifyError> {
    let headers = borrowed(&message.headers);
    let host = message.header("host").unwrap_or_default();
    let verified = |method: &str| {
        let request = Request::received(method, host, &message.target)?;
        verifier.verify(Claim::parse(&request.with_headers(&headers))?, credentials, from).map(|_| ())
    };
    match verified(&message.method) {
        Ok(()) => Ok(&message.method),
        Err(VerifyError::SignatureMismatch) => {
            METHODS.into_iter().find(|method| verified(method).is_ok()).ok_or(VerifyError::SignatureMismatch)
        }
        Err(error) => Err(error),
    }
}

/// What is wrong with the link itself, whatever the server says.
fn itself(error: VerifyError) -> String {
    match error {
        VerifyError::SignatureMismatch => String::from(
            "The link does not verify under the keys at hand: it was changed after it was signed, or signed with \
             another secret or other headers.",
        ),
        error => format!("The link does not verify under the keys at hand: {error}."),
    }
}

/// How this program does what the library's sentence says.
fn option_for(cause: &Cause) -> Option<String> {
    let text = match cause {
        Cause::NotCompared { .. } => "explain --link LINK compares them, for a link",
        Cause::Region { expected: Some(region), .. } => return Some(format!("sign with --region {region}")),
        Cause::Service { expected: Some(service), .. } => return Some(format!("sign with --service {service}")),
        Cause::HeaderRemoved { .. } => "presign says what to send with a link",
        Cause::TokenMissing => "AWS_SESSION_TOKEN holds it",
        Cause::TokenExpired => "with AWS_CREDENTIAL_EXPIRATION this program tells before the server does",
        Cause::Body { .. } => "sign --unsigned-payload leaves the body unsigned",
        _ => return None,
    };
    Some(text.into())
}

/// The sentence, which is a line, with that behind it; then the lines that differ, if there are any.
fn with_option(text: String, cause: &Cause) -> String {
    let Some(option) = option_for(cause) else { return text };
    let end = text.find('\n').unwrap_or(text.len());
    format!("{} Here: {option}.{}", &text[..end], &text[end..])
}

/// The parameters that signing adds.
fn is_of_signing(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default();
    let own = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature"];
    let tokens = ["Security-Token", "S3session-Token"];
    name.strip_prefix("X-Amz-").is_some_and(|name| own.contains(&name) || tokens.contains(&name))
}
