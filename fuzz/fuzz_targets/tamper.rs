//! A byte of a signed request put in, replaced or taken away, anywhere: refused, unless it still says the same.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use shared::Sent;
use shared::naive::meaning;

fuzz_target!(|input: (bool, u8, u8, u16, &[u8])| {
    let (s3, byte, how, at, text) = input;
    let sent = Sent::of(text, s3);
    for incoming in &sent.both {
        let Ok(names) = sent.verified(incoming) else { continue };
        let names: Vec<_> = names.iter().map(|name| &**name).collect();
        let changed = incoming.changed(usize::from(at) % incoming.len(), byte, how % 3);
        let [before, after] = [incoming, &changed].map(|it| meaning(&it.method, &it.target, &it.headers, (&names, s3)));
        let verified = sent.verified(&changed);
        assert_eq!(verified.is_ok(), before == after, "{verified:?}: {changed:?}");
    }
});
