//! Links and signed requests.

use crate::request::{Borrowed, Parts, SignableRequest};
use crate::value::{self, Instant, error};
use alloc::string::String;
use s3_sigv4::{Credentials, Service, Timestamp, Validity};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "SignerOptions")]
    pub type SignerOptions;

    #[wasm_bindgen(typescript_type = "Presigned")]
    pub type Presigned;

    #[wasm_bindgen(typescript_type = "Record<string, string>")]
    pub type Headers;
}

#[wasm_bindgen(module = "/src/boundary.js")]
extern "C" {
    #[wasm_bindgen(js_name = makeHeaders)]
    fn make_headers(lines: &str) -> Headers;

    #[wasm_bindgen(js_name = makePresigned)]
    fn make_presigned(lines: &str, from: f64, until: f64) -> Presigned;
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
        value::only(OPTIONS, options, "the options")?;
        let required = |name: &str| value::required(options, name);
        let mut credentials =
            Credentials::new(required("accessKeyId")?, required("secretAccessKey")?).map_err(error)?;
        if let Some(token) = value::text(options, "sessionToken")? {
            credentials = credentials.with_session_token(token).map_err(error)?;
        }
        if let Some(expiration) = value::optional(options, "expiration")? {
            credentials = credentials.with_expiration(value::instant(&expiration)?);
        }
        let service = match value::text(options, "service")? {
            Some(name) => Service::new(name).map_err(error)?,
            None => Service::S3,
        };
        #[cfg(feature = "full")]
        let service = match value::optional(options, "rules")? {
            Some(rules) => with_rules(service, &rules)?,
            None => service,
        };
        let (region, now) = (required("region")?, value::instant(now)?);
        s3_sigv4::Signer::for_service(credentials, service, &region, now).map(Self).map_err(error)
    }

    /** A link that is good for so many seconds, and how long that really is. */
    pub fn presign(&self, request: &SignableRequest, seconds: f64, now: &Instant) -> Result<Presigned, JsValue> {
        let (parts, now) = (Parts::read(request)?, value::instant(now)?);
        let (parts, mut url) = (parts.borrow(), String::with_capacity(1024));
        let validity = self.write(&mut url, &parts, seconds, now)?;
        let mut lines = String::with_capacity(2048);
        let sent = parts.sent_with(&url).flat_map(|(name, value)| [name, value]);
        for text in [parts.method, value::limit(validity.limited_by()), &*url].into_iter().chain(sent) {
            lines.push_str(text);
            lines.push('\n');
        }
        let (from, until) = (value::milliseconds(validity.valid_from()), value::milliseconds(validity.valid_until()));
        Ok(make_presigned(&lines, from, until))
    }

    /** The URL of `presign` alone, for many of them. */
    #[wasm_bindgen(js_name = presignUrl)]
    pub fn presign_url(&self, request: &SignableRequest, seconds: f64, now: &Instant) -> Result<String, JsValue> {
        let (parts, now) = (Parts::read(request)?, value::instant(now)?);
        let mut url = String::with_capacity(1024);
        self.write(&mut url, &parts.borrow(), seconds, now)?;
        Ok(url)
    }

    /** The headers to add to the request before it is sent. */
    pub fn sign(&self, request: &SignableRequest, now: &Instant) -> Result<Headers, JsValue> {
        let (parts, now) = (Parts::read(request)?, value::instant(now)?);
        let (parts, mut lines) = (parts.borrow(), String::with_capacity(512));
        let payload = parts.payload(request)?;
        self.0.sign_to(&mut lines, &parts.request().map_err(error)?, payload, now).map_err(error)?;
        Ok(make_headers(&lines))
    }

    /** Takes the key of the day in which `now` lies. A signer that is never renewed is slower on other days. */
    #[cfg(feature = "full")]
    pub fn renew(&mut self, now: &Instant) -> Result<(), JsValue> {
        self.0.renew(value::instant(now)?).map_err(error)
    }
}

impl Signer {
    fn write(&self, url: &mut String, parts: &Borrowed<'_>, seconds: f64, now: Timestamp) -> Result<Validity, JsValue> {
        self.0.presign_to(url, &parts.request().map_err(error)?, value::seconds(seconds), now).map_err(error)
    }
}

#[cfg(feature = "full")]
fn with_rules(mut service: Service, rules: &JsValue) -> Result<Service, JsValue> {
    value::only(" pathEncoding pathNormalization contentSha256 sessionToken ", rules, "the rules")?;
    use s3_sigv4::{ContentSha256, PathEncoding, PathNormalization, SessionToken};
    for name in ["pathEncoding", "pathNormalization", "contentSha256", "sessionToken"] {
        let Some(rule) = value::text(rules, name)? else { continue };
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

/// With what AWS's SDK has in its credentials besides.
const OPTIONS: &str = if cfg!(feature = "full") {
    " accessKeyId secretAccessKey sessionToken expiration accountId $source region service rules "
} else {
    " accessKeyId secretAccessKey sessionToken expiration accountId $source region service "
};
