//! Sessions: who one is, AssumeRole and its kin, then the session's credentials and its token for S3, to the session's
//! end.

use crate::chunked;
use crate::client::{Answer, Wire};
use crate::forms;
use crate::refusals::{parameter, refusal, replaced, with_header, with_other_end, without_header};
use crate::report::{Outcome, Report};
use crate::site::{Call, MINUTE, Shell, Site, variable, wire};
use crate::xml;
use s3_sigv4::sts::{
    AssumeRole, CallerIdentity, GetCallerIdentity, GetFederationToken, GetSessionToken, HttpRequest, Operation,
    StsEndpoint, StsError,
};
use s3_sigv4::{
    Claim, Credentials, Lifetime, Limit, PayloadHash, Request, Service, SessionToken, Signer, SigningKey, Timestamp,
    Verifier, VerifyError, sts,
};
use std::thread;
use std::time::Duration;

/// What AssumeRole gave.
struct Session {
    access_key: String,
    secret_key: String,
    token: String,
    signer: Signer,
}

type Accepted = fn(&Site, &Session) -> Outcome;
type Twin = fn(&Site, &Session, &Session) -> Outcome<Wire>;

const ACCEPTED: &[(&str, Accepted)] = &[
    ("put by header", |site, session| {
        let wire = Call::put(KEY, BODY).signed(&site.bucket, &session.signer, Timestamp::now())?;
        site.client.send(&wire)?.has_status(&[200]).map(drop)
    }),
    ("get by link", |site, session| has_object(&site.client.send(&link(site, &session.signer)?)?)),
    ("get by header", |site, session| has_object(&site.client.send(&signed(site, session)?)?)),
    ("get by http::Request, signed twice", |site, session| {
        let mut wire = Call::new("GET", KEY).signed_in_place(&site.bucket, &session.signer, Timestamp::now())?;
        session.signer.sign_http(&mut wire, PayloadHash::EMPTY, Timestamp::now())?;
        has_object(&site.client.send(&wire)?)
    }),
    ("get by a link with parameters around the token", |site, session| {
        let query = [("response-content-type", "text/plain"), ("X-Amz-Sea", "1"), ("X-Amz-Sez", "2"), ("a", "")];
        let call = Call::new("GET", KEY).with_query(&query);
        has_object(&site.client.send(&call.link(&site.bucket, &session.signer, MINUTE, Timestamp::now())?)?)
    }),
    ("get by an imported key", |site, session| {
        let now = Timestamp::now();
        let mut signer = session.signer.clone();
        signer.renew(now)?;
        let key = SigningKey::import(&signer.key().export())?;
        let signer = Signer::from_key(&session.access_key, Some(&session.token), key)?;
        has_object(&site.client.send(&link(site, &signer)?)?)
    }),
    ("signed chunks", |site, session| chunked::upload(site, &session.signer)),
    ("a form", |site, session| forms::send(site, &forms::fill(site, &session.signer)?)),
    ("a link ends with the session", |site, session| {
        let request = site.bucket.get(KEY)?;
        let link = session.signer.presign(&request, Lifetime::LONGEST, Timestamp::now())?;
        if link.limited_by() != Limit::Credentials {
            return Err(format!("the link is limited by {:?}", link.limited_by()).into());
        }
        has_object(&site.client.send(&wire("GET", link.url(), &[], b"")?)?)
    }),
];

