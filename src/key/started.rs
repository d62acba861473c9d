//! Signing the requests of one instant, whose strings to sign begin alike.

use super::{Signature, SigningKey};
use crate::digest::{Assembled, BLOCK, Hex};
use crate::string_to_sign::{ALGORITHM, HEAD_BEFORE_SCOPE, write_head};
use crate::timestamp::Timestamp;
#[cfg(target_has_atomic = "64")]
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};
#[cfg(target_has_atomic = "64")]
use zeroize::Zeroize;

/// The string to sign of a request but for its last line, the hash, which alone differs between requests of one instant.
#[derive(Clone)]
pub(crate) struct Started<const N: usize>(Assembled<N>);

impl<const N: usize> Started<N> {
    #[inline(always)]
    pub(crate) fn new(key: &SigningKey) -> Self {
        Self(key.hmac.start())
    }

    /// Takes these lines, for an instant on the key's day.
    #[inline]
    pub(crate) fn start(&mut self, key: &SigningKey, now: Timestamp) -> &mut Self {
        write_head(ALGORITHM, now, &key.scope, |piece| self.0.push(piece));
        self
    }

    /// The same, with the blocks that are whole hashed: by now, or by whoever last signed in this second.
    #[inline]
    pub(crate) fn start_absorbed(&mut self, key: &SigningKey, last: &LastSecond, now: Timestamp) -> &mut Self {
        let scope = key.scope.as_str().as_bytes();
        let whole = (HEAD_BEFORE_SCOPE + scope.len() + 1) / BLOCK * BLOCK;
        match (last.state(now), whole.checked_sub(HEAD_BEFORE_SCOPE)) {
            (Some(state), Some(absorbed)) => {
                self.0.resume(state, whole);
                if let Some(rest) = scope.get(absorbed..) {
                    self.0.push(rest);
                    self.0.push(b"\n");
                }
            }
            _ => {
                self.start(key, now);
                last.keep(now, self.0.absorb());
            }
        }
        self
    }

    #[inline]
    pub(crate) fn sign(&mut self, key: &SigningKey, canonical_hash: &[u8; 32]) -> Signature {
        self.0.push(Hex::of(canonical_hash).as_bytes());
        Signature(key.hmac.finish(&mut self.0))
    }
}

/// What the whole blocks of a string to sign's first lines come to, for the second that was signed in last. Each word
/// says which second it is of, and has one value in that second, so whatever threads do, eight words of a second are
/// its state. As good as half of the key: wiped on drop.
#[cfg(target_has_atomic = "64")]
pub(crate) struct LastSecond([AtomicU64; 8]);

#[cfg(target_has_atomic = "64")]
impl LastSecond {
    pub(crate) fn none() -> Self {
        // Each of another second, so that no second has all eight.
        Self(core::array::from_fn(|i| AtomicU64::new((i as u64) << 32)))
    }

    #[inline]
    fn state(&self, now: Timestamp) -> Option<[u32; 8]> {
        let words = self.0.each_ref().map(|word| word.load(Relaxed));
        let same = words.iter().fold(true, |same, word| same & ((word >> 32) as u32 == now.unix() as u32));
        same.then(|| words.map(|word| word as u32))
    }

    fn keep(&self, now: Timestamp, state: &[u32; 8]) {
        for (place, word) in self.0.iter().zip(state) {
            place.store(u64::from(now.unix() as u32) << 32 | u64::from(*word), Relaxed);
        }
    }
}

#[cfg(target_has_atomic = "64")]
impl Drop for LastSecond {
    fn drop(&mut self) {
        self.0.iter_mut().for_each(|word| word.get_mut().zeroize());
    }
}

/// Nothing, where a word and its second cannot be written at once.
#[cfg(not(target_has_atomic = "64"))]
pub(crate) struct LastSecond;

#[cfg(not(target_has_atomic = "64"))]
impl LastSecond {
    pub(crate) fn none() -> Self {
        Self
    }

    fn state(&self, _now: Timestamp) -> Option<[u32; 8]> {
        None
    }

    fn keep(&self, _now: Timestamp, _state: &[u32; 8]) {}
}

impl Clone for LastSecond {
    fn clone(&self) -> Self {
        Self::none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::CredentialScope;

    #[cfg(target_has_atomic = "64")]
    #[test]
    fn words_of_several_seconds_are_no_state() {
        // The two seconds whose numbers are all zeros and all ones are no exception.
        let [a, b, c] = [1_369_353_600, 0, -1].map(|unix| Timestamp::from_unix(unix).unwrap());
        let (ones, twos) = ([1; 8], [2; 8]);
        for (a, b) in [(a, b), (b, c), (c, a)] {
            let last = LastSecond::none();
            assert_eq!([last.state(a), last.state(b)], [None, None]);
            last.keep(a, &ones);
            assert_eq!([last.state(a), last.state(b), last.clone().state(a)], [Some(ones), None, None]);
            // As two threads may leave it: some words are of one second, the others of the other.
            let other = LastSecond::none();
            other.keep(b, &twos);
            for mixture in 1..255 {
                let mixed = LastSecond(core::array::from_fn(|i| {
                    let of = if mixture >> i & 1 == 0 { &last } else { &other };
                    AtomicU64::new(of.0[i].load(Relaxed))
                }));
                assert_eq!([mixed.state(a), mixed.state(b)], [None, None], "{mixture:08b}");
            }
            last.keep(b, &twos);
            assert_eq!([last.state(a), last.state(b)], [None, Some(twos)]);
        }
    }

    /// Scopes that end in any place of a block.
    #[test]
    fn what_is_remembered_is_what_is_hashed() {
        for length in 1..200 {
            let now = Timestamp::parse("20130524T000000Z").unwrap();
            let scope = CredentialScope::new(&"r".repeat(length), "s3", now).unwrap();
            let key = SigningKey::from_bytes([1; 32], scope);
            let last = LastSecond::none();
            for now in ["20130524T000000Z", "20130524T000000Z", "20130524T000001Z", "20130524T000000Z"] {
                let now = Timestamp::parse(now).unwrap();
                let plain = Started::<3>::new(&key).start(&key, now).sign(&key, &[7; 32]);
                let absorbed = Started::<2>::new(&key).start_absorbed(&key, &last, now).sign(&key, &[7; 32]);
                assert_eq!(plain, absorbed, "a region of {length} bytes at {now}");
            }
            // And it is used, where there is a whole block.
            last.keep(now, &[1; 8]);
            let sign = |last| Started::<2>::new(&key).start_absorbed(&key, last, now).sign(&key, &[7; 32]);
            let is_used = sign(&last) != sign(&LastSecond::none());
            assert_eq!(is_used, cfg!(target_has_atomic = "64") && length > 3, "a region of {length} bytes");
        }
    }
}
