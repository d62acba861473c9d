//! Values of JavaScript, read and made.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;
use core::fmt::Display;
use core::time::Duration;
use s3_sigv4::{Limit, Timestamp};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(typescript_type = "Instant")]
    pub type Instant;

    #[wasm_bindgen(typescript_type = "Pairs")]
    pub type Pairs;
}

#[wasm_bindgen(module = "/src/boundary.js")]
extern "C" {
    #[wasm_bindgen(js_name = readText)]
    fn read_text(object: &JsValue, name: &str) -> i32;

    #[wasm_bindgen(js_name = readPairs)]
    fn read_pairs(object: &JsValue, name: &str) -> i32;

    #[wasm_bindgen(js_name = readInstant)]
    fn read_instant(now: &JsValue) -> f64;

    fn take(into: &mut [u8]) -> i32;

    #[wasm_bindgen(js_name = takeError)]
    fn take_error() -> JsValue;

    /// Any property; `undefined` in place of `null`.
    #[cfg(feature = "full")]
    #[wasm_bindgen(catch, js_name = readProperty)]
    pub fn property(object: &JsValue, name: &str) -> Result<JsValue, JsValue>;

    /// Any property, or nothing where there is `undefined` or `null`.
    #[wasm_bindgen(catch, js_name = readProperty)]
    pub fn optional(object: &JsValue, name: &str) -> Result<Option<JsValue>, JsValue>;

    /// Refuses an object that has other properties than these: `what` says what it is.
    #[wasm_bindgen(catch)]
    pub fn only(names: &str, object: &JsValue, what: &str) -> Result<(), JsValue>;
}

/// What JavaScript has just read: so many bytes, or nothing, or an exception.
pub fn taken(size: i32) -> Result<Option<Vec<u8>>, JsValue> {
    match usize::try_from(size) {
        Ok(size) => {
            let mut bytes = vec![0; size];
            let length = usize::try_from(take(&mut bytes)).map_err(|_| take_error())?;
            bytes.truncate(length);
            Ok(Some(bytes))
        }
        Err(_) if size == -1 => Ok(None),
        Err(_) => Err(take_error()),
    }
}

fn taken_text(size: i32) -> Result<Option<String>, JsValue> {
    // A `TextEncoder` has written it.
    Ok(taken(size)?.map(|bytes| String::from_utf8(bytes).unwrap_or_default()))
}

/// A property that is a text, or nothing where there is `undefined` or `null`.
pub fn text(object: &JsValue, name: &str) -> Result<Option<String>, JsValue> {
    taken_text(read_text(object, name))
}

/// An `Error` with the library's message.
pub fn error(error: impl Display) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}

pub fn type_error(message: &str) -> JsValue {
    js_sys::TypeError::new(message).into()
}

pub fn required(object: &JsValue, name: &str) -> Result<String, JsValue> {
    text(object, name)?.ok_or_else(|| type_error(&(String::from(name) + " is missing")))
}

pub fn instant(value: &JsValue) -> Result<Timestamp, JsValue> {
    let milliseconds = read_instant(value);
    if !milliseconds.is_finite() {
        return Err(type_error("the instant is neither a Date nor a number of milliseconds"));
    }
    Timestamp::from_unix((milliseconds as i64).div_euclid(1000)).map_err(error)
}

/// What is no lifetime, a negative number or none, becomes 0, which the library refuses.
pub fn seconds(seconds: f64) -> Duration {
    Duration::from_secs(seconds as u64)
}

pub fn milliseconds(at: Timestamp) -> f64 {
    at.unix() as f64 * 1000.0
}

pub fn limit(limit: Limit) -> &'static str {
    match limit {
        Limit::Credentials => "credentials",
        Limit::SevenDays => "seven-days",
        Limit::Session => "session",
        _ => "lifetime",
    }
}

/// Many texts that came as one: their lengths as JavaScript counts, in units of UTF-16, and then the texts.
pub struct Texts(String);

impl Texts {
    pub fn taken(size: i32) -> Result<Self, JsValue> {
        Ok(Self(taken_text(size)?.unwrap_or_default()))
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let (lengths, mut rest) = self.0.split_once('\n').unwrap_or_default();
        lengths.split_terminator(',').map(move |length| {
            let (text, after) = split(rest, length.parse().unwrap_or(0));
            rest = after.get(1..).unwrap_or_default();
            text
        })
    }
}

/// The first so many units, and the rest. What is ASCII has as many bytes.
fn split(text: &str, units: usize) -> (&str, &str) {
    if text.as_bytes().get(..units).is_some_and(<[u8]>::is_ascii) {
        return text.split_at(units);
    }
    let (mut left, mut end) = (units, 0);
    for character in text.chars() {
        if left == 0 {
            break;
        }
        left = left.saturating_sub(character.len_utf16());
        end += character.len_utf8();
    }
    text.split_at(end)
}

/// Names and values, of whatever holds such: what cannot be iterated has its properties.
pub fn pairs(object: &JsValue, name: &str) -> Result<Texts, JsValue> {
    Texts::taken(read_pairs(object, name))
}

pub fn in_pairs<'a>(mut texts: impl Iterator<Item = &'a str>) -> Vec<(&'a str, &'a str)> {
    core::iter::from_fn(|| Some((texts.next()?, texts.next()?))).collect()
}

#[cfg(feature = "full")]
pub use full::*;

/// What links and signed requests do without.
#[cfg(feature = "full")]
mod full {
    use super::milliseconds;
    use js_sys::{Array, Date, Object, Reflect};
    use s3_sigv4::Timestamp;
    use wasm_bindgen::prelude::*;

    pub fn date(at: Timestamp) -> JsValue {
        Date::new(&JsValue::from_f64(milliseconds(at))).into()
    }

    /// An object of these properties. One of our own takes every property.
    pub fn object<const N: usize>(properties: [(&str, JsValue); N]) -> JsValue {
        let object = Object::new();
        for (name, value) in properties {
            Reflect::set(&object, &name.into(), &value).ok();
        }
        object.into()
    }

    pub fn list_of_pairs<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> JsValue {
        pairs.map(|(name, value)| Array::of2(&name.into(), &value.into())).collect::<Array>().into()
    }
}
