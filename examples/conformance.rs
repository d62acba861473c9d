//! Answers test cases, one JSON object a line on standard input, one on standard output, in the same order, through the
//! public API alone, so that any other signer can be held against this one on any number of cases:
//!
//! ```sh
//! cargo run --release --example conformance < cases.jsonl > answers.jsonl
//! ```
//!
//! `tests/differential/` does so with botocore. A case has the fields
//!
//! * `id`, and `kind`: `header`, `presign`, `chunked`, `post`, `verify`, `sts` (feature `sts`) or `config`;
//! * `method`, `url` {`scheme`, `host`, `port`, `path` (raw), `query` (raw pairs)}, `headers` (pairs, `Host` among them),
//!   `unsigned_headers` (names, may be absent);
//! * `payload` {`hash`}: the last line of the canonical request;
//! * `access_key`, `secret_key`, `session_token`, `region`, `service`, `timestamp`, and for links `expires` in seconds;
//! * `options` {`double_encode`, `normalize_path`, `sign_body_header`}.
//!
//! A `chunked` case has `mode` (the streaming literal), `body` ({`byte`, `len`} or {`seed`, `len`}), `chunk_size` and
//! `trailers` (pairs) as well.
//! A `verify` has a `target` as it was received in place of `url`; its `timestamp` is the server's.
//! Of these a `post` has the keys, the token, region, service and timestamp; and `policy`, the text to sign in base64.
//! An `sts` has the keys, the token, region and timestamp; and `operation` with its `parameters`, as botocore takes them.
//! One with an `answer` of STS's in place of these is answered with what a session says, and signs at the timestamp.
//!
//! A `config` (feature `config`) has the texts `config` and `credentials`, `variables`, `profile` (or null) and timestamp; its
//! answer has what was found, and the signature of a link that proves the keys.
//!
//! The answer has the `id` and every stage, or the `id` and the `error` that the crate gave. A line that cannot be read
//! is answered with an `error` as well.

use s3_sigv4::{
    ChunkedBody, Claim, ContentSha256, Credentials, PathEncoding, PathNormalization, PayloadHash, Request, Service,
    Signer, StringToSign, Timestamp, Verifier,
};
use serde_json::{Map, Value, json};
use std::error::Error;
use std::io::{self, BufRead, BufWriter, Write};
use std::time::Duration;

fn main() -> io::Result<()> {
    let mut input = io::stdin().lock();
    let mut out = BufWriter::new(io::stdout().lock());
    let mut line = Vec::new();
    while input.read_until(b'\n', &mut line)? > 0 {
        serde_json::to_writer(&mut out, &answer(&line))?;
        out.write_all(b"\n")?;
        line.clear();
    }
    out.flush()
}

fn answer(line: &[u8]) -> Value {
    let case: Value = match serde_json::from_slice(line) {
        Ok(case) => case,
        Err(error) => return json!({ "error": format!("the line is not JSON: {error}") }),
    };
    let mut answer = match sign(&case) {
        Ok(answer) => answer,
        Err(error) => Map::from_iter([("error".to_owned(), error.to_string().into())]),
    };
    if let Some(id) = case.get("id") {
        answer.insert("id".to_owned(), id.clone());
    }
    answer.into()
}

fn sign(case: &Value) -> Result<Map<String, Value>, Box<dyn Error>> {
    match text(case, "kind")? {
        "header" | "presign" | "chunked" => sign_request(case),
        "post" => sign_policy(case),
        "verify" => verify(case),
        #[cfg(feature = "sts")]
        "sts" => sts(case),
        #[cfg(feature = "config")]
        "config" => config(case),
        kind => Err(format!("the kind {kind} is not known").into()),
    }
}

