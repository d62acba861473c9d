//! Tampered twins: each starts from a request that the server accepts, differs from it in one thing, and must be refused
//! and leave the objects as they are.

use crate::client::{Answer, Wire};
use crate::report::{Outcome, Report};
use crate::site::{Call, MINUTE, Site, ago, ahead};
use http::header::{HeaderName, HeaderValue};
use s3_sigv4::{ContentSha256, Credentials, PathEncoding, PathNormalization, PayloadHash, Service, Signer, Timestamp};

type Twin = fn(&Site) -> Outcome<Wire>;

const LINKS: &[(&str, Twin)] = &[
    ("a byte of the path", |site| replaced(get_link(site)?, "target-a", "target-b")),
    ("a byte of a parameter's value", |site| replaced(get_link(site)?, "text%2Fplain", "text%2Fplaix")),
    ("a byte of a parameter's name", |site| {
        replaced(get_link(site)?, "response-content-type", "response-content-typo")
    }),
    ("a parameter more", |site| replaced(get_link(site)?, "&X-Amz-Signature", "&response-expires=0&X-Amz-Signature")),
    ("a parameter less", |site| replaced(get_link(site)?, "response-content-type=text%2Fplain&", "")),
    ("a longer lifetime", |site| replaced(get_link(site)?, "X-Amz-Expires=60", "X-Amz-Expires=600")),
    ("a later date", |site| {
        let (old, new) = (Timestamp::now(), ahead(60)?);
        replaced(get_link_at(site, &site.signer, old)?, old.as_str(), new.as_str())
    }),
    ("a byte of the signature", |site| another_signature(get_link(site)?)),
    ("no signature", |site| {
        let wire = get_link(site)?;
        let signature = parameter(&wire, "&X-Amz-Signature")?;
        replaced(wire, &signature, "")
    }),
    ("another host", |site| with_header(get_link(site)?, "host", "other.example")),
    ("a signed header changed", |site| with_header(put_link(site)?, "x-amz-meta-color", "green")),
    ("a signed header dropped", |site| without_header(put_link(site)?, "x-amz-meta-color")),
    ("the signed content type changed", |site| with_header(put_link(site)?, "content-type", "text/html")),
    ("an x-amz- header more", |site| with_header(put_link(site)?, "x-amz-meta-size", "1")),
    ("the body under a signed hash", |site| {
        let hash = PayloadHash::of(NEW);
        let headers = [("x-amz-content-sha256", hash.as_str())];
        let call = Call::put(TARGET, NEW).with_headers(&headers);
        Ok(with_body(call.link(&site.bucket, &site.signer, MINUTE, Timestamp::now())?, b"another body"))
    }),
    ("GET used as HEAD", |site| with_method(get_link(site)?, "HEAD")),
    ("GET used as PUT", |site| Ok(with_body(with_method(get_link(site)?, "PUT")?, NEW))),
    ("GET used as DELETE", |site| with_method(get_link(site)?, "DELETE")),
    ("PUT used as DELETE", |site| with_method(put_link(site)?, "DELETE")),
    ("another secret", |site| get_link_at(site, &wrong_secret(site)?, Timestamp::now())),
    ("another access key", |site| get_link_at(site, &wrong_access_key(site)?, Timestamp::now())),
    ("another region", |site| get_link_at(site, &wrong_region(site)?, Timestamp::now())),
    ("another service", |site| get_link_at(site, &wrong_service(site)?, Timestamp::now())),
    ("expired an hour ago", |site| get_link_at(site, &site.signer, ago(3660)?)),
    ("expired ten seconds ago", |site| get_link_at(site, &site.signer, ago(70)?)),
    ("dated an hour ahead", |site| get_link_at(site, &site.signer, ahead(3600)?)),
];

