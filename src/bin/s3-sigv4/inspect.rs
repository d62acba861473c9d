use crate::args::Received;
use crate::context::{Context, extended, read, read_once};
use crate::failure::Failure;
use crate::message::Message;
use crate::operation::{borrowed, headers};
use s3_sigv4::{Inspection, State};
use serde_json::{Value, json};
use std::io::{self, Write};
use zeroize::Zeroizing;

pub(crate) fn run(args: &Received, context: &Context) -> Result<(), Failure> {
    context.refuse_address("what is read")?;
    if context.region().is_some() {
        return Err(Failure::Usage("inspect tells what was signed: --region is for verify".into()));
    }
    // They are no part of what is read here, but a secret among them has been told.
    headers(&args.headers, &None)?;
    let input = Input::read(args, context)?;
    let inspection = match &input {
        Input::Link(link) => match &args.method {
            Some(method) => Inspection::of_link(link).with_method(method),
            None => Inspection::of_link(link),
        },
        Input::Request(message) => {
            Inspection::of_request(&message.method, &message.target, &borrowed(&message.headers))
        }
    };
    let now = context.now;
    let mut out = io::stdout().lock();
    if context.json() {
        writeln!(out, "{}", json(&inspection, context))?;
    } else {
        write!(out, "{}", inspection.report_at(now))?;
        if inspection.has_session_token() {
            writeln!(out, "  but    {SESSION}")?;
        }
        writeln!(out, "  not checked: the signature (verify does)")?;
    }
    out.flush()?;
    match inspection.state_at(now) {
        Some(State::Over) => Err(Failure::No("it is over".into())),
        Some(State::Wrong) => Err(Failure::No("it is not good as it stands".into())),
        Some(State::NotYet) => Err(Failure::No("it is not good yet".into())),
        _ if inspection.findings().is_empty() => Ok(()),
        _ => Err(Failure::No("something looks wrong with it".into())),
    }
}

const SESSION: &str = "it ends with the session that signed it, if that is earlier";

/// A link, or a request with headers.
pub(crate) enum Input {
    Link(String),
    Request(Message),
}

impl Input {
    pub(crate) fn read(args: &Received, context: &Context) -> Result<Self, Failure> {
        let link = Some(args.link.clone().unwrap_or_else(|| "-".into()));
        read_once(&[&link, &args.headers_from, context.credentials_from()])?;
        if let Some(link) = args.link.as_ref().filter(|link| *link != "-") {
            return Ok(Self::Link(link.clone()));
        }
        let bytes = read("-")?;
        let text = bytes.trim_ascii();
        if text.starts_with(b"http://") || text.starts_with(b"https://") {
            let link = std::str::from_utf8(text).map_err(|_| Failure::Refused("standard input is not UTF-8".into()))?;
            let links = link.lines().filter(|line| line.starts_with("http://") || line.starts_with("https://")).count();
            if links > 1 {
                return Err(Failure::Refused(format!("standard input has {links} links, and one is read at a time")));
            }
            return Ok(Self::Link(link.to_owned()));
        }
        let message = Message::parse(&bytes, "standard input")?;
        if args.method.is_some() || args.headers_from.is_some() || !args.headers.is_empty() {
            return Err(Failure::Usage("the request on standard input has its own method and headers".into()));
        }
        Ok(Self::Request(message))
    }

    /// The link as the request that it makes.
    pub(crate) fn into_message(self, args: &Received) -> Result<Message, Failure> {
        let link = match self {
            Self::Request(message) => return Ok(message),
            Self::Link(link) => link,
        };
        used(&link, args.method.as_deref().unwrap_or("GET"), headers(&args.headers, &args.headers_from)?)
    }
}

/// The request that a link makes with this method and these headers.
pub(crate) fn used(
    link: &str,
    method: &str,
    mut headers: Vec<(String, Zeroizing<String>)>,
) -> Result<Message, Failure> {
    let rest = link.split_once("://").map(|(_, rest)| rest).unwrap_or_default();
    let (host, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    if host.is_empty() {
        return Err(Failure::Refused("a link starts with https:// or http:// and a host".into()));
    }
    // The default port is not part of what was signed.
    let default = if link.starts_with("https:") { ":443" } else { ":80" };
    let host = host.strip_suffix(default).unwrap_or(host);
    // Unless it was signed for another one.
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        headers.push(("host".into(), host.to_owned().into()));
    }
    let slash = if target.starts_with('/') { "" } else { "/" };
    Ok(Message { method: method.to_owned(), target: format!("{slash}{target}"), headers, body: Vec::new() })
}

fn json(inspection: &Inspection, context: &Context) -> Value {
    let list = |texts: &mut dyn Iterator<Item = &str>| texts.map(Value::from).collect::<Value>();
    let scope = inspection.scope();
    let state = inspection.state_at(context.now).map(|state| match state {
        State::NotYet => "not yet",
        State::Good => "good",
        State::Over => "over",
        State::Wrong => "wrong",
    });
    json!({
        "method": inspection.method(),
        "target": inspection.target(),
        "access_key_id": inspection.access_key_id(),
        "session": inspection.has_session_token(),
        "warning": inspection.has_session_token().then_some(SESSION),
        "region": scope.map(|scope| scope.region()),
        "service": scope.map(|scope| scope.service()),
        "dated": inspection.dated().map(extended),
        "valid_from": inspection.valid_from().map(extended),
        "valid_until": inspection.valid_until().map(extended),
        "state": state,
        "signed_headers": list(&mut inspection.signed_headers()),
        "parameters": list(&mut inspection.parameters()),
        "payload": inspection.payload(),
        "findings": inspection.findings().iter().map(|finding| Value::from(finding.to_string())).collect::<Value>(),
    })
}