fn verify(case: &Value) -> Result<Map<String, Value>, Box<dyn Error>> {
    let headers = pairs(&case["headers"], "headers")?;
    let host = headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("host")).map_or("", |(_, host)| host);
    let request = Request::received(text(case, "method")?, host, text(case, "target")?)?.with_headers(&headers);
    let unsigned = names(&case["unsigned_headers"])?;
    let verifier = Verifier::new(text(case, "region")?).with_service(service(case)?).with_unsigned_headers(&unsigned);
    let claim = Claim::parse(&request)?.with_payload(PayloadHash::parse(text(&case["payload"], "hash")?)?);
    let verified = verifier.verify(claim, &credentials(case)?, Timestamp::parse(text(case, "timestamp")?)?)?;
    let signed_headers: Vec<_> = verified.signed_headers().collect();
    let answer = json!({ "access_key": verified.access_key_id(), "signed_headers": signed_headers.join(";") });
    Ok(answer.as_object().cloned().unwrap_or_default())
}

#[cfg(feature = "config")]
fn config(case: &Value) -> Result<Map<String, Value>, Box<dyn Error>> {
    use s3_sigv4::Bucket;
    use s3_sigv4::config::{Settings, SharedFiles};
    let files = SharedFiles::parse(text(case, "config")?, text(case, "credentials")?)?;
    let variable = |name: &str| case["variables"][name].as_str().map(String::from);
    let settings = Settings::new(case["profile"].as_str(), &files, variable)?;
    let (credentials, now) = (settings.credentials()?, Timestamp::parse(text(case, "timestamp")?)?);
    let mut found = json!({
        "access_key": credentials.access_key_id(),
        "expiration": credentials.expiration().map(|end| end.to_string()),
        "region": settings.region(),
        "endpoint_url": settings.endpoint_url(),
        "addressing_style": settings.addressing_style(),
    });
    let bucket = Bucket::aws("us-east-1", "photos")?;
    let link = bucket.signer(credentials, now)?.presign(&bucket.get("k")?, Duration::from_secs(900), now)?;
    found["signature"] = link.url().rsplit('=').next().into();
    Ok(found.as_object().cloned().unwrap_or_default())
}

