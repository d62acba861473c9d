//! Values of JavaScript, read and made.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Display;
use core::time::Duration;
use js_sys::{Array, Date, Object, Reflect};
use s3_sigv4::{Limit, Timestamp};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Instant")]
    pub type Instant;

    #[wasm_bindgen(typescript_type = "Pairs")]
    pub type Pairs;

    #[wasm_bindgen(js_namespace = Object, js_name = entries, catch)]
    fn entries(object: &JsValue) -> Result<Array, JsValue>;

    #[wasm_bindgen(js_namespace = Array, js_name = from, catch)]
    fn list_of(iterable: &JsValue) -> Result<Array, JsValue>;
}

/// An `Error` with the library's message.
pub fn error(error: impl Display) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}

fn type_error(message: &str) -> JsValue {
    js_sys::TypeError::new(message).into()
}

/// A text, or nothing where there is `undefined` or `null`.
pub fn text(value: JsValue, name: &str) -> Result<Option<String>, JsValue> {
    match value.as_string() {
        Some(text) => Ok(Some(text)),
        None if value.is_undefined() || value.is_null() => Ok(None),
        None => Err(type_error(&format!("{name} is not a string"))),
    }
}

pub fn required(value: JsValue, name: &str) -> Result<String, JsValue> {
    text(value, name)?.ok_or_else(|| type_error(&format!("{name} is missing")))
}

pub fn instant(value: &JsValue) -> Result<Timestamp, JsValue> {
    let milliseconds = value.as_f64().or_else(|| value.dyn_ref::<Date>().map(Date::get_time));
    match milliseconds.filter(|milliseconds| milliseconds.is_finite()) {
        Some(milliseconds) => Timestamp::from_unix((milliseconds as i64).div_euclid(1000)).map_err(error),
        None => Err(type_error("the instant is neither a Date nor a number of milliseconds")),
    }
}

/// What is no lifetime, a negative number or none, becomes 0, which the library refuses.
pub fn seconds(seconds: f64) -> Duration {
    Duration::from_secs(seconds as u64)
}

pub fn date(at: Timestamp) -> JsValue {
    Date::new(&JsValue::from_f64(at.unix() as f64 * 1000.0)).into()
}

pub fn limit(limit: Limit) -> &'static str {
    match limit {
        Limit::Credentials => "credentials",
        Limit::SevenDays => "seven-days",
        _ => "lifetime",
    }
}

/// Names and values, of whatever holds such. What cannot be iterated gives an empty list: then its properties count.
pub fn pairs(value: &JsValue, name: &str) -> Result<Vec<(String, String)>, JsValue> {
    if value.is_undefined() || value.is_null() {
        return Ok(Vec::new());
    }
    let mut list = list_of(value)?;
    if list.length() == 0 {
        list = entries(value)?;
    }
    let part = |pair: &JsValue, index| match pair.dyn_ref::<Array>() {
        Some(pair) => required(pair.get(index), name),
        None => Err(type_error(&format!("{name} is no pair"))),
    };
    (0..list.length()).map(|index| list.get(index)).map(|pair| Ok((part(&pair, 0)?, part(&pair, 1)?))).collect()
}

pub fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (&**name, &**value)).collect()
}

/// An object of these properties.
pub fn object<const N: usize>(properties: [(&str, JsValue); N]) -> JsValue {
    let object = Object::new();
    for (name, value) in properties {
        set(&object, name, &value);
    }
    object.into()
}

/// An object of our own takes every property.
pub fn set(object: &JsValue, name: &str, value: &JsValue) {
    Reflect::set(object, &name.into(), value).ok();
}

pub fn list_of_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> JsValue {
    pairs.map(|(name, value)| Array::of2(&name.into(), &value.into())).collect::<Array>().into()
}
