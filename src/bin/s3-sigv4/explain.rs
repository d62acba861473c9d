use crate::args::Explain;
use crate::context::{Context, read, read_once};
use crate::failure::Failure;
use crate::inspect::used;
use crate::message::Message;
use crate::operation::{borrowed, headers};
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
        Some(link) => against_link(args, context, link, &answer)?,
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
        let text = explanation.to_string();
        let value = json!({
            "code": explanation.code(), "explanation": text, "difference": difference, "note": first,
        });
        writeln!(out, "{value}")?;
    } else {
        if let Some(first) = first {
            writeln!(out, "{first}")?;
        }
        writeln!(out, "{explanation:#}")?;
    }
    Ok(out.flush()?)
}

/// Signs again what the link says, to hold it against what the server received.
fn against_link(
    args: &Explain,
    context: &Context,
    link: &str,
    answer: &ErrorResponse<'_>,
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
    let request = Request::from_url(&args.method, &url)?.with_headers(&headers).allow_dot_segments();
    let credentials = context.settings()?.credentials()?;
    if inspection.access_key_id() != Some(credentials.access_key_id()) {
        let id = credentials.access_key_id();
        return Err(Failure::Refused(format!("the link was signed by another key than {id}, which is at hand")));
    }
    let service = Service::new(scope.service().to_owned())?;
    let verifier = Verifier::new(scope.region()).with_service(service.clone());
    let first = itself(&message, &verifier, &credentials, from);
    let signer = Signer::for_service(credentials, service, scope.region(), from)?;
    let canonical = signer.canonical_link(&request, lifetime, from)?;
    Ok((answer.explain(&canonical), first))
}

/// What is wrong with the link itself, whatever the server says.
fn itself(message: &Message, verifier: &Verifier<'_>, credentials: &Credentials, from: Timestamp) -> Option<String> {
    let headers = borrowed(&message.headers);
    let host = message.header("host").unwrap_or_default();
    let verified = |method: &str| {
        let request = Request::received(method, host, &message.target)?;
        verifier.verify(Claim::parse(&request.with_headers(&headers))?, credentials, from).map(|_| ())
    };
    let used = message.method.as_str();
    match verified(used).err()? {
        VerifyError::SignatureMismatch => {
            let mut methods = ["GET", "PUT", "HEAD", "DELETE", "POST"].into_iter();
            Some(match methods.find(|method| verified(method).is_ok()) {
                Some(method) => format!("The link was signed for {method}, and not for {used}."),
                None => String::from(
                    "The link does not verify under the keys at hand: it was changed after it was signed, or signed \
                     with another secret or other headers.",
                ),
            })
        }
        error => Some(format!("The link does not verify under the keys at hand: {error}.")),
    }
}

/// The parameters that signing adds.
fn is_of_signing(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default();
    let own = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token"];
    name.strip_prefix("X-Amz-").is_some_and(|name| own.contains(&name))
}
