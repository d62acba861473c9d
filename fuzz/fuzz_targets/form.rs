//! A form that fits its policy is accepted, and not with one change; any form, any policy: no panic, little memory.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use s3_sigv4::{PostClaim, Verifier};
use shared::util::now;
use shared::{Fitting, bounded, owned, pairs, signer};

fuzz_target!(|input: (u8, u8, &str)| {
    let (how, at, text) = input;
    // Fields, and behind an empty line any policy.
    let (lines, policy) = text.split_once("\n\n").unwrap_or((text, ""));
    let (any, fitting) = (owned(&pairs(lines, '\n')), Fitting::of(lines));
    assert!(!accepted(&any));
    if accepted(&signed(&any, policy)) {
        let more = [&any[..], &[("unheard-of".into(), "1".into())]].concat();
        assert!(!accepted(&signed(&more, policy)));
    }
    assert!(accepted(&signed(&fitting.fields(), &fitting.policy())));
    assert!(!accepted(&signed(&fitting.changed(how, at), &fitting.policy())));
});

fn signed(fields: &[(String, String)], policy: &str) -> Vec<(String, String)> {
    let signed = signer(true).sign_policy(&STANDARD.encode(policy), now());
    let signed = signed.iter().flat_map(|signed| signed.fields()).collect::<Vec<_>>();
    [fields, &owned(&signed)].concat()
}

fn accepted(fields: &[(String, String)]) -> bool {
    let fields: Vec<_> = fields.iter().map(|(name, value)| (&**name, &**value)).collect();
    let length = fields.iter().map(|(name, value)| name.len() + value.len()).sum();
    let (key, verifier) = (signer(true).key().clone(), Verifier::new("us-east-1"));
    bounded(length, (64, 16_384), || {
        let claim = PostClaim::parse("examplebucket", &fields, "cat.jpg");
        claim.is_ok_and(|claim| verifier.verify_post(claim, &key, now()).is_ok())
    })
}