const REFUSED: &[(&str, Twin)] = &[
    ("a link without its token", |site, session, _| {
        let wire = link(site, &session.signer)?;
        let token = parameter(&wire, TOKEN_PARAMETER)?;
        replaced(wire, &token, "")
    }),
    ("a link with another session's token", |site, session, other| {
        let (wire, other) = (link(site, &session.signer)?, link(site, &other.signer)?);
        let (token, other) = (parameter(&wire, TOKEN_PARAMETER)?, parameter(&other, TOKEN_PARAMETER)?);
        replaced(wire, &token, &other)
    }),
    ("a link with a byte of its token changed", |site, session, _| {
        let wire = link(site, &session.signer)?;
        let token = parameter(&wire, TOKEN_PARAMETER)?;
        replaced(wire, &token, &with_other_end(&token))
    }),
    ("a link signed with another session's token", |site, session, other| {
        link(site, &signer(site, session, &other.token, Service::S3)?)
    }),
    ("a link whose token is not signed", |site, session, _| {
        let service = Service::S3.with_session_token(SessionToken::AddedAfterwards);
        link(site, &signer(site, session, &session.token, service)?)
    }),
    ("a link of a lasting key with a session's token", |site, session, _| {
        let credentials =
            Credentials::new(&*site.access_key, &*site.secret_key)?.with_session_token(&*session.token)?;
        link(site, &Signer::new(credentials, &site.region, Timestamp::now())?)
    }),
    ("a link with another session's secret", |site, session, other| {
        let credentials = Credentials::new(&*session.access_key, &*other.secret_key)?;
        let credentials = credentials.with_session_token(&*session.token)?;
        link(site, &Signer::new(credentials, &site.region, Timestamp::now())?)
    }),
    ("a header signature without its token", |site, session, _| without_header(signed(site, session)?, TOKEN)),
    ("a header signature with another session's token", |site, session, other| {
        with_header(signed(site, session)?, TOKEN, &other.token)
    }),
    ("a header signature with a byte of its token changed", |site, session, _| {
        with_header(signed(site, session)?, TOKEN, &with_other_end(&session.token))
    }),
    ("a form without its token", |site, session, _| forms::fill(site, &session.signer)?.without(TOKEN)?.wire()),
    ("a form with another session's token", |site, session, other| {
        forms::fill(site, &session.signer)?.with(TOKEN, &other.token).wire()
    }),
    ("a form signed with another session's token", |site, session, other| {
        forms::fill(site, &signer(site, session, &other.token, Service::S3)?)?.wire()
    }),
    ("a form with a byte of its token changed", |site, session, _| {
        forms::fill(site, &session.signer)?.with(TOKEN, &with_other_end(&session.token)).wire()
    }),
    ("AssumeRole under another secret", |site, _, _| {
        let credentials = Credentials::new(&*site.access_key, with_other_end(&site.secret_key))?;
        on_its_way(&assume_role(&signer_of(site, credentials)?)?)
    }),
    ("AssumeRole with another body", |_, session, _| {
        let mut wire = on_its_way(&assume_role(&session.signer)?)?;
        wire.body_mut().extend(b"&DurationSeconds=900");
        Ok(wire)
    }),
];

/// What STS does besides: by the site's own keys.
const OPERATIONS: &[(&str, Accepted)] = &[
    ("who the user is", |site, _| who_am_i(site, &site.signer, "user/interop")),
    ("who the user is, by curl", |site, _| {
        let answer = Shell::new()?.run(&ask(&site.signer, &GetCallerIdentity)?.curl().to_string())?;
        let identity = CallerIdentity::parse(&answer)?;
        if identity.arn().ends_with("user/interop") { Ok(()) } else { Err(identity.arn().into()) }
    }),
    ("who the session is", |site, session| who_am_i(site, &session.signer, "assumed-role/InteropRole/interop")),
    ("a role of a role", |site, session| {
        let (_, chained) = session_of(site, &assume_role(&session.signer)?)?;
        has_object(&site.client.send(&link(site, &signer_of(site, chained.into_credentials())?)?)?)
    }),
    ("GetFederationToken", |site, _| {
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
        let jane = GetFederationToken::new("Jane")?.with_policy(policy)?.with_duration(Duration::from_secs(900))?;
        let (answer, session) = session_of(site, &ask(&site.signer, &jane)?)?;
        if !session.arn().is_some_and(|arn| arn.ends_with(":federated-user/Jane")) {
            return Err(answer.wrong("Jane's ARN"));
        }
        has_object(&site.client.send(&link(site, &signer_of(site, session.into_credentials())?)?)?)
    }),
    ("GetSessionToken", |site, _| {
        let (_, session) = session_of(site, &ask(&site.signer, &GetSessionToken::new())?)?;
        has_object(&site.client.send(&link(site, &signer_of(site, session.into_credentials())?)?)?)
    }),
    ("a refusal is read", |site, _| {
        let role = AssumeRole::new("arn:aws:iam::000000000000:role/NoSuchRole", "interop")?;
        let answer = site.client.send(&on_its_way(&ask(&site.signer, &role)?)?)?;
        match sts::Session::parse(&answer.has_status(&[400, 403, 404])?.body) {
            Err(StsError::Refused(refusal)) if refusal.code() == "AccessDenied" => Ok(()),
            _ => Err(answer.wrong("STS's AccessDenied")),
        }
    }),
    ("a link is refused after its session's end", after_the_end),
    ("a link is refused after its session's end by our own verifier", after_the_end_here),
];

