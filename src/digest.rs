//! SHA-256, HMAC-SHA-256 and digits, over the crates `sha2`, `hmac` and `hex`.
//!
//! Sources: FIPS 180-4 (SHA-256), RFC 2104 (HMAC).

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

/// A SHA-256 under way.
#[derive(Clone, Default)]
pub(crate) struct Hasher(Sha256);

impl Hasher {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// SHA-256 of the whole.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// An HMAC key with both pads absorbed, so that each use costs only the message and one block more.
#[derive(Clone)]
pub(crate) struct HmacKey(Hmac<Sha256>);

impl HmacKey {
    pub(crate) fn new(key: &[u8]) -> Self {
        Self(Hmac::new_from_slice(key).expect("HMAC takes keys of any length"))
    }

    pub(crate) fn start(&self) -> HmacMessage {
        HmacMessage(self.0.clone())
    }
}

/// A message that is being authenticated.
pub(crate) struct HmacMessage(Hmac<Sha256>);

impl HmacMessage {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn finish(self) -> [u8; 32] {
        self.0.finalize().into_bytes().into()
    }
}

/// HMAC-SHA-256 of one message under a key that is used once.
pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut mac = HmacKey::new(key).start();
    mac.update(message);
    mac.finish()
}

/// Whether two texts are the same, in a time that tells only their lengths.
pub(crate) fn equal(a: impl Iterator<Item = u8>, mut b: impl Iterator<Item = u8>) -> bool {
    let mut differences = 0;
    for (i, a) in a.enumerate() {
        differences |= b.next().map_or(0xff, |b| a ^ b);
        // No early exit, and nothing for the optimiser to make one of.
        if i % 16 == 0 {
            differences = core::hint::black_box(differences);
        }
    }
    core::hint::black_box(differences) == 0 && b.next().is_none()
}

/// 32 bytes as 64 lower-case hexadecimal digits, without a heap.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hex([u8; 64]);

impl Hex {
    pub(crate) fn of(bytes: &[u8; 32]) -> Self {
        let mut digits = [0; 64];
        hex::encode_to_slice(bytes, &mut digits).expect("two digits a byte");
        Self(digits)
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).expect("hexadecimal digits are ASCII")
    }
}

/// The 32 bytes that exactly 64 lower-case hexadecimal digits stand for.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    hex::decode_to_slice(text, &mut bytes).ok()?;
    Some(bytes)
}

/// A number in decimal digits, without a heap.
#[derive(Clone, Copy)]
pub(crate) struct Decimal {
    digits: [u8; 20],
    start: u8,
}

impl Decimal {
    pub(crate) fn new(mut number: u64) -> Self {
        let (mut digits, mut start) = ([0; 20], 20);
        loop {
            start -= 1;
            digits[start] = b'0' + (number % 10) as u8;
            number /= 10;
            if number == 0 {
                return Self { digits, start: start as u8 };
            }
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.digits[self.start.into()..]).expect("decimal digits are ASCII")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_equal_only_to_themselves() {
        for (a, b, same) in [
            ("", "", true),
            ("abc", "abc", true),
            ("abc", "abd", false),
            ("abc", "bbc", false),
            ("abc", "ab", false),
            ("ab", "abc", false),
            ("", "a", false),
            ("a", "", false),
            // Two differences do not undo each other.
            ("ab", "ba", false),
        ] {
            assert_eq!(equal(a.bytes(), b.bytes()), same, "{a:?} against {b:?}");
        }
    }
}
