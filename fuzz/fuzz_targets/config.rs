//! Any texts as AWS's shared files, and as what a credential_process printed: little memory, errors in printable text of
//! bounded length, and what is read makes a signer.
#![no_main]

#[path = "../shared.rs"]
mod shared;

use libfuzzer_sys::fuzz_target;
use s3_sigv4::config::{ConfigError, Settings, SharedFiles, process_output};
use shared::bounded;
use shared::util::now;

fuzz_target!(|input: (bool, &str)| {
    let (environment, text) = input;
    let mut parts = text.splitn(3, '\0');
    let [config, credentials, profile] = [(); 3].map(|()| parts.next().unwrap_or_default());
    let (result, printed) = bounded(text.len(), (400, 65_536), || {
        let read = || {
            let files = SharedFiles::parse(config, credentials)?;
            let variable = |name: &str| (environment && name.starts_with("AWS_")).then(|| text.into());
            let settings = Settings::new((!profile.is_empty()).then_some(profile), &files, variable)?;
            let photos = settings.bucket("photos")?;
            settings.signer(&photos, now()).map(|signer| signer.access_key_id().len())
        };
        (read(), process_output(text))
    });
    for error in [result.err(), printed.err()].into_iter().flatten() {
        let message = error.to_string();
        assert!(message.chars().all(|c| !c.is_control()) && message.len() < 4_096, "{message}");
    }
    // A line that cannot be read is one that the file has.
    if let Err(ConfigError::Syntax { line, .. }) = SharedFiles::parse("", text) {
        assert!((1..=text.lines().count()).contains(&line));
    }
});
