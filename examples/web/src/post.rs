//! Forms by which a browser uploads.

use crate::bucket::Bucket;
use crate::request::{Parts, SignableRequest};
use crate::signer::Signer;
use crate::value::{self, Instant, error};
use js_sys::Array;
use s3_sigv4::PostPolicy;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "UploadPolicy")]
    pub type UploadPolicy;

    #[wasm_bindgen(typescript_type = "UploadForm")]
    pub type UploadForm;
}

#[wasm_bindgen]
impl Signer {
    /** The form by which a browser uploads to the bucket, as far as the policy allows. */
    pub fn post(
        &self,
        policy: &UploadPolicy,
        bucket: &Bucket,
        seconds: f64,
        now: &Instant,
    ) -> Result<UploadForm, JsValue> {
        let (policy, now) = (read(policy)?, value::instant(now)?);
        let form = self.0.post(&policy, &bucket.0, value::seconds(seconds), now).map_err(error)?;
        Ok(value::object([
            ("url", form.url().into()),
            ("fields", value::list_of_pairs(form.fields())),
            ("html", form.html().to_string().into()),
            ("curl", form.curl("file").to_string().into()),
            ("validFrom", value::date(form.valid_from())),
            ("validUntil", value::date(form.valid_until())),
            ("limitedBy", value::limit(form.limited_by()).into()),
        ])
        .unchecked_into())
    }

    /** The link of `presign` as a command line for a POSIX shell; an upload is of this file. */
    pub fn curl(&self, request: &SignableRequest, seconds: f64, file: &str, now: &Instant) -> Result<String, JsValue> {
        let (parts, now) = (Parts::read(request)?, value::instant(now)?);
        let parts = parts.borrow();
        let request = parts.request().map_err(error)?;
        Ok(self.0.presign(&request, value::seconds(seconds), now).map_err(error)?.curl(file).to_string())
    }
}

fn read(policy: &UploadPolicy) -> Result<PostPolicy, JsValue> {
    value::only(" key keyPrefix exact prefix values contentLength ", policy, "a policy")?;
    let pairs = |name: &str| value::pairs(&value::property(policy, name)?, name);
    let mut made = match (value::text(policy, "key")?, value::text(policy, "keyPrefix")?) {
        (Some(key), None) => PostPolicy::for_key(&key),
        (None, Some(prefix)) => PostPolicy::for_keys_under(&prefix),
        _ => return Err(error("the policy has either a key or a keyPrefix")),
    }
    .map_err(error)?;
    for (name, value) in value::in_pairs(pairs("exact")?.iter()) {
        made = made.with_exact(name, value).map_err(error)?;
    }
    for (name, value) in value::in_pairs(pairs("prefix")?.iter()) {
        made = made.with_prefix(name, value).map_err(error)?;
    }
    for (name, value) in value::in_pairs(pairs("values")?.iter()) {
        made = made.with_value(name, value).map_err(error)?;
    }
    if let Some(range) = value::property(policy, "contentLength")?.dyn_ref::<Array>() {
        let bytes = |index| range.get(index).as_f64().ok_or_else(|| error("contentLength is no pair of numbers"));
        made = made.with_content_length(bytes(0)? as u64..=bytes(1)? as u64).map_err(error)?;
    }
    Ok(made)
}
