//! What is signed is accepted by the verifier, as a link and with headers, unless another token is expected.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::VerifyError;
use shared::Sent;

fuzz_target!(|input: (bool, &[u8])| {
    let (s3, text) = input;
    let sent = Sent::of(text, s3);
    for incoming in &sent.both {
        let verified = sent.verified(incoming);
        assert!(verified.is_ok(), "{verified:?}: {incoming:?}");
    }
    let Some(sent) = sent.with_another_token(text.len()) else { return };
    for incoming in &sent.both {
        assert_eq!(sent.verified(incoming), Err(VerifyError::TokenMismatch), "{incoming:?}");
    }
});
