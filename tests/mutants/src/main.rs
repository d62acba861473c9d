//! Builds all of cargo-mutants' changes into one copy of the sources, each behind a switch, so that they are compiled once
//! and not one by one: `switches LIST WITHOUT FROM TO` takes what `cargo mutants --list --json` printed and the numbers
//! of changes to leave out, reads the sources below FROM, and writes them below TO. It prints the numbers of changes that
//! cannot be switched: those in types, and of constants that patterns, types or other constants use. `run` does the rest.

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
    let texts: Vec<_> = files.keys().map(|file| read(&format!("{from}/{file}"))).collect();
    let files: Vec<_> = files
        .into_iter()
        .zip(&texts)
        .map(|((file, listed), text)| {
            let lines = find::Lines::of(text);
            let mutants: Vec<_> = listed.into_iter().map(|(id, listed)| Mutant::of(id, listed, &lines)).collect();
            (file, lines, text, mutants)
        })
        .collect();
    let switchable = switchable(&files);
    for (file, lines, text, mutants) in files {
        let found = find::places(&lines, &mutants, &switchable);
        found.left.iter().for_each(|id| println!("{id}"));
        fs::write(format!("{to}/{file}"), emit::switched(text, &mutants, &found.places)).expect("a place to write to");
    }
}

/// The constants that are used where a function can be called, and no two of a name, with their modules.
fn switchable(files: &[(&str, find::Lines<'_>, &String, Vec<Mutant>)]) -> BTreeMap<String, String> {
    let (mut modules, mut fixed) = (BTreeMap::new(), BTreeSet::new());
    for (file, lines, _, mutants) in files {
        let found = find::places(lines, mutants, &BTreeMap::new());
        fixed.extend(found.fixed);
        let path = file.trim_start_matches("src/").trim_start_matches("bin/s3-sigv4/").trim_end_matches(".rs");
        for name in found.constants {
            if modules.insert(name.clone(), format!("crate::{}::", path.replace('/', "::"))).is_some() {
                fixed.insert(name);
            }
        }
    }
    modules.retain(|name, _| !fixed.contains(name));
    modules
}

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}
