//! Signs links in a place that never holds the secret: an edge worker that is given each day's key.
//!
//! ```sh
//! cargo run --example export_key
//! ```

use s3_sigv4::{Bucket, Credentials, Error, Signer, SigningKey, Timestamp};
use std::time::Duration;

fn main() -> Result<(), Error> {
    let now = Timestamp::parse("20130524T000000Z")?;

    // Where the secret is, once a day:
    let text = {
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
        Signer::new(credentials, "us-east-1", now)?.key().export()
    };

    // At the edge, with this line of text as its only secret:
    let signer = Signer::from_key("AKIAIOSFODNN7EXAMPLE", None, SigningKey::import(&text)?)?;
    let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    let link = signer.presign(&bucket.get("test.txt")?, Duration::from_secs(86400), now)?;
    println!("{link}");

    // The next day it signs nothing, rather than something wrong.
    let tomorrow = now.plus(Duration::from_secs(86400))?;
    let error = signer.presign(&bucket.get("test.txt")?, Duration::from_secs(60), tomorrow).unwrap_err();
    println!("{error}");
    assert!(matches!(error, Error::KeyOfAnotherDay { .. }));
    Ok(())
}
