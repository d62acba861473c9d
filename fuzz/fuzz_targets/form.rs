//! Any form, and any policy that was signed: no panic, little memory; what is accepted is not with a field more.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use s3_sigv4::{PostClaim, Verifier};
use shared::util::now;
use shared::{bounded, signer};

fuzz_target!(|text: &str| {
    // Fields, an empty line, a policy.
    let (fields, policy) = text.split_once("\n\n").unwrap_or((text, ""));
    let (signer, verifier, fields) = (signer(true), Verifier::new("us-east-1"), shared::pairs(fields, '\n'));
    let verify = |fields: &[(&str, &str)]| {
        let claim = PostClaim::parse("examplebucket", fields, "cat.jpg")?;
        verifier.verify_post(claim, signer.key(), now()).map(|verified| verified.fields().count())
    };
    bounded(text.len(), (64, 16_384), || assert!(verify(&fields).is_err()));
    let Ok(signed) = signer.sign_policy(&STANDARD.encode(policy), now()) else { return };
    let mut fields = fields.clone();
    signed.fields().for_each(|(name, value)| fields.push((name, value)));
    if bounded(text.len(), (64, 16_384), || verify(&fields).is_ok()) {
        fields.push(("unheard-of", "1"));
        assert!(verify(&fields).is_err());
    }
});
