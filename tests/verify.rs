//! What is received is verified, or refused for the right reason.

mod util;

use core::time::Duration;
use s3_sigv4::{Claim, PayloadHash, Request, Verifier, VerifyError};
use util::{at, bucket, credentials, now, signer};

#[test]
fn what_is_signed_is_verified() {
    let link = signer().presign(&bucket().get("test.txt").expect("a request"), Duration::from_secs(900), now());
    let link = link.expect("a link");
    let target = link.url().strip_prefix("https://examplebucket.s3.amazonaws.com").expect("the host");
    let request = Request::received("GET", "examplebucket.s3.amazonaws.com", target).expect("a request");
    let claim = Claim::parse(&request).expect("a claim");
    let verified = Verifier::new("us-east-1").verify(claim, &credentials(), now()).expect("verified");
    assert_eq!(verified.valid_until(), Some(at("20130524T001500Z")));
    assert_eq!(verified.payload(), PayloadHash::UNSIGNED);

    let request = Request::received("HEAD", "examplebucket.s3.amazonaws.com", target).expect("a request");
    let claim = Claim::parse(&request).expect("a claim");
    let refused = Verifier::new("us-east-1").verify(claim, &credentials(), now()).expect_err("another method");
    assert_eq!(refused, VerifyError::SignatureMismatch);
}
