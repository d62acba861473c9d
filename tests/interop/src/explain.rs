//! Mistakes of which the servers' own answers are explained: the cause by the library's words for it, server by server.
//! Swift shows its texts, MiniStack for requests without a query, SeaweedFS none.

use crate::client::Wire;
use crate::refusals::{
    replaced, with_body, with_header, without_header, wrong_access_key, wrong_region, wrong_secret, wrong_service,
};
use crate::report::{Outcome, Report};
use crate::site::{Call, MINUTE, Site, ago};
use s3_sigv4::{CanonicalRequest, ErrorResponse, PayloadHash, Signer, Timestamp};

struct Mistake {
    name: &'static str,
    call: Call<'static>,
    how: How,
    signer: fn(&Site) -> Outcome<Signer>,
    /// How many seconds ago it was signed.
    ago: i64,
    change: fn(Wire) -> Outcome<Wire>,
    /// How the cause begins in `Debug`, for Swift, SeaweedFS and MiniStack; `TAKEN` where the server takes the request.
    causes: [&'static str; 3],
}

#[derive(Clone, Copy)]
enum How {
    Header,
    Link,
}

const TAKEN: &str = "";

const GET: Call<'static> =
    Call { method: "GET", key: "explain/cat & dog + 100%.txt", query: &[], headers: &[], body: b"" };
const LIST: Call<'static> = Call { key: "", query: &[("prefix", "a b"), ("max-keys", "2")], ..GET };
const PUT: Call<'static> = Call {
    method: "PUT",
    headers: &[("content-type", "text/plain"), ("x-amz-meta-color", "red")],
    body: b"a body",
    ..GET
};

/// Nothing to do for a server of which it is not known what it tells.
pub fn run(site: &Site, report: &mut Report) {
    let Some(server) = ["swift", "seaweedfs", "ministack"].iter().position(|server| *server == site.server) else {
        return;
    };
    for mistake in mistakes() {
        report.check("explained", mistake.name, check(site, &mistake, mistake.causes[server]));
    }
}

fn check(site: &Site, mistake: &Mistake, cause: &str) -> Outcome {
    let Mistake { call, how, signer, change, .. } = mistake;
    // What is read, is there.
    site.send_signed(&Call { key: GET.key, ..PUT })?.has_status(&[200])?;
    let (signer, now) = (signer(site)?, ago(mistake.ago)?);
    let request = call.request(&site.bucket)?;
    let (wire, canonical): (Wire, CanonicalRequest<'_>) = match how {
        How::Header => (
            call.signed(&site.bucket, &signer, now)?,
            signer.canonical_request(&request, PayloadHash::of(call.body), now)?,
        ),
        How::Link => (call.link(&site.bucket, &signer, MINUTE, now)?, signer.canonical_link(&request, MINUTE, now)?),
    };
    let answer = site.client.send(&change(wire)?)?;
    if cause == TAKEN {
        return answer.has_status(&[200]).map(drop);
    }
    let mut response = ErrorResponse::new(&answer.body).with_status(answer.status);
    for (name, value) in &answer.headers {
        response = response.with_header(name.as_str(), value.to_str().unwrap_or_default());
    }
    let explanation = response.explain(&canonical);
    let found = format!("{:?}", explanation.cause());
    let secret = format!("{explanation:#} {explanation:?}").contains(&*site.secret_key);
    if found.starts_with(cause) && !secret {
        return Ok(());
    }
    Err(answer.wrong(&format!("{cause}, found {explanation:#} {found}")))
}