/// Nothing to do for a server without STS.
pub fn run(site: &Site, report: &mut Report) {
    if variable("STS_ENDPOINT").is_err() {
        println!("no STS_ENDPOINT: no checks of sessions");
        return;
    }
    let sessions = begin(site).and_then(|one| Ok((one, begin(site)?)));
    let (session, other) = match sessions {
        Ok(sessions) => sessions,
        Err(failure) => {
            report.check("session", "AssumeRole", Err(failure));
            return;
        }
    };
    report.check("session", "AssumeRole", Ok(()));
    for (case, accepted) in ACCEPTED {
        report.check("session", case, accepted(site, &session));
    }
    for (case, twin) in REFUSED {
        let answer = twin(site, &session, &other).and_then(|wire| site.client.send(&wire));
        report.check("refused session", case, answer.and_then(|answer| refusal(&answer)));
    }
    for (case, operation) in OPERATIONS {
        report.check("session", case, operation(site, &session));
    }
    report.check("session", "get by link", has_object_by_link(site, &session));
}

fn begin(site: &Site) -> Outcome<Session> {
    let (answer, session) = session_of(site, &assume_role(&site.signer)?)?;
    if !session.arn().is_some_and(|arn| arn.ends_with(":assumed-role/InteropRole/interop")) {
        return Err(answer.wrong("the session's ARN"));
    }
    // The library does not give the secret out, and the twins want another one.
    let field = |name| xml::text(answer.text()?, name).ok_or_else(|| answer.wrong(name));
    let (access_key, secret_key, token) = (field("AccessKeyId")?, field("SecretAccessKey")?, field("SessionToken")?);
    Ok(Session { access_key, secret_key, token, signer: signer_of(site, session.into_credentials())? })
}

/// What STS answers, read by the library.
fn session_of(site: &Site, request: &HttpRequest) -> Outcome<(Answer, sts::Session)> {
    let answer = site.client.send(&on_its_way(request)?)?;
    let session = sts::Session::parse(&answer.has_status(&[200])?.body)?;
    Ok((answer, session))
}

fn who_am_i(site: &Site, signer: &Signer, expected: &str) -> Outcome {
    let answer = site.client.send(&on_its_way(&ask(signer, &GetCallerIdentity)?)?)?;
    let identity = CallerIdentity::parse(&answer.has_status(&[200])?.body)?;
    if identity.arn().ends_with(expected) { Ok(()) } else { Err(answer.wrong(expected)) }
}

/// A session of two seconds. No STS of AWS's gives one, nor does the library ask for it, so it is asked for by hand;
/// SeaweedFS, which wants 900 seconds at least, refuses.
fn short_session(site: &Site) -> Outcome<sts::Session> {
    let (now, endpoint, role) = (Timestamp::now(), variable("STS_ENDPOINT")?, variable("ROLE_ARN")?);
    let body =
        format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=interop&RoleArn={role}&DurationSeconds={SHORT}");
    let content_type = [("content-type", "application/x-www-form-urlencoded")];
    let request = Request::new("POST", &endpoint, "/")?.with_headers(&content_type);
    let signer = site.signer.clone().with_service(Service::new("sts")?)?;
    let signed = signer.sign(&request, PayloadHash::of(body.as_bytes()), now)?;
    let headers: Vec<_> = content_type.into_iter().chain(signed.headers()).collect();
    let answer = site.client.send(&wire("POST", &format!("{endpoint}/"), &headers, body.as_bytes())?)?;
    Ok(sts::Session::parse(&answer.has_status(&[200])?.body)?)
}