#[cfg(feature = "sts")]
fn sts(case: &Value) -> Result<Map<String, Value>, Box<dyn Error>> {
    use s3_sigv4::sts::{
        AssumeRole, AssumeRoleWithWebIdentity, GetCallerIdentity, GetFederationToken, GetSessionToken, StsEndpoint,
    };
    let (given, now) = (&case["parameters"], Timestamp::parse(text(case, "timestamp")?)?);
    if let Some(answer) = case["answer"].as_str() {
        return session(answer, now);
    }
    let one = |name: &str| given[name].as_str();
    let required = |name| text(given, name);
    let list = |name: &str| given[name].as_array().map(Vec::as_slice).unwrap_or_default();
    let arns: Vec<_> = list("PolicyArns").iter().filter_map(|it| it["arn"].as_str()).collect();
    let keys: Vec<_> = list("TransitiveTagKeys").iter().filter_map(Value::as_str).collect();
    let tag = |it: &'_ Value| Some((it["Key"].as_str()?.to_owned(), it["Value"].as_str()?.to_owned()));
    let tags: Vec<_> = list("Tags").iter().filter_map(tag).collect();
    let tags: Vec<_> = tags.iter().map(|(key, value)| (&**key, &**value)).collect();
    // Each optional part is given if the case has it.
    macro_rules! with {
        ($operation:expr $(, $part:expr => $with:ident)*) => {{
            let mut operation = $operation;
            $(if let Some(part) = $part { operation = operation.$with(part)?; })*
            operation
        }};
    }
    let duration = given["DurationSeconds"].as_u64().map(Duration::from_secs);
    let mfa = one("SerialNumber").zip(one("TokenCode"));
    let endpoint = match text(case, "region")? {
        "aws-global" => StsEndpoint::global(),
        region => StsEndpoint::regional(region)?,
    };
    let region = text(case, "region")?.replace("aws-global", "us-east-1");
    let signer = Signer::new(credentials(case)?, &region, now)?;
    let request = match text(case, "operation")? {
        "AssumeRole" => {
            let role = with!(AssumeRole::new(required("RoleArn")?, required("RoleSessionName")?)?,
                one("Policy") => with_policy, duration => with_duration, one("ExternalId") => with_external_id,
                one("SourceIdentity") => with_source_identity);
            let role = role.with_policy_arns(&arns)?.with_tags(&tags)?.with_transitive_tag_keys(&keys)?;
            let role = mfa.map_or(Ok(role), |(serial_number, code)| role.with_mfa(serial_number, code))?;
            signer.sign_sts(&role, &endpoint, now)?
        }
        "AssumeRoleWithWebIdentity" => {
            let (arn, name, token) =
                (required("RoleArn")?, required("RoleSessionName")?, required("WebIdentityToken")?);
            let role = with!(AssumeRoleWithWebIdentity::new(arn, name, token)?,
                one("ProviderId") => with_provider_id, one("Policy") => with_policy, duration => with_duration);
            role.with_policy_arns(&arns)?.request(&endpoint)
        }
        "GetSessionToken" => {
            let user = with!(GetSessionToken::new(), duration => with_duration);
            let user = mfa.map_or(Ok(user), |(serial_number, code)| user.with_mfa(serial_number, code))?;
            signer.sign_sts(&user, &endpoint, now)?
        }
        "GetFederationToken" => {
            let user = with!(GetFederationToken::new(required("Name")?)?,
                one("Policy") => with_policy, duration => with_duration);
            signer.sign_sts(&user.with_policy_arns(&arns)?.with_tags(&tags)?, &endpoint, now)?
        }
        "GetCallerIdentity" => signer.sign_sts(&GetCallerIdentity, &endpoint, now)?,
        operation => return Err(format!("the operation {operation} is not known").into()),
    };
    let headers: Map<_, _> = request.headers().map(|(name, value)| (name.to_owned(), value.into())).collect();
    let answer = json!({ "url": request.url(), "headers": headers, "body": request.body() });
    Ok(answer.as_object().cloned().unwrap_or_default())
}

#[cfg(feature = "sts")]
fn session(answer: &str, now: Timestamp) -> Result<Map<String, Value>, Box<dyn Error>> {
    use s3_sigv4::sts::{GetCallerIdentity, Session, StsEndpoint};
    let session = Session::parse(answer)?;
    let mut said = json!({
        "access_key": session.credentials().access_key_id(),
        "expiration": session.expiration().unix(),
        "arn": session.arn(),
        "user_id": session.user_id(),
        "packed_policy_size": session.packed_policy_size(),
        "source_identity": session.source_identity(),
        "subject": session.subject(),
        "provider": session.provider(),
        "audience": session.audience(),
        "request_id": session.request_id(),
    });
    let signer = Signer::new(session.into_credentials(), "us-east-1", now)?;
    let request = signer.sign_sts(&GetCallerIdentity, &StsEndpoint::global(), now)?;
    said["authorization"] = request.headers().nth(1).map(|(_, value)| value).into();
    said["token"] = request.headers().nth(3).map(|(_, value)| value).into();
    Ok(said.as_object().cloned().unwrap_or_default())
}

fn sign_policy(case: &Value) -> Result<Map<String, Value>, Box<dyn Error>> {
    let now = Timestamp::parse(text(case, "timestamp")?)?;
    let service = Service::new(text(case, "service")?.to_owned())?;
    let signer = Signer::for_service(credentials(case)?, service, text(case, "region")?, now)?;
    let signed = signer.sign_policy(text(case, "policy")?, now)?;
    let fields: Map<_, _> = signed.fields().map(|(name, value)| (name.to_owned(), value.into())).collect();
    Ok(Map::from_iter([
        ("signature".to_owned(), signed.signature().to_string().into()),
        ("fields".to_owned(), fields.into()),
    ]))
}

