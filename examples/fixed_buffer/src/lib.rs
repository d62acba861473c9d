//! Links into a buffer of fixed size, without an allocation for any of them.
//!
//! What needs the heap, once: a [`Signer`] (it owns its credentials and the key of a day, encoded as they stand in a
//! link) and a [`Bucket`](s3_sigv4::Bucket) (its host and path). What does not: [`Signer::presign_to`] and
//! [`Signer::sign_to`] by S3's rules, on the day of the signer's key, and the [`Request`] that they take. On another
//! UTC day the call derives a key, and keeps it on the heap while it runs; [`Signer::renew`] does so once.

#![no_std]
#![forbid(unsafe_code)]

use core::fmt;
use core::str;
use core::time::Duration;
use s3_sigv4::{Error, Request, Signer, Timestamp};

/// A text of at most `N` bytes.
pub struct Fixed<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Fixed<N> {
    pub const fn new() -> Self {
        Self { bytes: [0; N], length: 0 }
    }

    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.bytes[..self.length]).expect("whole texts were written, one behind the other")
    }

    /// Signs a link in place of what is in the buffer. A link that does not fit is [`Error::Write`], and leaves the
    /// buffer empty: half of a link is none.
    pub fn presign(&mut self, signer: &Signer, request: &Request<'_>, now: Timestamp) -> Result<&str, Error> {
        self.length = 0;
        let signed = signer.presign_to(self, request, Duration::from_secs(86400), now);
        if signed.is_err() {
            self.length = 0;
        }
        signed.map(|_| self.as_str())
    }
}

impl<const N: usize> Default for Fixed<N> {
    fn default() -> Self {
        Self::new()
    }
}

impl<const N: usize> fmt::Write for Fixed<N> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let rest = self.bytes.get_mut(self.length..self.length + text.len()).ok_or(fmt::Error)?;
        rest.copy_from_slice(text.as_bytes());
        self.length += text.len();
        Ok(())
    }
}