const HEADERS: &[(&str, Twin)] = &[
    ("a byte of the path", |site| replaced(get_signed(site)?, "target-a", "target-b")),
    ("a byte of a parameter's value", |site| replaced(get_signed(site)?, "text%2Fplain", "text%2Fplaix")),
    ("a parameter more", |site| replaced(get_signed(site)?, "?", "?response-expires=0&")),
    ("a parameter less", |site| replaced(get_signed(site)?, "?response-content-type=text%2Fplain", "")),
    ("a byte of the signature", |site| {
        let mut wire = get_signed(site)?;
        let value = wire.headers().get("authorization").ok_or("no authorization")?.to_str()?;
        let value = with_other_end(value);
        wire.headers_mut().insert("authorization", value.parse()?);
        Ok(wire)
    }),
    ("no signature", |site| without_header(get_signed(site)?, "authorization")),
    ("another host", |site| with_header(get_signed(site)?, "host", "other.example")),
    ("another date", |site| with_header(get_signed(site)?, "x-amz-date", ago(1)?.as_str())),
    ("a signed header changed", |site| with_header(put_signed(site)?, "x-amz-meta-color", "green")),
    ("a signed header dropped", |site| without_header(put_signed(site)?, "x-amz-meta-color")),
    ("the signed content type changed", |site| with_header(put_signed(site)?, "content-type", "text/html")),
    ("an x-amz- header more", |site| with_header(put_signed(site)?, "x-amz-meta-size", "1")),
    ("the body under a signed hash", |site| Ok(with_body(put_signed(site)?, b"another body"))),
    ("the body and its hash", |site| {
        let wire = with_body(put_signed(site)?, b"another body");
        with_header(wire, "x-amz-content-sha256", PayloadHash::of(b"another body").as_str())
    }),
    ("the hash taken back", |site| with_header(put_signed(site)?, "x-amz-content-sha256", "UNSIGNED-PAYLOAD")),
    ("GET used as HEAD", |site| with_method(get_signed(site)?, "HEAD")),
    ("GET used as DELETE", |site| with_method(get_signed(site)?, "DELETE")),
    ("PUT used as DELETE", |site| with_method(put_signed(site)?, "DELETE")),
    ("another secret", |site| put_signed_at(site, &wrong_secret(site)?, Timestamp::now())),
    ("another access key", |site| put_signed_at(site, &wrong_access_key(site)?, Timestamp::now())),
    ("another region", |site| put_signed_at(site, &wrong_region(site)?, Timestamp::now())),
    ("another service", |site| put_signed_at(site, &wrong_service(site)?, Timestamp::now())),
    ("dated 21 minutes ago", |site| put_signed_at(site, &site.signer, ago(21 * 60)?)),
    ("dated 21 minutes ahead", |site| put_signed_at(site, &site.signer, ahead(21 * 60)?)),
    ("dated yesterday", |site| put_signed_at(site, &site.signer, ago(24 * 3600)?)),
];

pub fn run(site: &Site, report: &mut Report) {
    let now = Timestamp::now();
    let honest: [(&str, Outcome<Wire>); 4] = [
        ("the link for GET", get_link_at(site, &site.signer, now)),
        ("the link for PUT", put_link(site)),
        ("GET by header", get_signed(site)),
        ("PUT by header", put_signed(site)),
    ];
    for (case, wire) in honest {
        let accepted = set_up(site).and(wire).and_then(|wire| site.client.send(&wire)?.has_status(&[200]).map(drop));
        report.check("untampered", case, accepted);
    }
    for (check, twins) in [("refused link", LINKS), ("refused header", HEADERS)] {
        for (case, twin) in twins {
            report.check(check, case, is_refused(site, *twin));
        }
    }
}

fn is_refused(site: &Site, twin: Twin) -> Outcome {
    set_up(site)?;
    let answer = site.send_twin(&twin(site)?)?;
    if answer.status >= 300 {
        for (key, body) in OBJECTS {
            site.send_signed(&Call::new("GET", key))?.has_status(&[200])?.has_body(body)?;
        }
    }
    refusal(&answer)
}

/// Refused because of who asks and how, not because there is nothing there.
pub fn refusal(answer: &Answer) -> Outcome {
    answer.has_status(&[400, 401, 403]).map(drop)
}

fn set_up(site: &Site) -> Outcome {
    for (key, body) in OBJECTS {
        site.send_signed(&Call::put(key, body))?.has_status(&[200])?;
    }
    Ok(())
}

fn get_link(site: &Site) -> Outcome<Wire> {
    get_link_at(site, &site.signer, Timestamp::now())
}

fn get_link_at(site: &Site, signer: &Signer, now: Timestamp) -> Outcome<Wire> {
    Call::new("GET", TARGET).with_query(QUERY).link(&site.bucket, signer, MINUTE, now)
}

fn put_link(site: &Site) -> Outcome<Wire> {
    Call::put(TARGET, NEW).with_headers(PUT_HEADERS).link(&site.bucket, &site.signer, MINUTE, Timestamp::now())
}

