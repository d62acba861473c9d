//! A browser's form (POST): its fields are read and verified, and its file is passed on as a PutObject, streaming.
//!
//! A PutObject needs the file's length beforehand. It is what the form has left behind the file's head, less the
//! closing boundary: the file is the last field, as S3 asks for, and a form in which something follows it is refused.

use crate::body::{Held, Received};
use crate::refusal::Refusal;
use crate::{Answer, Gateway, content_length};
use http::header::{CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LOCATION};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode};
use http_body_util::{Either, Full};
use hyper::body::Bytes;
use s3_sigv4::{Bucket, PayloadHash, PostClaim, Timestamp, VerifiedPost};
use tokio::sync::mpsc;

/// The boundary, if this is a form. Requests that are signed in their header or query are none.
pub(crate) fn boundary(parts: &Parts) -> Option<String> {
    let content_type = parts.headers.get(CONTENT_TYPE)?.to_str().ok()?;
    let parameters = content_type.strip_prefix("multipart/form-data")?;
    let signed = parts.headers.contains_key("authorization") || parts.uri.query().is_some();
    if parts.method != Method::POST || signed {
        return None;
    }
    let mut parameters = parameters.split(';').map(str::trim);
    let boundary = parameters.find_map(|parameter| parameter.strip_prefix("boundary="))?;
    Some(boundary.trim_matches('"').to_owned())
}

impl Gateway {
    pub(crate) async fn form(&self, parts: &Parts, boundary: &str, mut body: Received) -> Result<Answer, Refusal> {
        let now = Timestamp::now();
        let total = content_length(&parts.headers)?.ok_or(Refusal::LENGTH)?;
        let front = Front::read(&mut body, boundary).await?;
        let bucket = parts.uri.path().trim_matches('/');
        let fields: Vec<_> = front.fields.iter().map(|(name, value)| (&**name, &**value)).collect();
        let claim = PostClaim::parse(bucket, &fields, &front.file_name)?;
        let known = Some(&self.client).filter(|client| client.access_key_id() == claim.access_key_id());
        let verified = self.verifier.verify_post(claim, known, now)?;
        let closing = format!("\r\n--{boundary}--\r\n");
        let length = total.checked_sub(front.length + closing.len() as u64).ok_or(Refusal::FORM)?;
        verified.check_file(length)?;

        let bucket = Bucket::path_style(&self.upstream, bucket)?;
        let mut upstream = Request::put(bucket.put(verified.key())?.url().to_string()).body(())?;
        *upstream.headers_mut() = headers(&verified)?;
        upstream.headers_mut().insert(CONTENT_LENGTH, length.into());
        self.signer.sign_http(&mut upstream, PayloadHash::UNSIGNED, now)?;
        let (pieces, passed) = mpsc::channel(1);
        let file = async {
            let mut held = Held::new(pieces);
            let proven = file(body, front.start, (length, &closing), &mut held).await;
            held.finish(proven).await
        };
        let answer = self.send(upstream, passed, file).await?;
        if answer.status().is_success() { Ok(done(&verified, bucket.name(), answer.headers())?) } else { Ok(answer) }
    }
}

/// What stands in front of the file.
struct Front {
    fields: Vec<(String, String)>,
    file_name: String,
    /// How much of the form that is.
    length: u64,
    /// The file's beginning, as far as it was received.
    start: Bytes,
}

impl Front {
    async fn read(body: &mut Received, boundary: &str) -> Result<Self, Refusal> {
        let mut received = Vec::new();
        while let Some(piece) = body.next().await? {
            received.extend_from_slice(&piece);
            if let Some(front) = Self::parse(&received, boundary)? {
                return Ok(front);
            }
            if received.len() > LONGEST {
                break;
            }
        }
        Err(Refusal::FORM)
    }

    /// Nothing, as long as the file's head has not been received. How long the fields may be, the claim knows.
    fn parse(received: &[u8], boundary: &str) -> Result<Option<Self>, Refusal> {
        let mut rest = received;
        let mut fields = Vec::new();
        // The first boundary has no line end before it.
        let (first, delimiter) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}\r\n"));
        let Some((before, behind)) = split(rest, first.as_bytes()) else { return Ok(None) };
        if !before.is_empty() {
            return Err(Refusal::FORM);
        }
        rest = behind;
        loop {
            let Some((head, behind)) = split(rest, b"\r\n\r\n") else { return Ok(None) };
            let head = std::str::from_utf8(head).map_err(|_| Refusal::FORM)?;
            let disposition = head.split("\r\n").find_map(disposition).ok_or(Refusal::FORM)?;
            let name = parameter(disposition, "; name=\"").ok_or(Refusal::FORM)?;
            if name.eq_ignore_ascii_case("file") {
                let file_name = parameter(disposition, "; filename=\"").unwrap_or_default();
                let (length, start) = ((received.len() - behind.len()) as u64, Bytes::copy_from_slice(behind));
                return Ok(Some(Self { fields, file_name, length, start }));
            }
            let Some((value, behind)) = split(behind, delimiter.as_bytes()) else { return Ok(None) };
            fields.push((name, std::str::from_utf8(value).map_err(|_| Refusal::FORM)?.to_owned()));
            rest = behind;
        }
    }
}

