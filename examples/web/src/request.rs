//! What is to be signed.

use crate::value::{self, error};
use alloc::string::String;
use alloc::vec::Vec;
use js_sys::Uint8Array;
use s3_sigv4::{Error, PayloadHash, Request};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "SignableRequest")]
    pub type SignableRequest;

    #[wasm_bindgen(method, getter, structural, catch)]
    fn method(this: &SignableRequest) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, structural, catch)]
    fn url(this: &SignableRequest) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, structural, catch)]
    fn headers(this: &SignableRequest) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, structural, catch)]
    fn body(this: &SignableRequest) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, structural, catch)]
    fn payload(this: &SignableRequest) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, getter, structural, catch, js_name = dotSegments)]
    fn dot_segments(this: &SignableRequest) -> Result<JsValue, JsValue>;
}

/// A request as JavaScript gave it.
pub struct Parts {
    method: Option<String>,
    url: String,
    headers: Vec<(String, String)>,
}

impl Parts {
    pub fn read(request: &SignableRequest) -> Result<Self, JsValue> {
        if !request.is_object() {
            return Err(js_sys::TypeError::new("the request is not an object").into());
        }
        Ok(Self {
            method: value::text(request.method()?, "method")?,
            url: value::required(request.url()?, "url")?,
            headers: value::pairs(&request.headers()?, "a header")?,
        })
    }

    /// What is signed for the body, which is empty if nothing is said.
    pub fn payload(&self, request: &SignableRequest) -> Result<PayloadHash, JsValue> {
        if let Some(payload) = value::text(request.payload()?, "payload")? {
            return PayloadHash::parse(&payload).map_err(error);
        }
        let body = request.body()?;
        if let Some(bytes) = body.dyn_ref::<Uint8Array>() {
            return Ok(PayloadHash::of(&bytes.to_vec()));
        }
        Ok(value::text(body, "body")?.map_or(PayloadHash::EMPTY, |text| PayloadHash::of(text.as_bytes())))
    }

    pub fn method(&self) -> &str {
        self.method.as_deref().unwrap_or("GET")
    }

    /// Hands the request to `run`, with what is borrowed for it.
    pub fn with<T>(&self, run: impl FnOnce(&Request<'_>) -> Result<T, Error>) -> Result<T, JsValue> {
        let headers = value::borrowed(&self.headers);
        let request = Request::from_url(self.method(), &self.url).map_err(error)?;
        run(&request.with_headers(&headers)).map_err(error)
    }

    /// The same for a link. Whether a dot segment is allowed is asked only where the URL may have one.
    pub fn with_link<T>(
        &self,
        asked: &SignableRequest,
        run: impl FnOnce(&Request<'_>) -> Result<T, Error>,
    ) -> Result<T, JsValue> {
        let may_have = self.url.as_bytes().windows(2).any(|pair| pair == b"/." || pair == b"/%");
        let allowed = may_have && value::text(asked.dot_segments()?, "dotSegments")?.as_deref() == Some("allowed");
        self.with(|request| if allowed { run(&request.allow_dot_segments()) } else { run(request) })
    }

    /// The headers that this link has signed, but for the host that its URL names anyway.
    pub fn sent_with<'a>(&'a self, link: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        let names = link.split('&').find_map(|pair| pair.strip_prefix("X-Amz-SignedHeaders=")).unwrap_or_default();
        let names = names.split('%').map(|name| name.strip_prefix("3B").unwrap_or(name));
        let signed = move |name: &str| names.clone().any(|signed| signed.eq_ignore_ascii_case(name));
        let headers = self.headers.iter().map(|(name, value)| (&**name, &**value));
        headers.filter(move |(name, _)| !name.eq_ignore_ascii_case("host") && signed(name))
    }
}
