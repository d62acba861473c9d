//! What is shared by many threads answers as it does alone; and no lock is needed, because nothing is changed inside but
//! what a signer remembers of a second.

mod util;

use core::time::Duration;
use s3_sigv4::{Credentials, PayloadHash, Signer, Verifier};
use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use util::{Incoming, at, bucket, now, session};

const THREADS: usize = 8;
const REQUESTS: usize = 200;

/// One signer for all, a day old for every other request, in seconds that alternate; links of one instant; one verifier.
#[test]
fn many_threads_get_what_one_gets() {
    let (signer, bucket, verifier) =
        (Signer::new(session(), "us-east-1", now()).expect("a signer"), bucket(), Verifier::new("us-east-1"));
    let links = signer.links(Duration::from_secs(900), now()).expect("links");
    let credentials = session();
    let answers = |i: usize| -> [String; 5] {
        let now = if i % 2 == 0 {
            now().plus(Duration::from_secs(i as u64 / 2 % 3)).expect("an instant")
        } else {
            at("20130525T235959Z")
        };
        let key = format!("2024/cat & dog {i}.jpg");
        let headers = [("x-amz-meta-a", &*key)];
        let request = bucket.put(&key).expect("a request").with_headers(&headers);
        let signed = signer.sign(&request, PayloadHash::of(key.as_bytes()), now).expect("a signature");
        let link = signer.presign(&request, Duration::from_secs(900), now).expect("a link");
        let one_of_many = links.presign(&request).expect("a link");
        let verify = |incoming: &Incoming, credentials: &Credentials| {
            let verified = |verified: s3_sigv4::Verified<'_>| verified.valid_until().map(|until| until.to_string());
            format!("{:?}", incoming.verified(&verifier, credentials, now, verified))
        };
        let other = Credentials::new("ASIAIOSFODNN7EXAMPLE", "another secret").expect("credentials");
        [
            signed.authorization().into(),
            link.url().into(),
            one_of_many.url().into(),
            verify(&Incoming::link(&link), &credentials),
            verify(&Incoming::signed(&request, &headers, &signed), if i % 3 == 0 { &other } else { &credentials }),
        ]
    };
    let alone: Vec<_> = (0..REQUESTS).map(answers).collect();
    assert!(alone[0][3].starts_with("Ok(Some(") && alone[0][4] == "Err(SignatureMismatch)", "{:?}", alone[0]);
    assert!(alone[1][4] == "Ok(None)", "{:?}", alone[1]);

    let together = Barrier::new(THREADS);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let (answers, alone, together) = (&answers, &alone, &together);
                scope.spawn(move || {
                    together.wait();
                    // Each in an order of its own.
                    for i in 0..REQUESTS {
                        let i = (i * 7 + thread * 31) % REQUESTS;
                        assert_eq!(answers(i), alone[i], "request {i} in thread {thread}");
                    }
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().expect("the thread's answers are right"));
    });
}

/// By the list of the public API, which says for each type what the compiler found.
#[test]
fn every_type_can_be_shared() {
    let lines: Vec<_> = include_str!("public-api.txt").lines().filter_map(|line| line.strip_prefix("auto ")).collect();
    assert!(lines.len() > 60, "{lines:?}");
    for line in lines {
        // It reads for one caller at a time, and calls back a closure that need not be Sync.
        let exception = "ChunkedReader: Send + !Sync + Unpin + !UnwindSafe + !RefUnwindSafe";
        assert!(line.ends_with(": Send + Sync + Unpin + UnwindSafe + RefUnwindSafe") || line == exception, "{line}");
    }
}

/// `Sync` alone would leave room for locks: there is none, nor anything that is changed behind a `&` but eight words in
/// `key/started.rs`, which nobody waits for and each of which says what it is of.
#[test]
fn nothing_is_locked() {
    // Locks and atomics are all in modules of this name.
    let words = ("src/key/started.rs", "use core::sync::atomic::{AtomicU64, Ordering::Relaxed};");
    let pieces =
        ["sync::", "compare_exchange", "fetch_", "spin_loop", "Cell", "Rc<", "static mut", "thread_local", "unsafe "];
    let mut files = Vec::new();
    find(Path::new(env!("CARGO_MANIFEST_DIR")).join("src").as_path(), &mut files);
    assert!(files.len() > 50, "{files:?}");
    for (file, text) in &files {
        for line in text.lines().map(str::trim_start).filter(|line| !line.starts_with("//")) {
            if file.ends_with(words.0) && line == words.1 {
                continue;
            }
            let found = pieces.iter().find(|piece| line.contains(**piece));
            assert_eq!(found, None, "{file}: {line}");
        }
    }
}

fn find(folder: &Path, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            find(&path, files);
        } else {
            files.push((path.display().to_string(), fs::read_to_string(&path).expect("text")));
        }
    }
}
