//! Uploads an object and reads it back with `ureq`, signing each request by the `Authorization` header.
//!
//! ```sh
//! export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_REGION=us-east-1 AWS_ENDPOINT_URL=http://127.0.0.1:9000
//! cargo run --example upload -- photos cat.txt "hello, world"
//! ```
//!
//! Any HTTP client does that sends the path as it is given. For `https://` endpoints give `ureq` its TLS feature.

use s3_sigv4::{Bucket, Credentials, PayloadHash, Signer, Timestamp};
use std::env;
use std::error::Error;
use std::process::ExitCode;
use std::time::Duration;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [bucket, key, text] = arguments.as_slice() else { return Err("usage: upload BUCKET KEY TEXT".into()) };
    let region = required("AWS_REGION")?;
    let credentials = Credentials::new(required("AWS_ACCESS_KEY_ID")?, required("AWS_SECRET_ACCESS_KEY")?)?;
    let credentials = match env::var("AWS_SESSION_TOKEN") {
        Ok(token) if !token.is_empty() => credentials.with_session_token(token)?,
        _ => credentials,
    };
    let bucket = Bucket::path_style(required("AWS_ENDPOINT_URL")?, bucket)?;
    let now = Timestamp::now();
    let signer = Signer::new(credentials, &region, now)?;

    // The URL and the signed headers come from the same request.
    let put = bucket.put(key)?.with_headers(&[("content-type", "text/plain; charset=utf-8")]);
    let signed = signer.sign(&put, PayloadHash::of(text.as_bytes()), now)?;
    let mut request = ureq::put(put.url().to_string()).header("content-type", "text/plain; charset=utf-8");
    for (name, value) in signed.headers() {
        request = request.header(name, value);
    }
    println!("PUT: {}", request.send(text)?.status());

    // A link needs no headers at all.
    let link = signer.presign(&bucket.get(key)?, Duration::from_secs(60), now)?;
    println!("GET: {}", ureq::get(link.url()).call()?.body_mut().read_to_string()?);
    Ok(())
}

fn required(name: &str) -> Result<String, String> {
    env::var(name).map_err(|_| format!("{name} is not set"))
}
