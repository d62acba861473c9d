//! The console's sign-in from start to end, against a stand-in on loopback for AWS's federation endpoint, which no
//! emulator has. It is written from AWS's page alone, takes nothing that the page does not name, and checks the request.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_enable-console-custom-url.html>
#![cfg(feature = "sts")]

mod util;

use core::time::Duration;
use s3_sigv4::sts::{ConsoleEndpoint, GetSigninToken, HttpRequest, Session, SigninToken};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;
use util::now;

const ANSWER: &str = include_str!("vectors/sts/assume-role.xml");
const SIGNIN_TOKEN: &str = "VCQgs5qZZt3Q6fn8Tr5EXAMPLEmLnwB7JjUc-SHwnUUWabcRdnWsi4DBn-dvC+/=";
const DESTINATION: &str = "https://console.aws.amazon.com/s3/buckets/photos?region=eu-west-1&tab=objects#a%20b";

/// Answers so many requests: 200 with a token, 302 to the destination, or 400 with a page.
fn stand_in(requests: usize) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming().take(requests) {
            let mut stream = stream.expect("a connection");
            let answer = match parameters(&mut stream).and_then(|given| answer(&given)) {
                Ok(answer) => answer,
                Err(reason) => {
                    let page = format!("<html><body><h1>HTTP Status 400 - {reason}</h1></body></html>");
                    format!(
                        "400 Bad Request\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}",
                        page.len()
                    )
                }
            };
            write!(stream, "HTTP/1.1 {}", answer.replacen("\r\n", "\r\nconnection: close\r\n", 1)).expect("an answer");
        }
    });
    format!("http://{address}")
}

/// The form, from the query of a `GET` or the body of a `POST`.
fn parameters(stream: &mut TcpStream) -> Result<BTreeMap<String, String>, String> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length, mut form) = (String::new(), 0, false);
    reader.read_line(&mut head).expect("a request line");
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).expect("a header");
        let line = line.trim().to_ascii_lowercase();
        match line.split_once(": ") {
            Some(("content-length", value)) => length = value.parse().expect("a length"),
            Some(("content-type", value)) => form = value == "application/x-www-form-urlencoded",
            Some(("authorization", _)) => return Err("signed".into()),
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let [method, target, _] = *head.split(' ').collect::<Vec<_>>() else { return Err("no request line".into()) };
    let text = match (method, target.split_once('?')) {
        ("GET", Some(("/federation", query))) if body.is_empty() => query.to_owned(),
        ("POST", None) if form && target == "/federation" => String::from_utf8(body).expect("ASCII"),
        _ => return Err(format!("{method} {target}")),
    };
    let mut given = BTreeMap::new();
    for pair in text.split('&') {
        let (name, value) = pair.split_once('=').ok_or("a parameter without a value")?;
        if given.insert(decoded(name)?, decoded(value)?).is_some() {
            return Err(format!("{name} twice"));
        }
    }
    Ok(given)
}

/// As Python's `unquote_plus`, which goes with the `quote_plus` of AWS's example, and stricter.
fn decoded(text: &str) -> Result<String, String> {
    let (mut bytes, mut rest) = (Vec::new(), text.bytes());
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digits = [rest.next().unwrap_or(0), rest.next().unwrap_or(0)];
                let digits = std::str::from_utf8(&digits).map_err(|error| error.to_string())?;
                bytes.push(u8::from_str_radix(digits, 16).map_err(|error| error.to_string())?);
            }
            _ if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => bytes.push(byte),
            _ => return Err(format!("{} is not encoded", char::from(byte))),
        }
    }
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn answer(given: &BTreeMap<String, String>) -> Result<String, String> {
    let parameter = |name: &str| given.get(name).map(String::as_str).ok_or(format!("no {name}"));
    let names: Vec<_> = given.keys().map(String::as_str).collect();
    match parameter("Action")? {
        "getSigninToken" => {
            if let Some(seconds) = given.get("SessionDuration") {
                let seconds: u32 = seconds.parse().map_err(|_| "SessionDuration")?;
                (900..=43_200).contains(&seconds).then_some(()).ok_or("SessionDuration")?;
            } else {
                assert_eq!(names, ["Action", "Session"]);
            }
            let session: serde_json::Value =
                serde_json::from_str(parameter("Session")?).map_err(|error| error.to_string())?;
            let token: String = (1..6).map(|line| ANSWER.lines().nth(10 + line).expect("a line").trim()).collect();
            let expected = serde_json::json!({
                "sessionId": "ASIAIOSFODNN7EXAMPLE",
                "sessionKey": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPLEKEY",
                "sessionToken": token,
            });
            if session != expected {
                return Err("Invalid credentials parameter".into());
            }
            let body = serde_json::json!({ "SigninToken": SIGNIN_TOKEN }).to_string();
            Ok(format!("200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len()))
        }
        "login" if names == ["Action", "Destination", "Issuer", "SigninToken"] => {
            if parameter("SigninToken")? != SIGNIN_TOKEN || parameter("Issuer")? != "https://example.com/sign in" {
                return Err("Invalid token".into());
            }
            Ok(format!("302 Found\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n", parameter("Destination")?))
        }
        action => Err(format!("{action} with {names:?}")),
    }
}

fn send(request: &HttpRequest) -> (u16, String) {
    let agent = agent();
    let answer = match request.method() {
        "GET" => agent.get(request.url()).call(),
        _ => {
            let post =
                request.headers().fold(agent.post(request.url()), |post, (name, value)| post.header(name, value));
            post.send(request.body())
        }
    };
    let mut answer = answer.expect("an answer");
    (answer.status().as_u16(), answer.body_mut().read_to_string().expect("text"))
}

fn agent() -> ureq::Agent {
    ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None).build().new_agent()
}

#[test]
fn from_a_session_to_the_console() {
    let endpoint = ConsoleEndpoint::custom(stand_in(6)).expect("an endpoint");
    let session = Session::parse(ANSWER).expect("a session");
    let keys = GetSigninToken::new(session.credentials()).expect("a session");
    let long = keys.with_session_duration(Duration::from_secs(43_200)).expect("a duration");
    let mut tokens = Vec::new();
    for request in [keys.request(&endpoint, now()), long.request(&endpoint, now()), long.form_request(&endpoint, now())]
    {
        let (status, body) = send(&request.expect("a request"));
        assert_eq!(status, 200, "{body}");
        tokens.push(SigninToken::parse(&body, now()).expect("a token"));
    }

    let link = endpoint.link(&tokens[2], DESTINATION, "https://example.com/sign in").expect("a link");
    let answer = agent().get(link.url()).call().expect("an answer");
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["location"]),
        (302, &DESTINATION.parse().expect("a value"))
    );

    // Another token, and another session's keys.
    let other = SigninToken::parse("{\"SigninToken\":\"another\"}", now()).expect("a token");
    let link = endpoint.link(&other, DESTINATION, "https://example.com/sign in").expect("a link");
    assert_eq!(agent().get(link.url()).call().expect("an answer").status(), 400);
    let other = util::session();
    let (status, page) =
        send(&GetSigninToken::new(&other).expect("a session").request(&endpoint, now()).expect("a request"));
    assert_eq!(status, 400);
    let message = SigninToken::parse(&page, now()).expect_err("a page").to_string();
    assert_eq!(message, "the answer is an HTML page, where {\"SigninToken\":\"…\"} was expected");
}
