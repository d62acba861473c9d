//! Any text as an address: never a panic, little memory; and what is read as a URL is written as it was.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::{Bucket, Endpoint, Request, region_of_host};
use shared::bounded;

fuzz_target!(|text: &str| {
    bounded(text.len(), (8, 4096), || {
        if let Ok(request) = Request::from_url("GET", text) {
            let url = request.url().to_string();
            assert_eq!(Request::from_url("GET", &url).expect("a URL").url().to_string(), url);
        }
        if let Ok(endpoint) = Endpoint::parse(text) {
            let _ =
                Bucket::path_style(&endpoint, "bucket").map(|bucket| bucket.get("key").map(|it| it.url().to_string()));
            assert_eq!(Endpoint::parse(&endpoint.to_string()), Ok(endpoint));
        }
        let _ = (Bucket::from_arn(text), Bucket::check_name(text), region_of_host(text));
        let _ = Bucket::virtual_hosted(text, "bucket");
    });
});
