//! SHA-256, HMAC-SHA-256 and digits.
//!
//! The compression function is `sha2`'s; what goes around it is here, because a text is assembled in one place, padded
//! there, and hashed in one go. DESIGN.md has the figures.
//!
//! Sources: FIPS 180-4 (SHA-256), RFC 2104 (HMAC).

use crate::encode::all;
use sha2::block_api::compress256;
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

/// SHA-256 of the whole.
pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// A SHA-256 of a body, as it comes.
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

/// HMAC-SHA-256 of one message under a key that is used once: each pad is hashed in one go with what follows it, if that
/// is no more than a block with its padding.
pub(crate) fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    if message.len() > BLOCK - 9 {
        return HmacKey::new(key).sign(message);
    }
    let mut text = Assembled::<2>::new();
    put(key, &mut text.blocks[0]);
    xor(&mut text.blocks[0], INNER);
    text.len = BLOCK;
    text.push(message);
    let inner = text.finish();
    xor(&mut text.blocks[0], INNER ^ OUTER);
    text.blocks[1] = [0; BLOCK];
    text.len = BLOCK;
    text.push(&inner);
    let hash = text.finish();
    text.blocks[0].zeroize();
    hash
}

/// An HMAC key with both pads absorbed, so that each use costs only the message and one block more.
// As good as the key itself: never printed, and wiped on drop.
#[derive(Clone)]
pub(crate) struct HmacKey {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl HmacKey {
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut pad = Zeroizing::new([0; BLOCK]);
        put(key, &mut pad);
        let mut this = Self { inner: START, outer: START };
        xor(&mut pad, INNER);
        compress256(&mut this.inner, core::slice::from_ref(&pad));
        xor(&mut pad, INNER ^ OUTER);
        compress256(&mut this.outer, core::slice::from_ref(&pad));
        this
    }

    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 32] {
        let mut text = self.start::<2>();
        text.push(message);
        self.finish(&mut text)
    }

    /// A message under this key.
    #[inline(always)]
    pub(crate) fn start<const N: usize>(&self) -> Assembled<N> {
        Assembled { state: self.inner, absorbed: BLOCK as u64, blocks: [[0; BLOCK]; N], len: 0 }
    }

    #[inline]
    pub(crate) fn finish<const N: usize>(&self, message: &mut Assembled<N>) -> [u8; 32] {
        let mut last = [0; BLOCK];
        last[..32].copy_from_slice(&message.finish());
        last[32] = 0x80;
        last[BLOCK - 8..].copy_from_slice(&(8 * (BLOCK as u64 + 32)).to_be_bytes());
        let mut state = self.outer;
        compress256(&mut state, &[last]);
        bytes(&state)
    }
}

impl Drop for HmacKey {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// Puts the key, or its hash if it is long, into a block of zeros.
fn put(key: &[u8], pad: &mut [u8; BLOCK]) {
    match pad.get_mut(..key.len()) {
        Some(start) => start.copy_from_slice(key),
        None => {
            let mut text = Assembled::<2>::new();
            text.push(key);
            pad[..32].copy_from_slice(&*Zeroizing::new(text.finish()));
            text.place().zeroize();
        }
    }
}

fn xor(pad: &mut [u8; BLOCK], with: u8) {
    pad.iter_mut().for_each(|byte| *byte ^= with);
}

/// What the two pads are made with: RFC 2104, section 2.
const INNER: u8 = 0x36;
const OUTER: u8 = 0x5c;

/// A text that is assembled piece by piece, on the stack, and hashed.
#[derive(Clone)]
pub(crate) struct Assembled<const N: usize> {
    state: [u32; 8],
    absorbed: u64,
    // Zero behind the text, as padding is.
    blocks: [[u8; BLOCK]; N],
    len: usize,
}

impl<const N: usize> Assembled<N> {
    #[inline(always)]
    pub(crate) fn new() -> Self {
        Self { state: START, absorbed: 0, blocks: [[0; BLOCK]; N], len: 0 }
    }

    #[inline(always)]
    pub(crate) fn push(&mut self, piece: &[u8]) {
        if !self.take(piece) {
            self.push_in_parts(piece);
        }
    }

    /// Whether there is room for this piece, which then is taken.
    // A module for the web is small: calls take less room.
    #[cfg_attr(not(target_family = "wasm"), inline(always))]
    pub(crate) fn take(&mut self, piece: &[u8]) -> bool {
        let end = self.len + piece.len();
        let Some(free) = self.place().get_mut(end - piece.len()..end) else { return false };
        free.copy_from_slice(piece);
        self.len = end;
        true
    }