fn after_the_end(site: &Site, _: &Session) -> Outcome {
    let session = short_session(site)?;
    let ends = session.expiration();
    let signer = signer_of(site, session.into_credentials())?;
    let link = signer.presign(&site.bucket.get(KEY)?, MINUTE, Timestamp::now())?;
    if (link.valid_until(), link.limited_by()) != (ends, Limit::Credentials) {
        return Err(format!("the link ends at {}, its session at {ends}", link.valid_until()).into());
    }
    let link = wire("GET", link.url(), &[], b"")?;
    has_object(&site.client.send(&link)?)?;
    // The server counts in parts of a second.
    thread::sleep(Duration::from_secs(SHORT + 1));
    refusal(&site.client.send(&link)?)?;
    match signer.presign(&site.bucket.get(KEY)?, MINUTE, Timestamp::now()) {
        Err(s3_sigv4::Error::CredentialsExpired { .. }) => Ok(()),
        other => Err(format!("after the session's end: {other:?}").into()),
    }
}

/// What stands in where a server's sessions are too long to wait for: the same link, at the instants themselves.
fn after_the_end_here(site: &Site, _: &Session) -> Outcome {
    let (_, session) = session_of(site, &assume_role(&site.signer)?)?;
    let (ends, credentials) = (session.expiration(), session.into_credentials());
    let last = Timestamp::from_unix(ends.unix() - 1)?;
    let request = site.bucket.get(KEY)?;
    let link = Signer::new(credentials.clone(), &site.region, last)?.presign(&request, MINUTE, last)?;
    has_object_at(&link, &credentials, site, last).map_err(|error| error.to_string())?;
    match has_object_at(&link, &credentials, site, ends) {
        Err(VerifyError::CredentialsExpired { expired, .. }) if expired == ends => Ok(()),
        other => Err(format!("at the session's end: {other:?}").into()),
    }
}

fn has_object_at(
    link: &s3_sigv4::Presigned,
    credentials: &Credentials,
    site: &Site,
    now: Timestamp,
) -> Result<(), VerifyError> {
    let (host, target) = link.url().trim_start_matches("http://").split_once('/').unwrap_or_default();
    let target = format!("/{target}");
    let request = Request::received("GET", host, &target)?.with_headers(&[]);
    Verifier::new(&*site.region).verify(Claim::parse(&request)?, credentials, now).map(drop)
}

fn assume_role(signer: &Signer) -> Outcome<HttpRequest> {
    let role = variable("ROLE_ARN")?;
    ask(signer, &AssumeRole::new(&role, "interop")?.with_duration(Duration::from_secs(3600))?)
}

fn ask(signer: &Signer, operation: &impl Operation) -> Outcome<HttpRequest> {
    let endpoint = StsEndpoint::custom(&variable("STS_ENDPOINT")?)?;
    Ok(signer.sign_sts(operation, &endpoint, Timestamp::now())?)
}

fn on_its_way(request: &HttpRequest) -> Outcome<Wire> {
    let headers: Vec<_> = request.headers().collect();
    wire(request.method(), request.url(), &headers, request.body().as_bytes())
}

fn signer_of(site: &Site, credentials: Credentials) -> Outcome<Signer> {
    Ok(Signer::new(credentials, &site.region, Timestamp::now())?)
}

fn signer(site: &Site, session: &Session, token: &str, service: Service) -> Outcome<Signer> {
    let credentials = Credentials::new(&*session.access_key, &*session.secret_key)?.with_session_token(token)?;
    Ok(Signer::for_service(credentials, service, &site.region, Timestamp::now())?)
}

fn link(site: &Site, signer: &Signer) -> Outcome<Wire> {
    Call::new("GET", KEY).link(&site.bucket, signer, MINUTE, Timestamp::now())
}

fn signed(site: &Site, session: &Session) -> Outcome<Wire> {
    Call::new("GET", KEY).signed(&site.bucket, &session.signer, Timestamp::now())
}

fn has_object_by_link(site: &Site, session: &Session) -> Outcome {
    has_object(&site.client.send(&link(site, &session.signer)?)?)
}

fn has_object(answer: &Answer) -> Outcome {
    answer.has_status(&[200])?.has_body(BODY)?;
    Ok(())
}

const TOKEN: &str = "x-amz-security-token";
const TOKEN_PARAMETER: &str = "&X-Amz-Security-Token";
/// Seconds.
const SHORT: u64 = 2;
const KEY: &str = "session/é + %.txt";
const BODY: &[u8] = b"of a session";
