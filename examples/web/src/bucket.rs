//! Addresses of objects.

use crate::value::{self, Pairs, error};
use alloc::string::{String, ToString};
use wasm_bindgen::prelude::*;

/** A bucket's address, which makes URLs of raw keys. */
#[wasm_bindgen]
pub struct Bucket(pub(crate) s3_sigv4::Bucket);

#[wasm_bindgen]
impl Bucket {
    /** A bucket of Amazon S3 in this region, or of a relative that its name tells. */
    #[cfg(feature = "full")]
    pub fn aws(name: &str, region: &str) -> Result<Bucket, JsValue> {
        s3_sigv4::Bucket::aws(region, name).map(Self).map_err(error)
    }

    /** The name in front of the endpoint's host. */
    #[wasm_bindgen(js_name = virtualHosted)]
    pub fn virtual_hosted(endpoint: &str, name: &str) -> Result<Bucket, JsValue> {
        s3_sigv4::Bucket::virtual_hosted(endpoint, name).map(Self).map_err(error)
    }

    /** The name in front of the key, as most servers other than Amazon's have it. */
    #[wasm_bindgen(js_name = pathStyle)]
    pub fn path_style(endpoint: &str, name: &str) -> Result<Bucket, JsValue> {
        s3_sigv4::Bucket::path_style(endpoint, name).map(Self).map_err(error)
    }

    /** The region to sign for, where the address tells. */
    #[cfg(feature = "full")]
    #[wasm_bindgen(getter)]
    pub fn region(&self) -> Option<String> {
        self.0.region().map(Into::into)
    }

    /** The service to sign for. */
    #[cfg(feature = "full")]
    #[wasm_bindgen(getter)]
    pub fn service(&self) -> String {
        self.0.service().name().into()
    }

    /** The URL of an object: the key is taken as it is and encoded here, and so is the query. */
    pub fn url(&self, key: &str, query: Option<Pairs>) -> Result<String, JsValue> {
        self.write(self.0.get(key).map_err(error)?, query)
    }

    /** The URL of the bucket itself, for a listing for instance. */
    #[cfg(feature = "full")]
    #[wasm_bindgen(js_name = bucketUrl)]
    pub fn bucket_url(&self, query: Option<Pairs>) -> Result<String, JsValue> {
        self.write(self.0.on_bucket("GET").map_err(error)?, query)
    }

    fn write(&self, request: s3_sigv4::Request<'_>, query: Option<Pairs>) -> Result<String, JsValue> {
        let Some(query) = query else { return Ok(request.url().to_string()) };
        let query = value::pairs(&query, "a parameter")?;
        Ok(request.with_query(&value::in_pairs(query.iter())).url().to_string())
    }
}