    #[cold]
    fn push_in_parts(&mut self, mut piece: &[u8]) {
        while !self.take(piece) {
            let (fits, rest) = piece.split_at(self.free());
            self.take(fits);
            self.absorb();
            piece = rest;
        }
    }

    /// Goes on where another such text got to, which had this many bytes absorbed since `HmacKey::start`.
    #[inline(always)]
    pub(crate) fn resume(&mut self, state: [u32; 8], absorbed: usize) {
        self.state = state;
        self.absorbed += absorbed as u64;
    }

    /// Hashes the whole blocks that are there; what is left of the text begins anew. Returns the state
    /// behind them.
    pub(crate) fn absorb(&mut self) -> &[u32; 8] {
        let whole = self.len / BLOCK;
        compress256(&mut self.state, &self.blocks[..whole]);
        let rest = self.blocks.get(whole).copied().unwrap_or([0; BLOCK]);
        self.blocks = [[0; BLOCK]; N];
        self.blocks[0] = rest;
        self.absorbed += (whole * BLOCK) as u64;
        self.len -= whole * BLOCK;
        &self.state
    }

    /// The digest. The text stays; the padding behind it is not to be written on.
    #[inline]
    pub(crate) fn finish(&mut self) -> [u8; 32] {
        let end = (self.len + 9).next_multiple_of(BLOCK);
        if end > N * BLOCK {
            return self.finish_beyond();
        }
        let (len, bits) = (self.len, 8 * (self.absorbed + self.len as u64));
        let place = self.place();
        place[len] = 0x80;
        place[end - 8..end].copy_from_slice(&bits.to_be_bytes());
        let mut state = self.state;
        compress256(&mut state, &self.blocks[..end / BLOCK]);
        bytes(&state)
    }

    /// The same where the padding has no room behind the text.
    #[cold]
    fn finish_beyond(&self) -> [u8; 32] {
        let whole = self.len / BLOCK;
        let absorbed = self.absorbed + (whole * BLOCK) as u64;
        let mut end = Assembled { state: self.state, absorbed, blocks: [[0; BLOCK]; 2], len: self.len % BLOCK };
        compress256(&mut end.state, &self.blocks[..whole]);
        if let Some(rest) = self.blocks.get(whole) {
            end.blocks[0] = *rest;
        }
        let hash = end.finish();
        // A key may end there.
        end.blocks.zeroize();
        hash
    }

    /// What is assembled and not yet absorbed.
    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.blocks.as_flattened()[..self.len]
    }

    /// All of the place for it.
    #[inline]
    pub(crate) fn place(&mut self) -> &mut [u8] {
        self.blocks.as_flattened_mut()
    }

    /// How many bytes more are taken before what is there is absorbed.
    pub(crate) fn free(&self) -> usize {
        N * BLOCK - self.len
    }
}

impl<const N: usize> Drop for Assembled<N> {
    fn drop(&mut self) {
        // Under HMAC it starts as half of a key.
        self.state.zeroize();
    }
}

#[inline]
fn bytes(state: &[u32; 8]) -> [u8; 32] {
    let mut bytes = [0; 32];
    for (bytes, word) in bytes.chunks_exact_mut(4).zip(state) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
    bytes
}

/// The length of a block of SHA-256 in bytes.
pub(crate) const BLOCK: usize = 64;

/// What SHA-256 starts from: FIPS 180-4, section 5.3.3.
const START: [u32; 8] =
    [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19];

/// Whether two hashes, or their digits, are the same, in a time that tells nothing.
#[inline]
pub(crate) fn equal_hashes<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    let differences = a.iter().zip(b).fold(0, |differences, (a, b)| differences | (a ^ b));
    // Nothing for the optimiser to make an early exit of.
    core::hint::black_box(differences) == 0
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

/// 32 bytes as 64 lower-case hexadecimal digits, without a heap. They lie where words lie, because what reads
/// them as text does so word by word from such a place on.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(align(8))]
pub(crate) struct Hex([u8; 64]);

impl Hex {
    #[inline]
    pub(crate) fn of(bytes: &[u8; 32]) -> Self {
        // By arithmetic on all digits alike, the halves apart, which compilers turn into a few vector instructions: an
        // eighth of the time that a table takes.
        let digit = |half: u8| (half | b'0').wrapping_add(u8::from(half > 9).wrapping_neg() & (b'a' - 10 - b'0'));
        let (mut high, mut low, mut digits) = ([0; 32], [0; 32], [0; 64]);
        for (i, byte) in bytes.iter().enumerate() {
            (high[i], low[i]) = (digit(byte >> 4), digit(byte & 15));
        }
        for i in 0..32 {
            (digits[2 * i], digits[2 * i + 1]) = (high[i], low[i]);
        }
        Self(digits)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(&self.0).expect("hexadecimal digits are ASCII")
    }
}

