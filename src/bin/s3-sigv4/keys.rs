//! Links for many keys, at full speed.

use crate::context::{name_of, open};
use crate::failure::Failure;
use crate::presign::{Job, lifetime};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;
use std::fs;
use std::io::{self, BufRead, BufReader, BufWriter, IsTerminal, Read, Write};
use std::time::{Duration, Instant};

pub(crate) fn run(job: &Job<'_>) -> Result<(), Failure> {
    let place = job.args.keys_from.as_deref().unwrap_or("-");
    let mut input = BufReader::with_capacity(1 << 16, open(place)?);
    let links = job.signer.links(lifetime(job.args), job.context.now)?;
    // What is said once, after the first link, and stands on every line of JSON.
    let mut common: Option<Value> = None;
    let mut out = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut progress = Progress::new(place);
    let (end, mut line) = (if job.args.null { 0 } else { b'\n' }, Vec::new());
    let (mut key, mut url) = (String::from(job.key), String::with_capacity(1024));
    for number in 1_u64.. {
        line.clear();
        let bounded = input.by_ref().take(LONGEST_LINE).read_until(end, &mut line);
        let read = bounded.map_err(Failure::at(name_of(place)))?;
        if read == 0 {
            break;
        }
        if read as u64 == LONGEST_LINE && !line.ends_with(&[end]) {
            let text = format!("key {number} of {}: it has more than {LONGEST_LINE} bytes", name_of(place));
            return Err(Failure::Refused(text));
        }
        progress.count(number, read);
        let at = |error: &dyn std::fmt::Display| {
            Failure::refused(format_args!("key {number} of {}: {error}", name_of(place)))
        };
        let bytes = line.strip_suffix(&[end]).unwrap_or(&line);
        // A file from Windows; a key that ends so can be given with --null.
        let bytes = if end == b'\n' { bytes.strip_suffix(b"\r").unwrap_or(bytes) } else { bytes };
        // Left out, it would shift all links behind it.
        if bytes.is_empty() {
            return Err(at(&"it is empty"));
        }
        key.truncate(job.key.len());
        key.push_str(std::str::from_utf8(bytes).map_err(|_| at(&"it is not UTF-8"))?);
        url.clear();
        let request = job.request(&key).map_err(|error| at(&error))?;
        links.presign_to(&mut url, &request).map_err(|error| at(&error))?;
        let common = match &mut common {
            Some(common) => common,
            None => common.insert(job.announced(&job.presign(request)?)),
        };
        if job.context.json() {
            common["key"] = key.as_str().into();
            common["url"] = url.as_str().into();
            writeln!(out, "{common}")?;
        } else {
            url.push('\n');
            out.write_all(url.as_bytes())?;
        }
    }
    progress.finish();
    Ok(out.flush()?)
}

/// Far longer than any key.
const LONGEST_LINE: u64 = 1 << 16;

/// A bar on standard error, if a terminal watches and it takes longer than a second.
struct Progress {
    begun: Instant,
    length: Option<u64>,
    read: u64,
    bar: Option<ProgressBar>,
    watched: bool,
}

impl Progress {
    fn new(place: &str) -> Self {
        let length = fs::metadata(place).ok().filter(fs::Metadata::is_file).map(|metadata| metadata.len());
        Self { begun: Instant::now(), length, read: 0, bar: None, watched: io::stderr().is_terminal() }
    }

    fn count(&mut self, number: u64, bytes: usize) {
        self.read += bytes as u64;
        // The clock is looked at once in a while.
        if !self.watched || number % 4096 != 0 {
            return;
        }
        if self.bar.is_none() && self.begun.elapsed() > Duration::from_secs(1) {
            self.bar = Some(bar(self.length).with_elapsed(self.begun.elapsed()));
        }
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{number} links"));
            bar.set_position(self.read);
        }
    }

    fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(length: Option<u64>) -> ProgressBar {
    let template =
        if length.is_some() { "{bar:40} {percent}% {msg}, {eta} left" } else { "{spinner} {msg}, {elapsed}" };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(length, ProgressDrawTarget::stderr_with_hz(5)).with_style(style)
}