fn mistakes() -> Vec<Mistake> {
    let mut all = Vec::new();
    let mut on = |name, call, how, change, causes| {
        let signer: fn(&Site) -> Outcome<Signer> = |site| Ok(site.signer.clone());
        all.push(Mistake { name, call, how, signer, ago: 0, change, causes });
    };
    use How::{Header, Link};
    on(
        "a link for GET used as DELETE",
        GET,
        Link,
        |wire| method(wire, "DELETE"),
        [r#"Method { signed: "GET", received: "DELETE" }"#, "NothingShown {", "NothingShown {"],
    );
    on("GET used as HEAD", GET, Header, |wire| method(wire, "HEAD"), ["NoBody", "NoBody", "NoBody"]);
    on(
        "another host",
        GET,
        Header,
        |wire| with_header(wire, "host", "upstream.example"),
        ["Host {", "NothingShown {", "Host {"],
    );
    on(
        "another port",
        PUT,
        Link,
        |wire| {
            let host = wire.uri().host().ok_or("no host")?.to_owned();
            with_header(wire, "host", &format!("{host}:1"))
        },
        ["Port {", "NothingShown {", "NothingShown {"],
    );
    on(
        "a part of the path is encoded twice",
        GET,
        Header,
        |wire| replaced(wire, "%20%26%20", "%2520%2526%2520"),
        ["Path {", "Path {", "Path {"],
    );
    on(
        "the path is encoded twice",
        GET,
        Header,
        |wire| {
            let path = wire.uri().path().to_owned();
            let twice = path.replace('%', "%25");
            replaced(wire, &path, &twice)
        },
        ["PathRewritten { rewrite: EncodedTwice }", "NothingShown {", "PathRewritten { rewrite: EncodedTwice }"],
    );
    on(
        "a plus is taken for a space",
        GET,
        Header,
        |wire| replaced(wire, "%2B", "%20"),
        [
            "PathRewritten { rewrite: PlusAsSpace }",
            "PathRewritten { rewrite: PlusAsSpace }",
            "PathRewritten { rewrite: PlusAsSpace }",
        ],
    );
    on("another path", GET, Header, |wire| replaced(wire, "dog", "cow"), ["Path {", "Path {", "Path {"]);
    on(
        "the path without its bucket",
        GET,
        Header,
        |wire| replaced(wire, "/interop-bucket/", "/"),
        [
            r#"PathPrefixRemoved { prefix: "/interop-bucket" }"#,
            r#"PathPrefixRemoved { prefix: "/interop-bucket" }"#,
            r#"PathPrefixRemoved { prefix: "/interop-bucket" }"#,
        ],
    );
    on(
        "a slash at the end",
        GET,
        Header,
        |wire| replaced(wire, ".txt", ".txt/"),
        ["PathSlash {", "NothingShown {", "PathSlash {"],
    );
    on(
        "a parameter added",
        LIST,
        Link,
        |wire| replaced(wire, "&X-Amz-Signature", "&marker=a&X-Amz-Signature"),
        [r#"ParameterAdded { name: "marker" }"#, "NothingShown {", "NothingShown {"],
    );
    on(
        "a parameter removed",
        LIST,
        Header,
        |wire| replaced(wire, "max-keys=2", ""),
        [r#"ParameterRemoved { name: "max-keys" }"#, "NothingShown {", "NothingShown {"],
    );
    on(
        "a parameter changed",
        LIST,
        Header,
        |wire| replaced(wire, "max-keys=2", "max-keys=3"),
        [r#"Parameter { name: "max-keys", signed: "2", received: "3" }"#, "NothingShown {", "NothingShown {"],
    );
    on(
        "a parameter encoded twice",
        LIST,
        Header,
        |wire| replaced(wire, "%20", "%2520"),
        [r#"ParameterRewritten { name: "prefix", rewrite: EncodedTwice }"#, "NothingShown {", "NothingShown {"],
    );
    on(
        "a longer lifetime",
        GET,
        Link,
        |wire| replaced(wire, "X-Amz-Expires=60", "X-Amz-Expires=600"),
        [r#"Parameter { name: "X-Amz-Expires", signed: "60", received: "600" }"#, "NothingShown {", "NothingShown {"],
    );
    on(
        "the type changed",
        PUT,
        Link,
        |wire| with_header(wire, "content-type", "text/plain;charset=UTF-8"),
        [
            r#"Header { name: "content-type", signed: "text/plain", received: "text/plain;charset=UTF-8" }"#,
            "NothingShown {",
            "NothingShown {",
        ],
    );
    on(
        "a header extended",
        PUT,
        Header,
        |wire| with_header(wire, "x-amz-meta-color", "red,green"),
        [
            r#"HeaderExtended { name: "x-amz-meta-color", added: "green" }"#,
            "NothingShown {",
            r#"HeaderExtended { name: "x-amz-meta-color", added: "green" }"#,
        ],
    );
    on(
        "a header removed",
        PUT,
        Header,
        |wire| without_header(wire, "x-amz-meta-color"),
        ["NothingShown {", "NothingShown {", r#"HeaderRemoved { name: Some("x-amz-meta-color") }"#],
    );
    on(
        "a header that is not signed",
        PUT,
        Link,
        |wire| with_header(wire, "x-amz-meta-size", "1"),
        [r#"HeadersNotSigned { names: Some("x-amz-meta-size") }"#, "NothingShown {", TAKEN],
    );
    on("another body", PUT, Header, |wire| Ok(with_body(wire, b"A body")), ["Body {", TAKEN, TAKEN]);
    on(
        "another body and its hash",
        PUT,
        Header,
        |wire| {
            let wire = with_body(wire, b"A body");
            with_header(wire, "x-amz-content-sha256", PayloadHash::of(b"A body").as_str())
        },
        ["Body {", "NothingShown {", "Body {"],
    );
    on(
        "the hash taken back",
        PUT,
        Header,
        |wire| with_header(wire, "x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ["PayloadMode {", "NothingShown {", "PayloadMode {"],
    );
    on(
        "another date",
        GET,
        Header,
        |wire| {
            let date = wire.headers().get("x-amz-date").ok_or("no date")?.to_str()?;
            let later = Timestamp::from_unix(Timestamp::parse(date)?.unix() + 1)?;
            with_header(wire, "x-amz-date", later.as_str())
        },
        ["Date {", "NothingShown {", "Date {"],
    );
    on(
        "no authentication",
        GET,
        Header,
        |wire| without_header(wire, "authorization"),
        [
            r#"NotFromServer { kind: "an HTML page" }"#,
            r#"NotPermitted { message: "Access Denied" }"#,
            r#"NotPermitted { message: "Access Denied" }"#,
        ],
    );
    on(
        "a link without its lifetime",
        GET,
        Link,
        |wire| replaced(wire, "&X-Amz-Expires=60", ""),
        [r#"NotPermitted { message: "Access Denied" }"#, "QueryIncomplete", "QueryIncomplete"],
    );

    let mut by = |name, how, ago, signer: fn(&Site) -> Outcome<Signer>, causes| {
        all.push(Mistake { name, call: GET, how, signer, ago, change: Ok, causes });
    };
    by("another secret", Header, 0, wrong_secret, ["Secret {", "NothingShown {", "Secret {"]);
    by("another secret, by link", Link, 0, wrong_secret, ["Secret {", "NothingShown {", "NothingShown {"]);
    by("another access key", Header, 0, wrong_access_key, ["Secret {", "AccessKeyUnknown {", "AccessKeyUnknown {"]);
    by(
        "another region",
        Header,
        0,
        wrong_region,
        [r#"Region { signed: Some("ap-south-2"), expected: Some("eu-north-1") }"#, TAKEN, "Endpoint {"],
    );
    by(
        "another region, by link",
        Link,
        0,
        wrong_region,
        [r#"Region { signed: Some("ap-south-2"), expected: Some("eu-north-1") }"#, TAKEN, "Endpoint {"],
    );
    by(
        "another service",
        Header,
        0,
        wrong_service,
        [
            r#"Service { signed: Some("execute-api"), expected: Some("s3") }"#,
            TAKEN,
            r#"NotFromServer { kind: "JSON" }"#,
        ],
    );
    by("a clock 20 minutes behind", Header, 1200, |site| Ok(site.signer.clone()), ["Clock {", "Clock {", "Clock {"]);
    by("a clock an hour ahead", Header, -3600, |site| Ok(site.signer.clone()), ["Clock {", "Clock {", "Clock {"]);
    by("an expired link", Link, 3600, |site| Ok(site.signer.clone()), ["Expired {", "Expired {", "Expired {"]);
    all
}

fn method(mut wire: Wire, method: &str) -> Outcome<Wire> {
    *wire.method_mut() = method.parse()?;
    Ok(wire)
}
