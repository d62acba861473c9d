//! Any link, headers or form in plain words: printable text of bounded length, with little memory.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::Inspection;
use shared::{Head, bounded, pairs, util::now};

fuzz_target!(|text: &str| {
    let head = Head::of(text.as_bytes());
    let (headers, fields) = (head.texts(), pairs(text, '\n'));
    let reads: [&dyn Fn() -> Inspection; 4] = [
        &|| Inspection::of_link(text),
        &|| Inspection::of_headers(&headers),
        &|| Inspection::of_request(&head.method, &head.target, &headers),
        &|| Inspection::of_form(&fields),
    ];
    for read in reads {
        let report = bounded(text.len(), (64, 65_536), || read().report_at(now()).to_string());
        assert!(report.chars().all(|c| c == '\n' || !c.is_control()), "{report}");
    }
});
