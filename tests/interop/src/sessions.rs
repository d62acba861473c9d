//! Sessions: AssumeRole by the general rules, then the session's credentials and its token for S3.

use crate::chunked;
use crate::client::{Answer, Wire};
use crate::forms;
use crate::refusals::{parameter, refusal, replaced, with_header, with_other_end, without_header};
use crate::report::{Outcome, Report};
use crate::site::{Call, MINUTE, Site, variable, wire};
use crate::xml;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use s3_sigv4::{
    Credentials, Lifetime, Limit, PayloadHash, Request, Service, SessionToken, Signer, SigningKey, Timestamp,
};

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
        sts(site, credentials, "sts", &assume_role()?)
    }),
    ("AssumeRole with another body", |site, session, _| {
        let credentials = Credentials::new(&*session.access_key, &*session.secret_key)?;
        let mut wire = sts(site, credentials.with_session_token(&*session.token)?, "sts", &assume_role()?)?;
        wire.body_mut().extend(b"&DurationSeconds=900");
        Ok(wire)
    }),
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
    report.check("session", "who the session is", who_am_i(site, &session));
    for (case, accepted) in ACCEPTED {
        report.check("session", case, accepted(site, &session));
    }
    for (case, twin) in REFUSED {
        let answer = twin(site, &session, &other).and_then(|wire| site.client.send(&wire));
        report.check("refused session", case, answer.and_then(|answer| refusal(&answer)));
    }
    report.check("session", "get by link", has_object_by_link(site, &session));
}

fn begin(site: &Site) -> Outcome<Session> {
    let credentials = Credentials::new(&*site.access_key, &*site.secret_key)?;
    let answer = site.client.send(&sts(site, credentials, "sts", &assume_role()?)?)?;
    let text = answer.has_status(&[200])?.text()?;
    let field = |name| xml::text(text, name).ok_or_else(|| answer.wrong(name));
    let (access_key, secret_key) = (field("AccessKeyId")?, field("SecretAccessKey")?);
    let (token, expiration) = (field("SessionToken")?, field("Expiration")?);
    let credentials = Credentials::new(&*access_key, &*secret_key)?
        .with_session_token(&*token)?
        .with_expiration(Timestamp::parse(&basic_format(&expiration))?);
    let signer = Signer::new(credentials, &site.region, Timestamp::now())?;
    Ok(Session { access_key, secret_key, token, signer })
}

fn who_am_i(site: &Site, session: &Session) -> Outcome {
    let credentials =
        Credentials::new(&*session.access_key, &*session.secret_key)?.with_session_token(&*session.token)?;
    let body = "Action=GetCallerIdentity&Version=2011-06-15";
    let answer = site.client.send(&sts(site, credentials, "sts", body)?)?;
    match answer.has_status(&[200])?.text()?.contains("assumed-role/InteropRole/") {
        true => Ok(()),
        false => Err(answer.wrong("the session's role")),
    }
}

/// A form posted to STS, signed by the general rules.
fn sts(site: &Site, credentials: Credentials, service: &'static str, body: &str) -> Outcome<Wire> {
    let (now, endpoint) = (Timestamp::now(), variable("STS_ENDPOINT")?);
    let signer = Signer::for_service(credentials, Service::new(service)?, &site.region, now)?;
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
    let given = headers.clone();
    let request = Request::new("POST", &endpoint, "/")?.with_headers(&given);
    let signed = signer.sign(&request, PayloadHash::of(body.as_bytes()), now)?;
    for (name, value) in signed.headers() {
        headers.push((name, value));
    }
    wire("POST", &format!("{endpoint}/"), &headers, body.as_bytes())
}

fn assume_role() -> Outcome<String> {
    let role = variable("ROLE_ARN")?;
    let role = utf8_percent_encode(&role, NON_ALPHANUMERIC);
    Ok(format!("Action=AssumeRole&Version=2011-06-15&RoleSessionName=interop&RoleArn={role}"))
}

/// `2013-05-24T00:00:00.000Z` as `20130524T000000Z`.
fn basic_format(instant: &str) -> String {
    let seconds = instant.split(['.', 'Z', '+']).next().unwrap_or_default();
    seconds.replace(['-', ':'], "") + "Z"
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
const KEY: &str = "session/é + %.txt";
const BODY: &[u8] = b"of a session";
