//! Prints a link to an object.
//!
//! With nothing configured it is the one of AWS's documents:
//!
//! ```sh
//! cargo run --example presign
//! ```
//!
//! and with keys in the environment one that works now, for 15 minutes:
//!
//! ```sh
//! export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=… AWS_REGION=eu-west-1   # and AWS_SESSION_TOKEN for a session
//! cargo run --example presign -- s3://photos/2024/cat.jpg
//! ```
//!
//! `AWS_ENDPOINT_URL` names a server other than Amazon's; its buckets are addressed by path.

use s3_sigv4::{Bucket, Credentials, Presigned, Signer, Timestamp};
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
    let link = match env::args().nth(1) {
        Some(address) => link_to(&address)?,
        None => documented_link()?,
    };
    println!("{link}");
    eprintln!("good from {:#} until {:#}", link.valid_from(), link.valid_until());
    Ok(())
}

/// The example of <https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html>.
fn documented_link() -> Result<Presigned, Box<dyn Error>> {
    let now = Timestamp::parse("20130524T000000Z")?;
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    let signer = Signer::new(credentials, "us-east-1", now)?;
    let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    Ok(signer.presign(&bucket.get("test.txt")?, Duration::from_secs(86400), now)?)
}

fn link_to(address: &str) -> Result<Presigned, Box<dyn Error>> {
    let (bucket, key) =
        address.strip_prefix("s3://").and_then(|rest| rest.split_once('/')).ok_or("usage: presign s3://bucket/key")?;
    let region = required("AWS_REGION")?;
    let mut credentials = Credentials::new(required("AWS_ACCESS_KEY_ID")?, required("AWS_SECRET_ACCESS_KEY")?)?;
    if let Some(token) = optional("AWS_SESSION_TOKEN") {
        credentials = credentials.with_session_token(token)?;
    }
    let bucket = match optional("AWS_ENDPOINT_URL") {
        Some(endpoint) => Bucket::path_style(&endpoint, bucket)?,
        None => Bucket::aws(&region, bucket)?,
    };
    let now = Timestamp::now();
    let signer = Signer::for_service(credentials, bucket.service().clone(), &region, now)?;
    Ok(signer.presign(&bucket.get(key)?, Duration::from_secs(900), now)?)
}

fn required(name: &str) -> Result<String, String> {
    optional(name).ok_or_else(|| format!("{name} is not set"))
}

/// A variable that is set to nothing counts as not set, as AWS's own tools have it.
fn optional(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
