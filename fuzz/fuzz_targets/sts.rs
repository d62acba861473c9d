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
        // Three times 240 characters, of which an escaped one takes up to ten.
        let most = if text.contains('\\') { 8_192 } else { 800 };
        assert!(text.chars().all(|c| !c.is_control()) && text.chars().count() < most, "{text}");
    }
    let endpoint = ConsoleEndpoint::aws("us-east-1").unwrap();
    if let Ok(session) = &session {
        let keys = GetSigninToken::new(session.credentials());
        let request = keys.map(|keys| keys.request(&endpoint, now()).map(|request| request.url().is_ascii()));
        assert_ne!(request, Ok(Ok(false)));
    }
    // What is visible of any answer could be a token.
    let visible: String = body.iter().filter(|byte| byte.is_ascii_graphic()).map(|byte| char::from(*byte)).collect();
    let any = SigninToken::parse(&format!("{{\"SigninToken\":{visible:?}}}"), now());
    for token in [token, any].into_iter().flatten() {
        // With the four parameters that it should have.
        let link = endpoint.link(&token, "https://console.aws.amazon.com", "a").unwrap();
        assert!(link.url().is_ascii() && link.url().matches(['&', '#', '+']).count() == 3);
    }
});
