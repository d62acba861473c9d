//! The floor: what no signer that uses `sha2` and `hmac` can go below, because AWS defines the bytes to be hashed.

use crate::fixture::{HOST, LIFETIME, NOW, Site};
use hmac::{Hmac, KeyInit, Mac};
use s3_sigv4::{CanonicalRequest, PayloadHash, Request, StringToSign};
use sha2::{Digest, Sha256};
use std::hint::black_box;

/// `sha2` over a canonical request and `hmac`, its key at hand, over a string to sign.
pub struct Floor {
    canonical_request: Vec<u8>,
    string_to_sign: Vec<u8>,
    mac: Hmac<Sha256>,
}

impl Floor {
    pub fn of_link(site: &Site, request: &Request<'_>) -> Self {
        Self::new(site, &site.signer.canonical_link(request, LIFETIME, site.now).expect(HOST))
    }

    pub fn of_request(site: &Site, request: &Request<'_>, payload: PayloadHash) -> Self {
        Self::new(site, &site.signer.canonical_request(request, payload, site.now).expect(HOST))
    }

    fn new(site: &Site, canonical: &CanonicalRequest<'_>) -> Self {
        Self {
            canonical_request: canonical.to_string().into(),
            string_to_sign: StringToSign::new(canonical).to_string().into(),
            mac: Hmac::new_from_slice(&site.key_bytes()).expect("any length will do"),
        }
    }

    pub fn run(&self) -> ([u8; 32], [u8; 32]) {
        let hash = Sha256::digest(black_box(&self.canonical_request));
        let mut mac = self.mac.clone();
        mac.update(black_box(&self.string_to_sign));
        (hash.into(), mac.finalize().into_bytes().into())
    }

    /// The hash is the last line of the string to sign, and the other is the signature in `text`.
    pub fn check(&self, result: &([u8; 32], [u8; 32]), text: &str) {
        assert!(self.string_to_sign.ends_with(hex(&result.0).as_bytes()), "the floor hashes another request");
        assert!(text.contains(&hex(&result.1)), "the floor signs something else");
    }
}

/// Four HMACs, each with a key of its own.
pub fn derive(secret: &[u8], date: &[u8], region: &[u8]) -> [u8; 32] {
    [date, region, b"s3", b"aws4_request"]
        .into_iter()
        .fold(None, |key: Option<[u8; 32]>, text| {
            let mut mac =
                Hmac::<Sha256>::new_from_slice(key.as_ref().map_or(secret, |key| key)).expect("any length will do");
            mac.update(text);
            Some(mac.finalize().into_bytes().into())
        })
        .expect("four texts")
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The date of AWS's examples, as `derive` takes it.
pub fn day() -> &'static str {
    &NOW[..8]
}
