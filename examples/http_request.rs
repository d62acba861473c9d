//! Signs an `http::Request` in place, as hyper, reqwest, ureq and tower pass it around.
//!
//! ```sh
//! cargo run --example http_request --features http
//! ```

use s3_sigv4::{Credentials, PayloadHash, Signer, Timestamp};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let now = Timestamp::parse("20130524T000000Z")?;
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    let signer = Signer::new(credentials, "us-east-1", now)?;

    // The URI is an encoded one, so a key has to be encoded for it: `test$file.text`.
    let mut request = http::Request::put("https://examplebucket.s3.amazonaws.com/test%24file.text")
        .header("date", "Fri, 24 May 2013 00:00:00 GMT")
        .header("x-amz-storage-class", "REDUCED_REDUNDANCY")
        .body("Welcome to Amazon S3.")?;
    let payload = PayloadHash::of(request.body().as_bytes());
    signer.sign_http(&mut request, payload, now)?;

    for (name, value) in request.headers() {
        println!("{name}: {}", value.to_str()?);
    }
    Ok(())
}
