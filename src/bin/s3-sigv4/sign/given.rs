//! Headers that were given and that signing sets as well: each is used, or it is told why not.

use super::is;
use crate::args::Sign;
use crate::failure::Failure;
use crate::message::Message;
use crate::operation::borrowed;
use s3_sigv4::{PayloadHash, Request, SignedRequest};

/// The headers that were given, and the names of those that an earlier signing set and this one sets anew.
pub(super) fn headers(message: &Message) -> (Vec<(&str, &str)>, Vec<String>) {
    let headers = borrowed(&message.headers);
    if message.header("authorization").is_none() {
        return (headers, Vec::new());
    }
    // A literal for the body is the sender's, and not a hash that is made again.
    let is_set = |(name, value): &(&str, &str)| {
        SET.iter().any(|set| is(name, set)) || is(name, CONTENT_SHA256) && PayloadHash::parse(value).is_ok_and(is_hash)
    };
    let (replaced, others): (Vec<_>, Vec<_>) = headers.into_iter().partition(is_set);
    (others, replaced.iter().map(|(name, _)| name.to_ascii_lowercase()).collect())
}

const SET: [&str; 4] = ["authorization", "x-amz-date", "x-amz-security-token", "x-amz-s3session-token"];
const CONTENT_SHA256: &str = "x-amz-content-sha256";

fn is_hash(payload: PayloadHash) -> bool {
    payload.as_str().len() == 64
}

/// What is signed in place of the body, which the headers must fit.
pub(super) fn payload(headers: &[(&str, &str)], message: &Message, args: &Sign) -> Result<PayloadHash, Failure> {
    let find = |known: &'static str| headers.iter().filter(move |(name, _)| is(name, known)).map(|(_, value)| *value);
    let given = find(CONTENT_SHA256).next();
    let unsigned = args.unsigned_payload || given == Some(PayloadHash::UNSIGNED.as_str());
    let has_body = args.request.is_some() || args.body.is_some();
    // A body that is not signed need not be at hand.
    let length = Some(message.body.len()).filter(|length| !unsigned || *length > 0);
    check_length(find("content-length"), length, if has_body { "" } else { ": --body gives a body" })?;
    let signed = if unsigned { PayloadHash::UNSIGNED } else { PayloadHash::of(&message.body) };
    if given.is_none_or(|given| given == signed.as_str()) {
        return Ok(signed);
    }
    let text = if unsigned {
        String::from("x-amz-content-sha256 is given, and --unsigned-payload asks for UNSIGNED-PAYLOAD in its place")
    } else if has_body {
        format!("x-amz-content-sha256 is not the hash of the body, {signed}: leave it out")
    } else {
        format!(
            "x-amz-content-sha256 is not the hash of the body, {signed}: --body gives the body, and \
             --unsigned-payload leaves it unsigned"
        )
    };
    Err(Failure::Refused(text))
}

/// What says where a request ends must be one number, and nothing that others may read as another.
fn check_length<'a>(
    mut given: impl Iterator<Item = &'a str>,
    length: Option<usize>,
    cure: &str,
) -> Result<(), Failure> {
    let Some(first) = given.next() else { return Ok(()) };
    if given.next().is_some() {
        return Err(Failure::Refused("content-length is given more than once".into()));
    }
    let digits = !first.is_empty() && first.bytes().all(|byte| byte.is_ascii_digit());
    let text = match length {
        _ if !digits => format!("content-length is given as \"{}\", which is no number", first.escape_debug()),
        Some(length) if first.parse() != Ok(length) => {
            format!("content-length is given as {first}, and the body has {length} bytes{cure}")
        }
        _ => return Ok(()),
    };
    Err(Failure::Refused(text))
}

/// Whether it is the URL's host, with or without the default port.
pub(super) fn is_host(value: &str, request: &Request<'_>) -> bool {
    let default = if request.url().to_string().starts_with("https:") { ":443" } else { ":80" };
    is(value.strip_suffix(default).unwrap_or(value), request.host())
}

/// Whether what was given is what signing sets.
pub(super) fn check_set(headers: &[(&str, &str)], signed: &SignedRequest<'_>) -> Result<(), Failure> {
    for (name, set) in signed.headers() {
        if headers.iter().any(|(other, value)| is(other, name) && *value != set) {
            let cure = if name == "x-amz-date" { ", and --at says as of when" } else { "" };
            let text = format!("signing sets {name} itself, to another value than the one given: leave it out{cure}");
            return Err(Failure::Refused(text));
        }
    }
    Ok(())
}
