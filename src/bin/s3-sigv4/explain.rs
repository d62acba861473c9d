use crate::args::Explain;
use crate::context::{Context, read, read_once};
use crate::failure::Failure;
use crate::operation::{borrowed, headers};
use s3_sigv4::{ErrorResponse, Explanation, Inspection, Request, Service, Signer};
use serde_json::json;
use std::io::{self, Write};
use std::time::Duration;

pub(crate) fn run(args: &Explain, context: &Context) -> Result<(), Failure> {
    read_once(&[&Some("-".into()), &args.headers_from, context.credentials_from()])?;
    let answer_headers = headers(&args.answer_headers, &None)?;
    let body = read("-")?;
    let mut answer = ErrorResponse::new(body.as_slice());
    if let Some(status) = args.status {
        answer = answer.with_status(status);
    }
    for (name, value) in borrowed(&answer_headers) {
        answer = answer.with_header(name, value);
    }
    let explanation = match &args.link {
        None => answer.explain_alone(),
        Some(link) => against_link(args, context, link, &answer)?,
    };
    let mut out = io::stdout().lock();
    if context.json() {
        let difference = explanation.difference().map(|difference| {
            json!({ "line": difference.line(), "signed": difference.signed(), "received": difference.received() })
        });
        let text = explanation.to_string();
        writeln!(out, "{}", json!({ "code": explanation.code(), "explanation": text, "difference": difference }))?;
    } else {
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
) -> Result<Explanation, Failure> {
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
    let headers = borrowed(&headers);
    let request = Request::from_url(&args.method, &url)?.with_headers(&headers).allow_dot_segments();
    let credentials = context.settings()?.credentials()?;
    if inspection.access_key_id() != Some(credentials.access_key_id()) {
        let id = credentials.access_key_id();
        return Err(Failure::Refused(format!("the link was signed by another key than {id}, which is at hand")));
    }
    let service = Service::new(scope.service().to_owned())?;
    let signer = Signer::for_service(credentials, service, scope.region(), from)?;
    let canonical = signer.canonical_link(&request, lifetime, from)?;
    Ok(answer.explain(&canonical))
}

/// The parameters that signing adds.
fn is_of_signing(parameter: &str) -> bool {
    let name = parameter.split('=').next().unwrap_or_default();
    let own = ["Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature", "Security-Token"];
    name.strip_prefix("X-Amz-").is_some_and(|name| own.contains(&name))
}
