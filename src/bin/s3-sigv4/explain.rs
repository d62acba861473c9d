use crate::args::Explain;
use crate::context::{Context, name_of, read, read_once};
use crate::failure::Failure;
use crate::inspect::used;
use crate::message::Message;
use crate::operation::{borrowed, headers};
use crate::verify::{METHODS, missing};
use s3_sigv4::{
    Cause, Claim, Credentials, ErrorResponse, Explanation, PayloadHash, Request, Service, Timestamp, Verifier,
    VerifyError,
};
use serde_json::json;
use std::borrow::Cow;
use std::io::{self, Write};

pub(crate) fn run(args: &Explain, context: &Context) -> Result<(), Failure> {
    read_once(&[&Some("-".into()), &args.headers_from, &args.request, context.credentials_from()])?;
    let answer_headers = headers(&args.answer_headers, &None)?;
    let body = read("-")?;
    if body.is_empty() && args.status.is_none() && answer_headers.is_empty() {
        let text = "standard input is empty, so there is no answer to explain: did curl connect? An answer without a \
                    body is told by --status";
        return Err(Failure::Refused(text.into()));
    }
    let (head, body) = heads(&body);
    let status = args.status.or(head.as_ref().map(|head| head.status));
    let mut answer = ErrorResponse::new(body);
    if let Some(status) = status {
        answer = answer.with_status(status);
    }
    for (name, value) in head.iter().flat_map(|head| &head.headers).copied().chain(borrowed(&answer_headers)) {
        answer = answer.with_header(name, value);
    }
    let sent = match (&args.link, &args.request) {
        (Some(link), _) => Some(used(link, &args.method, headers(&args.headers, &args.headers_from)?)?),
        (None, Some(place)) => Some(Message::parse(&read(place)?, name_of(place))?),
        (None, None) => None,
    };
    let (explanation, first) = match sent {
        None => (answer.explain_alone(), None),
        Some(sent) => against(&sent, args.link.is_some(), context, (&answer, body))?,
    };
    let no_error = matches!(explanation.cause(), Cause::NotFromServer { .. });
    let first = first.or_else(|| {
        let text = "this does not look like an error of S3's: the request may have worked (--status tells). If not:";
        (no_error && status.is_none()).then(|| text.into())
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

struct Head<'a> {
    status: u16,
    headers: Vec<(&'a str, &'a str)>,
}

/// What `curl -i` shows in front of the body: the last head, behind those of redirects and of `100 Continue`.
fn heads(mut text: &[u8]) -> (Option<Head<'_>>, &[u8]) {
    let mut last = None;
    while let Some((head, rest)) = head(text) {
        (last, text) = (Some(head), rest);
    }
    (last, text)
}

/// `HTTP/1.1 403 Forbidden`, headers, an empty line.
fn head(text: &[u8]) -> Option<(Head<'_>, &[u8])> {
    let mut rest = text.strip_prefix(b"HTTP/")?;
    let mut lines = std::iter::from_fn(|| {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        let line = rest[..end].strip_suffix(b"\r").unwrap_or(&rest[..end]);
        rest = &rest[end + 1..];
        // None of those that count here has other characters.
        Some(std::str::from_utf8(line).unwrap_or("?"))
    });
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        match lines.next()? {
            "" => return Some((Head { status, headers }, rest)),
            line => headers.extend(line.split_once(':').map(|(name, value)| (name, value.trim()))),
        }
    }
}

/// Holds what the server says against what was sent.
fn against(
    sent: &Message,
    is_link: bool,
    context: &Context,
    (answer, body): (&ErrorResponse<'_>, &[u8]),
) -> Result<(Explanation, Option<String>), Failure> {
    let headers = borrowed(&sent.headers);
    let refused = |error: VerifyError| {
        let what = if is_link { "link is not a presigned link" } else { "request is not a signed request" };
        Failure::Refused(format!("the {what}, or part of it is missing: {error}; inspect says more"))
    };
    let request = |method| {
        let host = sent.header("host").unwrap_or_default();
        Ok::<_, VerifyError>(Request::received(method, host, &sent.target)?.with_headers(&headers))
    };
    let claim = Claim::parse(&request(&sent.method).map_err(refused)?).map_err(refused)?;
    let (id, from, scope) = (claim.access_key_id(), claim.dated(), claim.scope());
    let verifier = Verifier::new(scope.region()).with_service(Service::new(scope.service().to_owned())?);
    // Without its keys the link's method is not known, and nothing else is lost.
    let settings = match context.settings() {
        Err(error) if context.names_keys() => return Err(error),
        settings => settings.ok(),
    };
    let credentials = settings.and_then(|settings| settings.credentials().ok());
    let credentials = credentials.filter(|credentials| credentials.access_key_id() == id);
    let (method, first) = match credentials.map(|credentials| signed_for(sent, is_link, &verifier, &credentials, from))
    {
        Some(Ok(method)) => {
            // What the server received is what it shows, whatever is said of it here.
            let unseen = !body.windows(SHOWN.len()).any(|window| window == SHOWN);
            let other = (unseen && method != sent.method).then_some(&sent.method);
            (method, other.map(|used| format!("The link was signed for {method}, and not for {used}.")))
        }
        Some(Err(VerifyError::SignedHeaderMissing { .. })) => (&*sent.method, None),
        Some(Err(error)) => (&*sent.method, Some(itself(error, is_link))),
        None if is_link => {
            let text = "The keys of the link are not at hand, so it is taken as one for";
            (&*sent.method, Some(format!("{text} {} (-X says which).", sent.method)))
        }
        None => (&*sent.method, None),
    };
    let mut claim = Claim::parse(&request(method).map_err(refused)?).map_err(refused)?;
    if !is_link {
        claim = claim.with_payload(PayloadHash::of(&sent.body));
    }
    match verifier.canonical_request(&claim) {
        Ok(canonical) => Ok((answer.explain(&canonical), first)),
        // What would differ without it says nothing of the server.
        Err(VerifyError::SignedHeaderMissing { .. }) if is_link => {
            let signed: Vec<_> = claim.signed_headers().map(Cow::into_owned).collect();
            Err(Failure::Refused(missing(sent, &signed)))
        }
        Err(error) => Err(Failure::refused(error)),
    }
}

/// The element in which a server shows what it received.
const SHOWN: &[u8] = b"<CanonicalRequest>";

/// The method that it was signed for: the one that it was sent with, if that verifies. Of a link it may be another.
fn signed_for<'a>(
    sent: &'a Message,
    is_link: bool,
    verifier: &Verifier<'_>,
    credentials: &Credentials,
    from: Timestamp,
) -> Result<&'a str, VerifyError> {
    let headers = borrowed(&sent.headers);
    let host = sent.header("host").unwrap_or_default();
    let verified = |method: &str| {
        let request = Request::received(method, host, &sent.target)?;
        let claim = Claim::parse(&request.with_headers(&headers))?;
        let claim = if is_link { claim } else { claim.with_payload(PayloadHash::of(&sent.body)) };
        verifier.verify(claim, credentials, from).map(|_| ())
    };
    match verified(&sent.method) {
        Ok(()) => Ok(&sent.method),
        Err(VerifyError::SignatureMismatch) if is_link => {
            METHODS.into_iter().find(|method| verified(method).is_ok()).ok_or(VerifyError::SignatureMismatch)
        }
        Err(error) => Err(error),
    }
}

/// What is wrong with what was sent, whatever the server says.
fn itself(error: VerifyError, is_link: bool) -> String {
    let what = if is_link { "link" } else { "request" };
    match error {
        VerifyError::SignatureMismatch => format!(
            "The {what} does not verify under the keys at hand: it was changed after it was signed, or signed with \
             another secret or other headers."
        ),
        error => format!("The {what} does not verify under the keys at hand: {error}."),
    }
}

/// How this program does what the library's sentence says.
fn option_for(cause: &Cause) -> Option<String> {
    let text = match cause {
        Cause::NotCompared { .. } => "explain --link LINK or --request FILE compares them",
        Cause::Region { expected: Some(region), .. } => return Some(format!("sign with --region {region}")),
        Cause::Service { expected: Some(service), .. } => return Some(format!("sign with --service {service}")),
        Cause::HeaderRemoved { .. } => "presign and sign say what to send",
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