fn sign_request(case: &Value) -> Result<Map<String, Value>, Box<dyn Error>> {
    let url = &case["url"];
    let origin = origin(url)?;
    let query = pairs(&url["query"], "query")?;
    let headers = pairs(&case["headers"], "headers")?;
    let unsigned = names(&case["unsigned_headers"])?;
    let request = Request::new(text(case, "method")?, &origin, text(url, "path")?)?
        .with_query(&query)
        .with_headers(&headers)
        .with_unsigned_headers(&unsigned)
        .allow_dot_segments();
    let payload = PayloadHash::parse(text(&case["payload"], "hash")?)?;
    let now = Timestamp::parse(text(case, "timestamp")?)?;
    let signer = signer(case, now)?;

    let mut answer = Map::new();
    let mut put = |name: &str, value: String| answer.insert(name.to_owned(), value.into());
    match text(case, "kind")? {
        "chunked" => return chunked(case, &request, &signer, now),
        "header" => {
            let canonical = signer.canonical_request(&request, payload, now)?;
            let signed = signer.sign(&request, payload, now)?;
            put("canonical_request", canonical.to_string());
            put("string_to_sign", StringToSign::new(&canonical).to_string());
            put("signature", signed.signature().to_string());
            put("signed_headers", canonical.signed_headers().to_string());
            put("authorization", signed.authorization().to_owned());
        }
        _ => {
            let expires = case["expires"].as_u64().ok_or("expires is not a whole number of seconds")?;
            let expires = Duration::from_secs(expires);
            let canonical = signer.canonical_link_payload(&request, payload, expires, now)?;
            let link = signer.presign_payload(&request, payload, expires, now)?;
            let (_, signature) = link.url().rsplit_once("X-Amz-Signature=").ok_or("the link has no signature")?;
            put("canonical_request", canonical.to_string());
            put("string_to_sign", StringToSign::new(&canonical).to_string());
            put("signature", signature.to_owned());
            put("signed_headers", canonical.signed_headers().to_string());
            put("url", link.url().to_owned());
        }
    }
    Ok(answer)
}

fn chunked(
    case: &Value,
    request: &Request<'_>,
    signer: &Signer,
    now: Timestamp,
) -> Result<Map<String, Value>, Box<dyn Error>> {
    let body = body(&case["body"])?;
    let trailers = pairs(&case["trailers"], "trailers")?;
    let announced: Vec<_> = trailers.iter().map(|(name, value)| (*name, value.len())).collect();
    let chunk_size = case["chunk_size"].as_u64().ok_or("chunk_size is no whole number")?.try_into()?;
    let framing = match text(case, "mode")? {
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER" => ChunkedBody::unsigned(body.len() as u64),
        _ => ChunkedBody::signed(body.len() as u64),
    };
    // A body of one chunk may be as short as it likes.
    let framing = framing.with_chunk_size(if body.len() <= chunk_size { chunk_size.max(8192) } else { chunk_size })?;
    let framing = framing.with_trailers(&announced)?;
    if framing.payload_hash().as_str() != text(case, "mode")? {
        return Err(format!("the mode {} does not go with these trailers", text(case, "mode")?).into());
    }

    let signed = signer.sign_chunked(request, &framing, now)?;
    let seed = signed.signature().to_string();
    let mut chunks = signed.into_chunks();
    let (mut signatures, mut sent) = (Vec::new(), Vec::new());
    for chunk in body.chunks(chunk_size) {
        let head = chunks.chunk(chunk)?;
        signatures.extend(head.as_str().split_once("=").map(|(_, signature)| signature.trim_end().to_owned()));
        sent.extend_from_slice(head.as_bytes());
        sent.extend_from_slice(chunk);
        sent.extend_from_slice(b"\r\n");
    }
    let end = chunks.finish(&trailers)?;
    let first_line = end.lines().next().unwrap_or_default();
    signatures.extend(first_line.split_once("=").map(|(_, signature)| signature.to_owned()));
    let trailer = end.lines().find_map(|line| line.strip_prefix("x-amz-trailer-signature:"));
    sent.extend_from_slice(end.as_bytes());
    if sent.len() as u64 != framing.framed_length() {
        return Err(format!("{} bytes were sent, {} announced", sent.len(), framing.framed_length()).into());
    }
    let answer = json!({
        "seed_signature": seed,
        "chunk_signatures": signatures,
        "trailer_signature": trailer,
        "encoded_length": framing.framed_length(),
        "encoded_sha256": PayloadHash::of(&sent).as_str(),
    });
    Ok(answer.as_object().cloned().unwrap_or_default())
}