/// The 32 bytes that exactly 64 lower-case hexadecimal digits stand for.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    // By arithmetic on all digits alike, as in `Hex::of`.
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    if !all(digits, |digit| digit.is_ascii_digit() | matches!(digit, b'a'..=b'f')) {
        return None;
    }
    let halves = digits.map(|digit| (digit & 15) + if digit > b'9' { 9 } else { 0 });
    let mut bytes = [0; 32];
    for (i, byte) in bytes.iter_mut().enumerate() {
        *byte = halves[2 * i] << 4 | halves[2 * i + 1];
    }
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
        let (mut digits, mut start) = ([b'0'; 20], 20);
        // Two at a time: a division takes longer than all else.
        while number >= 10 {
            start -= 2;
            let pair = (number % 100) as u8;
            (digits[start], digits[start + 1]) = (b'0' + pair / 10, b'0' + pair % 10);
            number /= 100;
        }
        if number > 0 || start == 20 {
            start -= 1;
            digits[start] = b'0' + number as u8;
        }
        Self { digits, start: start as u8 }
    }

    pub(crate) fn as_str(&self) -> &str {
        core::str::from_utf8(self.as_bytes()).expect("decimal digits are ASCII")
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.digits[self.start.into()..]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::hmac::{Hmac, KeyInit, Mac};
    use alloc::vec;
    use alloc::vec::Vec;

    /// The crate `hmac` as the witness, for every length of a key and of a message around the ends of blocks.
    #[test]
    fn an_hmac_is_that_of_the_crate_hmac() {
        let bytes: Vec<u8> = (0..=255).cycle().take(400).collect();
        for key in (0..200).map(|length| &bytes[..length]) {
            let ours = HmacKey::new(key);
            for length in [0, 1, 54, 55, 56, 63, 64, 65, 118, 119, 120, 127, 128, 129, 191, 192, 193, 400] {
                let message = &bytes[400 - length..];
                let mut theirs = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
                theirs.update(message);
                let expected: [u8; 32] = theirs.finalize().into_bytes().into();
                assert_eq!(ours.sign(message), expected, "{} bytes of key, {length} of message", key.len());
                assert_eq!(hmac(key, message), expected, "once: {} bytes of key, {length} of message", key.len());
            }
        }
    }

    /// RFC 4231, section 4.3 ("Test Case 2").
    #[test]
    fn an_hmac_is_that_of_the_rfc() {
        assert_eq!(
            Hex::of(&hmac(b"Jefe", b"what do ya want for nothing?")).as_str(),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_text_is_hashed_alike_in_pieces_of_any_length() {
        let bytes = vec![b'a'; 1500];
        for length in (0..300).chain([511, 512, 513, 1000, 1500]) {
            let text = &bytes[..length];
            let expected = sha256(text);
            for piece in [1, 7, 55, 63, 64, 65, 130, 1500] {
                let mut assembled = Assembled::<2>::new();
                text.chunks(piece).for_each(|piece| assembled.push(piece));
                assert_eq!(assembled.finish(), expected, "{length} bytes by {piece}");
                let mut absorbed = Assembled::<3>::new();
                text.chunks(piece).for_each(|piece| {
                    absorbed.push(piece);
                    absorbed.absorb();
                });
                assert_eq!(absorbed.finish(), expected, "{length} bytes by {piece}, each absorbed");
            }
        }
    }

    #[test]
    fn digits_stand_for_bytes_and_nothing_else_does() {
        let text = "0123456789abcdef".repeat(4);
        for at in 0..64 {
            for byte in 0..=127_u8 {
                let mut digits = text.clone();
                digits.replace_range(at..=at, char::from(byte).encode_utf8(&mut [0; 4]));
                // The crate `hex` takes capitals as well.
                let expected = hex::decode(&digits).ok().filter(|_| !byte.is_ascii_uppercase());
                assert_eq!(unhex(&digits).map(Vec::from), expected, "{digits}");
            }
        }
        for length in [0, 1, 62, 63, 65, 66, 128] {
            assert_eq!(unhex(&"0".repeat(length)), None, "{length}");
        }
    }

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
