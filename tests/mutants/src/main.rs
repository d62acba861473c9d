//! Builds all of cargo-mutants' changes into one copy of the sources, each behind a switch, so that they are compiled once
//! and not one by one: `switches LIST WITHOUT FROM TO` takes what `cargo mutants --list --json` printed and the numbers
//! of changes to leave out, reads the sources below FROM, and writes them below TO. It prints the numbers of changes that
//! cannot be switched: those in constants, and of fields. `run` does the rest.

mod emit;
mod find;

use find::Mutant;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::{env, fs};

fn main() {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [list, without, from, to] = &arguments[..] else { panic!("usage: switches LIST WITHOUT FROM TO") };
    let list: Vec<Value> = serde_json::from_str(&read(list)).expect("what cargo-mutants lists");
    let without: BTreeSet<usize> = read(without).split_whitespace().map(|id| id.parse().expect("a number")).collect();
    let mut files: BTreeMap<&str, Vec<(usize, &Value)>> = BTreeMap::new();
    for (id, mutant) in list.iter().enumerate() {
        let of_file = files.entry(mutant["file"].as_str().expect("a path")).or_default();
        if !without.contains(&id) {
            of_file.push((id, mutant));
        }
    }
    for (file, listed) in files {
        let text = read(&format!("{from}/{file}"));
        let lines = find::Lines::of(&text);
        let mutants: Vec<_> = listed.into_iter().map(|(id, listed)| Mutant::of(id, listed, &lines)).collect();
        let (places, left) = find::places(&lines, &mutants);
        left.iter().for_each(|id| println!("{id}"));
        fs::write(format!("{to}/{file}"), emit::switched(&text, &mutants, &places)).expect("a place to write to");
    }
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