/// A byte so many times, or the SHA-256 of a seed and a counter, joined and cut.
fn body(body: &Value) -> Result<Vec<u8>, Box<dyn Error>> {
    let length = body["len"].as_u64().ok_or("body.len is no whole number")?.try_into()?;
    if let Some(byte) = body["byte"].as_u64() {
        return Ok(vec![u8::try_from(byte)?; length]);
    }
    let seed = body["seed"].as_u64().ok_or("body has neither a byte nor a seed")?;
    let mut bytes = Vec::new();
    for i in 0_u64.. {
        if bytes.len() >= length {
            break;
        }
        let block = [seed.to_be_bytes(), i.to_be_bytes()].concat();
        bytes.extend(hex::decode(PayloadHash::of(&block).as_str())?);
    }
    bytes.truncate(length);
    Ok(bytes)
}

fn credentials(case: &Value) -> Result<Credentials, Box<dyn Error>> {
    let credentials = Credentials::new(text(case, "access_key")?, text(case, "secret_key")?)?;
    if case["session_token"].is_null() {
        return Ok(credentials);
    }
    Ok(credentials.with_session_token(text(case, "session_token")?)?)
}

fn signer(case: &Value, now: Timestamp) -> Result<Signer, Box<dyn Error>> {
    Ok(Signer::for_service(credentials(case)?, service(case)?, text(case, "region")?, now)?)
}

fn service(case: &Value) -> Result<Service, Box<dyn Error>> {
    let on = |option: &str| {
        case["options"][option].as_bool().ok_or_else(|| format!("options.{option} is neither true nor false"))
    };
    Ok(Service::new(text(case, "service")?.to_owned())?
        .with_path_encoding(if on("double_encode")? { PathEncoding::Twice } else { PathEncoding::Once })
        .with_path_normalization(match on("normalize_path")? {
            true => PathNormalization::Normalized,
            false => PathNormalization::AsSent,
        })
        .with_content_sha256(match on("sign_body_header")? {
            true => ContentSha256::Signed,
            false => ContentSha256::Omitted,
        }))
}

fn origin(url: &Value) -> Result<String, Box<dyn Error>> {
    let (scheme, host) = (text(url, "scheme")?, text(url, "host")?);
    let host = if host.contains(':') && !host.starts_with('[') { format!("[{host}]") } else { host.to_owned() };
    Ok(match url["port"].as_u64() {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    })
}

fn text<'a>(object: &'a Value, field: &str) -> Result<&'a str, Box<dyn Error>> {
    object[field].as_str().ok_or_else(|| format!("{field} is no text").into())
}

fn pairs<'a>(list: &'a Value, field: &str) -> Result<Vec<(&'a str, &'a str)>, Box<dyn Error>> {
    let pair = |pair: &'a Value| Some((pair.get(0)?.as_str()?, pair.get(1)?.as_str()?));
    let list = list.as_array().ok_or_else(|| format!("{field} is no list"))?;
    list.iter().map(pair).collect::<Option<_>>().ok_or_else(|| format!("{field} is no list of pairs of texts").into())
}

fn names(list: &Value) -> Result<Vec<&str>, Box<dyn Error>> {
    let names = list.as_array().into_iter().flatten().map(Value::as_str);
    names.collect::<Option<_>>().ok_or_else(|| "unsigned_headers is no list of texts".into())
}
