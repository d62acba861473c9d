//! Signs the link of AWS's documents into 512 bytes: in this folder
//!
//! ```sh
//! cargo run                                  # on this machine
//! cargo run --target thumbv7em-none-eabi     # on a Cortex-M4 in QEMU, with 16 KiB of heap, closed before it signs
//! ```

#![cfg_attr(target_os = "none", no_std, no_main)]

#[cfg(target_os = "none")]
mod board;

use fixed_buffer::Fixed;
use s3_sigv4::{Bucket, Credentials, Error, Signer, Timestamp};

/// `close_heap` is called when everything that needs the heap is made; `print` gets each link.
fn links(close_heap: impl Fn(), print: impl Fn(&str)) -> Result<(), Error> {
    let now = Timestamp::parse("20130524T000000Z")?; // a board has it from its clock, or from whom it talks to
    let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")?;
    let signer = Signer::new(credentials, "us-east-1", now)?;
    let bucket = Bucket::virtual_hosted("https://s3.amazonaws.com", "examplebucket")?;
    close_heap();

    let mut url = Fixed::<512>::new();
    for key in ["test.txt", "photos/cat & dog.jpg"] {
        print(url.presign(&signer, &bucket.get(key)?, now)?);
    }
    Ok(())
}

#[cfg(not(target_os = "none"))]
fn main() -> Result<(), Error> {
    links(|| (), |url| println!("{url}"))
}
