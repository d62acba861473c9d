//! Any piece of text, repeated to 256 KiB and more, in every reader: more than linear work runs into the time limit.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (u8, u8, &str)| {
    let (reader, shift, text) = input;
    // What stands in front, what is repeated, what comes behind.
    let mut parts = text.splitn(3, '\0').map(|part| part.get(..1000).unwrap_or(part));
    let [front, piece, behind] = [(); 3].map(|()| parts.next().unwrap_or_default());
    let repeats = (1024 << (shift % 9)) / piece.len().max(1);
    let text = [front, &piece.repeat(repeats), behind].concat();
    let read = shared::READERS[usize::from(reader) % shared::READERS.len()];
    shared::bounded(text.len(), (256, 65_536), || read(&text));
});