fn get_signed(site: &Site) -> Outcome<Wire> {
    Call::new("GET", TARGET).with_query(QUERY).signed(&site.bucket, &site.signer, Timestamp::now())
}

fn put_signed(site: &Site) -> Outcome<Wire> {
    put_signed_at(site, &site.signer, Timestamp::now())
}

fn put_signed_at(site: &Site, signer: &Signer, now: Timestamp) -> Outcome<Wire> {
    Call::put(TARGET, NEW).with_headers(PUT_HEADERS).signed(&site.bucket, signer, now)
}

/// The site's signer but for the last character of its secret.
pub fn wrong_secret(site: &Site) -> Outcome<Signer> {
    let credentials = Credentials::new(&*site.access_key, with_other_end(&site.secret_key))?;
    Ok(Signer::new(credentials, &site.region, Timestamp::now())?)
}

pub fn wrong_access_key(site: &Site) -> Outcome<Signer> {
    let credentials = Credentials::new(with_other_end(&site.access_key), &*site.secret_key)?;
    Ok(Signer::new(credentials, &site.region, Timestamp::now())?)
}

pub fn wrong_region(site: &Site) -> Outcome<Signer> {
    let credentials = Credentials::new(&*site.access_key, &*site.secret_key)?;
    Ok(Signer::new(credentials, "ap-south-2", Timestamp::now())?)
}

/// By S3's rules, under another name.
pub fn wrong_service(site: &Site) -> Outcome<Signer> {
    let credentials = Credentials::new(&*site.access_key, &*site.secret_key)?;
    let service = Service::new("execute-api")?
        .with_path_encoding(PathEncoding::Once)
        .with_path_normalization(PathNormalization::AsSent)
        .with_content_sha256(ContentSha256::Signed);
    Ok(Signer::for_service(credentials, service, &site.region, Timestamp::now())?)
}

/// The same request with one place of its URL changed, which must be there.
pub fn replaced(mut wire: Wire, old: &str, new: &str) -> Outcome<Wire> {
    let url = wire.uri().to_string();
    if !url.contains(old) {
        return Err(format!("{url} has no {old}").into());
    }
    *wire.uri_mut() = url.replacen(old, new, 1).parse()?;
    Ok(wire)
}

pub fn with_header(mut wire: Wire, name: &'static str, value: &str) -> Outcome<Wire> {
    wire.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_str(value)?);
    Ok(wire)
}

pub fn without_header(mut wire: Wire, name: &str) -> Outcome<Wire> {
    wire.headers_mut().remove(name).ok_or_else(|| format!("the request has no {name}"))?;
    Ok(wire)
}

pub fn with_body(mut wire: Wire, body: &[u8]) -> Wire {
    *wire.body_mut() = body.to_vec();
    wire
}

fn with_method(mut wire: Wire, method: &str) -> Outcome<Wire> {
    *wire.method_mut() = method.parse()?;
    wire.body_mut().clear();
    Ok(wire)
}

fn another_signature(wire: Wire) -> Outcome<Wire> {
    let signature = parameter(&wire, "&X-Amz-Signature")?;
    replaced(wire, &signature, &with_other_end(&signature))
}

/// The parameter of this name in the URL, `&` and all.
pub fn parameter(wire: &Wire, name: &str) -> Outcome<String> {
    let url = wire.uri().to_string();
    let at = url.find(&format!("{name}=")).ok_or_else(|| format!("{url} has no {name}"))?;
    let length = url[at + 1..].find('&').map_or(url.len() - at, |length| length + 1);
    Ok(url[at..at + length].to_owned())
}

/// The text with another last character of the same kind.
pub fn with_other_end(text: &str) -> String {
    let mut text = text.to_owned();
    let other = if text.pop() == Some('0') { '1' } else { '0' };
    text.push(other);
    text
}

const TARGET: &str = "refusals/target-a";
const OBJECTS: [(&str, &[u8]); 2] = [(TARGET, b"the body of a"), ("refusals/target-b", b"the body of b")];
const QUERY: &[(&str, &str)] = &[("response-content-type", "text/plain")];
const PUT_HEADERS: &[(&str, &str)] = &[("content-type", "text/plain"), ("x-amz-meta-color", "red")];
const NEW: &[u8] = b"a new body";
