//! Any bytes as STS's answer or the federation endpoint's: little memory, an error in printable text of bounded length,
//! and what is read signs and makes a link.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::sts::{CallerIdentity, ConsoleEndpoint, GetSigninToken, Session, SigninToken, StsError};
use shared::bounded;
use shared::util::now;

fuzz_target!(|body: &[u8]| {
    let (session, identity, token) = bounded(body.len(), (80, 16_384), || {
        (Session::parse(body), CallerIdentity::parse(body), SigninToken::parse(body, now()))
    });
    let refused = [session.as_ref().err(), identity.as_ref().err(), token.as_ref().err()];
    for text in refused.into_iter().flatten().map(StsError::to_string) {
        assert!(text.chars().all(|c| !c.is_control()) && text.len() < 8_192, "{text}");
    }
    let endpoint = ConsoleEndpoint::aws("us-east-1").unwrap();
    if let Ok(session) = &session {
        let keys = GetSigninToken::new(session.credentials());
        let request = keys.map(|keys| keys.request(&endpoint, now()).map(|request| request.url().is_ascii()));
        assert_ne!(request, Ok(Ok(false)));
    }
    if let Ok(token) = token {
        assert!(endpoint.link(&token, "https://console.aws.amazon.com", "a").unwrap().url().is_ascii());
    }
});
