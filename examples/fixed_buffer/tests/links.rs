//! AWS's documented link in the buffer, and what happens where it does not fit.

use fixed_buffer::Fixed;
use s3_sigv4::{Bucket, Credentials, Error, Signer, Timestamp};

const DOCUMENTED: &str = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256\
    &X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z\
    &X-Amz-Expires=86400&X-Amz-SignedHeaders=host\
    &X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";

#[test]
fn the_documented_link_fits_to_the_byte() {
    assert_eq!(presign::<{ DOCUMENTED.len() }>(), Ok(DOCUMENTED.into()));
    assert_eq!(presign::<{ DOCUMENTED.len() - 1 }>(), Err((Error::Write, String::new())));
    assert_eq!(presign::<0>(), Err((Error::Write, String::new())));
}

fn presign<const N: usize>() -> Result<String, (Error, String)> {
    let now = Timestamp::parse("20130524T000000Z").expect("an instant");
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    let signer = Signer::new(credentials.expect("AWS's example keys"), "us-east-1", now).expect("a signer");
    let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket").expect("AWS's example bucket");
    let mut buffer = Fixed::<N>::new();
    let signed = buffer.presign(&signer, &bucket.get("test.txt").expect("a request"), now).map(str::to_owned);
    signed.map_err(|error| (error, buffer.as_str().to_owned()))
}
