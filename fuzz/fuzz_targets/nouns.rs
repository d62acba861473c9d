//! Any text as a key, a scope, a signature, a payload hash, a name: an error, or what prints as it was read.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::{ContentDisposition, CredentialScope, Credentials, PayloadHash, Signature, SigningKey};
use shared::bounded;

fuzz_target!(|text: &str| {
    bounded(text.len(), (16, 4096), || {
        let _ = SigningKey::import(text).map(|key| assert_eq!(&*key.export(), text));
        let _ = CredentialScope::parse(text).map(|scope| assert_eq!(scope.to_string(), text));
        let _ = Signature::parse(text).map(|signature| assert_eq!(signature.to_string(), text));
        let _ = PayloadHash::parse(text).map(|payload| assert_eq!(payload.to_string(), text));
        let _ = Credentials::new(text, text).map(|it| it.with_session_token(text));
        let quoted = ContentDisposition::attachment(text).map(|value| value.as_str().is_ascii());
        assert!(quoted.unwrap_or(true));
    });
});
