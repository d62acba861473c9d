//! Links and signed requests.

use crate::request::{Parts, SignableRequest};
use crate::value::{self, Instant, error};
use alloc::string::String;
use js_sys::Reflect;
use s3_sigv4::{Credentials, Service, Validity};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "SignerOptions")]
    pub type SignerOptions;

    #[wasm_bindgen(typescript_type = "Presigned")]
    pub type Presigned;

    #[wasm_bindgen(typescript_type = "Record<string, string>")]
    pub type Headers;

    // Those of every request, set without their names being made each time.
    #[wasm_bindgen(method, setter, structural, js_name = authorization)]
    fn set_authorization(this: &Headers, value: &str);

    #[wasm_bindgen(method, setter, structural, js_name = "x-amz-content-sha256")]
    fn set_content_sha256(this: &Headers, value: &str);

    #[wasm_bindgen(method, setter, structural, js_name = "x-amz-date")]
    fn set_date(this: &Headers, value: &str);
}

/**
 * Credentials, region and service, with the key of a day at hand. The secret lies in the memory of this module, no
 * property shows it, and `free()` wipes it.
 */
#[wasm_bindgen]
pub struct Signer(pub(crate) s3_sigv4::Signer);

#[wasm_bindgen]
impl Signer {
    /** Throws an `Error` that says what is wrong with the credentials, and never shows them. */
    #[wasm_bindgen(constructor)]
    pub fn new(options: &SignerOptions, now: &Instant) -> Result<Signer, JsValue> {
        let option = |name: &str| Reflect::get(options, &name.into());
        let required = |name: &str| value::required(option(name)?, name);
        let mut credentials =
            Credentials::new(required("accessKeyId")?, required("secretAccessKey")?).map_err(error)?;
        if let Some(token) = value::text(option("sessionToken")?, "sessionToken")? {
            credentials = credentials.with_session_token(token).map_err(error)?;
        }
        let expiration = option("expiration")?;
        if !expiration.is_undefined() && !expiration.is_null() {
            credentials = credentials.with_expiration(value::instant(&expiration)?);
        }
        let service = match value::text(option("service")?, "service")? {
            Some(name) => Service::new(name).map_err(error)?,
            None => Service::S3,
        };
        #[cfg(feature = "full")]
        let service = with_rules(service, &option("rules")?)?;
        let (region, now) = (required("region")?, value::instant(now)?);
        s3_sigv4::Signer::for_service(credentials, service, &region, now).map(Self).map_err(error)
    }

    /** A link that is good for so many seconds, and how long that really is. */
    pub fn presign(&self, request: &SignableRequest, seconds: f64, now: &Instant) -> Result<Presigned, JsValue> {
        let (parts, mut url) = (Parts::read(request)?, String::with_capacity(1024));
        let validity = self.write(&mut url, (request, &parts), seconds, now)?;
        Ok(value::object([
            ("headers", value::list_of_pairs(parts.sent_with(&url))),
            ("url", url.into()),
            ("method", parts.method().into()),
            ("validFrom", value::date(validity.valid_from())),
            ("validUntil", value::date(validity.valid_until())),
            ("limitedBy", value::limit(validity.limited_by()).into()),
        ])
        .unchecked_into())
    }

    /** The URL of `presign` alone, for many of them. */
    #[wasm_bindgen(js_name = presignUrl)]
    pub fn presign_url(&self, request: &SignableRequest, seconds: f64, now: &Instant) -> Result<String, JsValue> {
        let mut url = String::with_capacity(1024);
        self.write(&mut url, (request, &Parts::read(request)?), seconds, now)?;
        Ok(url)
    }

    fn write(
        &self,
        url: &mut String,
        (asked, parts): (&SignableRequest, &Parts),
        seconds: f64,
        now: &Instant,
    ) -> Result<Validity, JsValue> {
        let now = value::instant(now)?;
        parts.with_link(asked, |request| self.0.presign_to(url, request, value::seconds(seconds), now))
    }

    /** The headers to add to the request before it is sent. */
    pub fn sign(&self, request: &SignableRequest, now: &Instant) -> Result<Headers, JsValue> {
        let (parts, now) = (Parts::read(request)?, value::instant(now)?);
        let mut lines = String::with_capacity(512);
        let payload = parts.payload(request)?;
        parts.with(|request| self.0.sign_to(&mut lines, request, payload, now))?;
        let headers: Headers = js_sys::Object::new().unchecked_into();
        for (name, value) in lines.lines().filter_map(|line| line.split_once(':')) {
            match (name, value.trim_start()) {
                ("authorization", value) => headers.set_authorization(value),
                ("x-amz-content-sha256", value) => headers.set_content_sha256(value),
                ("x-amz-date", value) => headers.set_date(value),
                (name, value) => value::set(&headers, name, &value.into()),
            }
        }
        Ok(headers)
    }

    /** Takes the key of the day in which `now` lies. A signer that is never renewed is slower on other days. */
    #[cfg(feature = "full")]
    pub fn renew(&mut self, now: &Instant) -> Result<(), JsValue> {
        self.0.renew(value::instant(now)?).map_err(error)
    }
}

#[cfg(feature = "full")]
fn with_rules(mut service: Service, rules: &JsValue) -> Result<Service, JsValue> {
    if rules.is_undefined() || rules.is_null() {
        return Ok(service);
    }
    use s3_sigv4::{ContentSha256, PathEncoding, PathNormalization, SessionToken};
    for name in ["pathEncoding", "pathNormalization", "contentSha256", "sessionToken"] {
        let Some(rule) = value::text(Reflect::get(rules, &name.into())?, name)? else { continue };
        service = match (name, &*rule) {
            ("pathEncoding", "once") => service.with_path_encoding(PathEncoding::Once),
            ("pathEncoding", "twice") => service.with_path_encoding(PathEncoding::Twice),
            ("pathNormalization", "as-sent") => service.with_path_normalization(PathNormalization::AsSent),
            ("pathNormalization", "normalized") => service.with_path_normalization(PathNormalization::Normalized),
            ("contentSha256", "signed") => service.with_content_sha256(ContentSha256::Signed),
            ("contentSha256", "omitted") => service.with_content_sha256(ContentSha256::Omitted),
            ("sessionToken", "signed") => service.with_session_token(SessionToken::Signed),
            ("sessionToken", "added-afterwards") => service.with_session_token(SessionToken::AddedAfterwards),
            _ => return Err(error(alloc::format!("the rule {name} has no value {rule}"))),
        };
    }
    Ok(service)
}