fn disposition(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    name.eq_ignore_ascii_case("content-disposition").then_some(value)
}

/// A name as browsers write it: HTML has these three characters escaped, and no other.
fn parameter(disposition: &str, start: &str) -> Option<String> {
    let value = disposition.split_once(start)?.1.split_once('"')?.0;
    Some(value.replace("%22", "\"").replace("%0D", "\r").replace("%0A", "\n"))
}

/// What the fields say of the object, as the headers of a PutObject. `x-ignore-…` says nothing.
fn headers(form: &VerifiedPost<'_>) -> Result<HeaderMap, Refusal> {
    let mut headers = HeaderMap::new();
    for (name, value) in form.fields() {
        let name = name.to_ascii_lowercase();
        let name = match &*name {
            "key" | "policy" | "bucket" | "success_action_status" | "success_action_redirect" => continue,
            "x-amz-algorithm" | "x-amz-credential" | "x-amz-date" | "x-amz-signature" | "x-amz-security-token" => {
                continue;
            }
            "acl" => "x-amz-acl",
            "cache-control" | "content-disposition" | "content-encoding" | "content-type" | "expires" => &name,
            _ if name.starts_with("x-ignore-") => continue,
            _ if OBJECT.iter().any(|start| name.starts_with(start)) => &name,
            _ => return Err(Refusal::FIELD),
        };
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| Refusal::FIELD)?;
        headers.append(name, HeaderValue::from_bytes(value.as_bytes()).map_err(|_| Refusal::FIELD)?);
    }
    Ok(headers)
}

/// The file, and behind it the closing boundary and nothing else.
async fn file(
    mut body: Received,
    start: Bytes,
    (length, closing): (u64, &str),
    held: &mut Held,
) -> Result<(), Refusal> {
    let delimiter = closing.trim_end_matches("--\r\n").as_bytes();
    let (mut left, mut window, mut behind) = (length, Vec::new(), Vec::new());
    let mut next = Some(start);
    while let Some(mut piece) = next {
        let data = piece.split_to(piece.len().min(usize::try_from(left).unwrap_or(usize::MAX)));
        left -= data.len() as u64;
        behind.extend_from_slice(&piece);
        window.extend_from_slice(&data);
        if behind.len() > closing.len() || split(&window, delimiter).is_some() {
            return Err(Refusal::FORM);
        }
        window.drain(..window.len().saturating_sub(delimiter.len() - 1));
        if !data.is_empty() {
            held.push(data).await;
        }
        next = body.next().await?;
    }
    if left == 0 && behind == closing.as_bytes() { Ok(()) } else { Err(Refusal::FORM) }
}

/// The answer that the form asks for.
fn done(form: &VerifiedPost<'_>, bucket: &str, headers: &HeaderMap) -> Result<Answer, Refusal> {
    let field = |name: &str| form.fields().find(|(other, _)| other.eq_ignore_ascii_case(name)).map(|(_, value)| value);
    let mut answer = Response::new(Either::Right(Full::default()));
    if let Some(tag) = headers.get(ETAG) {
        answer.headers_mut().insert(ETAG, tag.clone());
    }
    let redirect = field("success_action_redirect").and_then(|place| {
        let mark = if place.contains('?') { '&' } else { '?' };
        HeaderValue::from_str(&format!("{place}{mark}bucket={bucket}")).ok()
    });
    *answer.status_mut() = match (redirect, field("success_action_status").as_deref()) {
        (Some(place), _) => {
            answer.headers_mut().insert(LOCATION, place);
            StatusCode::SEE_OTHER
        }
        (None, Some("200")) => StatusCode::OK,
        (None, Some("201")) => StatusCode::CREATED,
        _ => StatusCode::NO_CONTENT,
    };
    Ok(answer)
}

/// What stands before and behind the first such text.
fn split<'a>(bytes: &'a [u8], text: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = bytes.windows(text.len()).position(|window| window == text)?;
    Some((&bytes[..at], &bytes[at + text.len()..]))
}

/// What else a form may say of an object. `x-amz-copy-source` is not among it: the file is what is stored.
const OBJECT: [&str; 5] = [
    "x-amz-checksum-",
    "x-amz-meta-",
    "x-amz-server-side-encryption",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
];

/// 20 KB of fields, and their heads.
const LONGEST: usize = 64 * 1024;
