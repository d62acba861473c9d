//! Says why a server refused a request, by its answer alone:
//!
//! ```sh
//! curl -s "$link" | cargo run --features explain --example explain
//! ```
//!
//! Given the canonical request as well, which whoever signs has at hand, it finds the first line that differs:
//! `ErrorResponse::explain`.

use s3_sigv4::ErrorResponse;
use std::io::{self, Read};

fn main() -> io::Result<()> {
    let mut body = Vec::new();
    io::stdin().read_to_end(&mut body)?;
    println!("{}", ErrorResponse::new(&body).explain_alone());
    Ok(())
}
