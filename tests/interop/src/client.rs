//! Sends a request as it stands: path and query untouched, no redirect, no second try, no header beyond what HTTP asks.

use crate::report::{Failure, Outcome};
use http::header::{HOST, HeaderMap, HeaderValue};
use http::uri::Authority;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::Duration;
use ureq::{Agent, SendBody};

/// A request with its body, as it goes out.
pub type Wire = http::Request<Vec<u8>>;

pub struct Client {
    agent: Agent,
    /// Where every request goes, whatever host it names.
    address: Authority,
}

impl Client {
    pub fn new(address: Authority) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .max_idle_connections(0)
            .proxy(None)
            .user_agent("")
            .accept("")
            .accept_encoding("")
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { agent: config.new_agent(), address }
    }

    pub fn send(&self, wire: &Wire) -> Outcome<Answer> {
        take(describe(wire), self.exchange(wire.clone()))
    }

    /// The same with a body that is read while it is sent. Its length is the request's own `content-length`.
    pub fn send_read(&self, wire: &Wire, body: &mut dyn Read) -> Outcome<Answer> {
        let aimed = self.aimed(wire.clone());
        let answer = aimed.and_then(|wire| Ok(self.agent.run(wire.map(|_| SendBody::from_reader(body)))?));
        take(describe(wire), answer)
    }

    fn exchange(&self, wire: Wire) -> Outcome<http::Response<ureq::Body>> {
        let wire = self.aimed(wire)?;
        let has_body = matches!(wire.method().as_str(), "PUT" | "POST") || !wire.body().is_empty();
        Ok(if has_body { self.agent.run(wire)? } else { self.agent.run(wire.map(|_| ()))? })
    }

    /// The request with the server's address in its URL, and with the host that it names.
    fn aimed(&self, mut wire: Wire) -> Outcome<Wire> {
        let mut uri = wire.uri().clone().into_parts();
        let named = uri.authority.replace(self.address.clone()).ok_or("the URL has no host")?;
        *wire.uri_mut() = uri.try_into()?;
        if named != self.address && !wire.headers().contains_key(HOST) {
            wire.headers_mut().insert(HOST, HeaderValue::from_str(named.as_str())?);
        }
        Ok(wire)
    }
}

fn take(sent: String, answer: Outcome<http::Response<ureq::Body>>) -> Outcome<Answer> {
    let answer = answer.map_err(|failure| Failure::silence(format!("sent {sent}; no answer: {}", failure.text())))?;
    let (parts, body) = answer.into_parts();
    let status = parts.status.as_u16();
    let body = body
        .into_with_config()
        .limit(64 << 20)
        .read_to_vec()
        .map_err(|error| Failure::silence(format!("sent {sent}; answer {status} broke off: {error}")))?;
    Ok(Answer { sent, status, headers: parts.headers, body })
}

/// What the server said, and what it was asked.
pub struct Answer {
    sent: String,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn has_status(&self, expected: &[u16]) -> Outcome<&Self> {
        if expected.contains(&self.status) { Ok(self) } else { Err(self.wrong(&format!("status {expected:?}"))) }
    }

    pub fn has_body(&self, expected: &[u8]) -> Outcome<&Self> {
        if self.body == expected { Ok(self) } else { Err(self.wrong(&format!("the body {}", excerpt(expected)))) }
    }

    pub fn has_header(&self, name: &str, expected: &[u8]) -> Outcome<&Self> {
        let found = self.headers.get(name).map(HeaderValue::as_bytes);
        if found == Some(expected) {
            return Ok(self);
        }
        Err(self.wrong(&format!("{name}: {}, found {:?}", excerpt(expected), found.map(excerpt))))
    }

    /// The entity tag of what was stored.
    pub fn tag(&self) -> Outcome<String> {
        let tag = self.has_status(&[200])?.headers.get("etag").ok_or_else(|| self.wrong("an entity tag"))?;
        Ok(tag.to_str()?.to_owned())
    }

    pub fn text(&self) -> Outcome<&str> {
        std::str::from_utf8(&self.body).map_err(|_| self.wrong("a body in UTF-8"))
    }

    /// An error that says what was expected of this answer.
    pub fn wrong(&self, expected: &str) -> Failure {
        let Self { sent, status, body, .. } = self;
        Failure::answer(format!("expected {expected}; sent {sent}; answered {status} {}", excerpt(body)), *status)
    }
}

/// Proves that the client does what this file promises, on a socket of our own.
pub fn check(target: &str) -> Outcome {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let server = thread::spawn(move || first_lines(&listener));
    let wire = http::Request::get(format!("http://bucket.example:1{target}")).body(Vec::new())?;
    Client::new(address.to_string().parse()?).send(&wire)?.has_status(&[200])?;
    let lines = server.join().map_err(|_| "the listening thread panicked")??;
    let expected = [format!("GET {target} HTTP/1.1"), "host: bucket.example:1".to_owned()];
    if lines == expected { Ok(()) } else { Err(format!("expected {expected:?}, found {lines:?}").into()) }
}

/// The head of the one request that comes, which is answered with 200.
fn first_lines(listener: &TcpListener) -> Result<Vec<String>, std::io::Error> {
    let (stream, _): (_, SocketAddr) = listener.accept()?;
    stream.set_read_timeout(Some(Duration::from_secs(5)))?;
    let lines = BufReader::new(&stream).lines().take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty()));
    let lines = lines.collect::<Result<_, _>>()?;
    (&stream).write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")?;
    Ok(lines)
}

fn describe(wire: &Wire) -> String {
    let headers: Vec<_> = wire.headers().iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    format!("{} {} {headers:?} {}", wire.method(), wire.uri(), excerpt(wire.body()))
}

fn excerpt(bytes: &[u8]) -> String {
    let end = if bytes.len() > 400 { "…" } else { "" };
    format!("{:?}{end}", String::from_utf8_lossy(&bytes[..bytes.len().min(400)]))
}
