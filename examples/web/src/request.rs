//! What is to be signed.

use crate::value::{self, Texts, error, in_pairs};
use alloc::vec::Vec;
use s3_sigv4::{Error, PayloadHash, Request};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "SignableRequest")]
    pub type SignableRequest;
}

#[wasm_bindgen(module = "/src/boundary.js")]
extern "C" {
    #[wasm_bindgen(js_name = readRequest)]
    fn read_request(request: &SignableRequest) -> i32;

    #[wasm_bindgen(js_name = readBody)]
    fn read_body(request: &SignableRequest) -> i32;
}

/// A request as JavaScript gave it.
pub struct Parts(Texts);

impl Parts {
    pub fn read(request: &SignableRequest) -> Result<Self, JsValue> {
        Texts::taken(read_request(request)).map(Self)
    }

    pub fn borrow(&self) -> Borrowed<'_> {
        let mut texts = self.0.iter();
        let mut next = || texts.next().unwrap_or_default();
        Borrowed {
            method: next(),
            url: next(),
            payload: next().strip_prefix('='),
            dot_segments: next() == "allowed",
            headers: in_pairs(texts),
        }
    }
}

/// The same by its parts.
pub struct Borrowed<'a> {
    pub method: &'a str,
    url: &'a str,
    payload: Option<&'a str>,
    dot_segments: bool,
    headers: Vec<(&'a str, &'a str)>,
}

impl<'a> Borrowed<'a> {
    /// What is signed for the body, which is empty if nothing is said.
    pub fn payload(&self, request: &SignableRequest) -> Result<PayloadHash, JsValue> {
        match self.payload {
            Some(payload) => PayloadHash::parse(payload).map_err(error),
            None => Ok(value::taken(read_body(request))?.map_or(PayloadHash::EMPTY, |body| PayloadHash::of(&body))),
        }
    }

    /// The request, for a link as well.
    pub fn request(&self) -> Result<Request<'_>, Error> {
        let request = Request::from_url(self.method, self.url)?.with_headers(&self.headers);
        Ok(if self.dot_segments { request.allow_dot_segments() } else { request })
    }

    /// The headers that this link has signed, but for the host that its URL names anyway.
    pub fn sent_with(&self, link: &str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let query = link.rsplit_once('?').map_or("", |(_, query)| query);
        let names = query.split('&').find_map(|pair| pair.strip_prefix("X-Amz-SignedHeaders=")).unwrap_or_default();
        let signed = move |name: &str| names.split("%3B").any(|signed| is_encoded(name, signed));
        let headers = self.headers.iter().copied();
        headers.filter(move |(name, _)| !name.eq_ignore_ascii_case("host") && signed(name))
    }
}

/// Whether this is what a link writes for the name of a header, in lower case and percent-encoded.
fn is_encoded(name: &str, mut written: &str) -> bool {
    for byte in name.bytes().map(|byte| byte.to_ascii_lowercase()) {
        let (one, rest) = match written.as_bytes() {
            [b'%', high, low, ..] => (digit(*high) << 4 | digit(*low), &written[3..]),
            [one, ..] => (*one, &written[1..]),
            [] => return false,
        };
        if one != byte {
            return false;
        }
        written = rest;
    }
    written.is_empty()
}

fn digit(digit: u8) -> u8 {
    char::from(digit).to_digit(16).unwrap_or_default() as u8
}
