//! The same requests through s3-sigv4, through other crates that sign for S3, and through the hashing alone.
//!
//! README.md says what is measured and how.

mod cases;
mod fixture;
mod floor;
mod growth;
mod measure;
mod peers;
mod picture;

use cases::{Case, FLOOR, OURS};
use measure::{Effort, measure};
use serde::Serialize;
use std::error::Error;
use std::fs;
use std::path::Path;
use std::time::Duration;

const USAGE: &str = "\
usage: compare [--quick] [--case TEXT]
  --quick      check every result and measure for a moment: figures for nobody
  --case TEXT  only the cases whose name has TEXT in it (`growth` is one)";

struct Options {
    quick: bool,
    case: String,
}

fn main() -> Result<(), Box<dyn Error>> {
    let Some(options) = options(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        std::process::exit(2);
    };
    let core = core_affinity::get_core_ids().and_then(|cores| cores.last().copied());
    match core {
        Some(core) if core_affinity::set_for_current(core) => eprintln!("on core {}", core.id),
        _ => eprintln!("on any core: this system does not let us choose one"),
    }

    let mut cases = cases::all();
    cases.retain(|case| case.name.contains(&options.case));
    if cases.is_empty() && !options.growth() {
        return Err(format!("no case has {:?} in its name", options.case).into());
    }
    measure(cases.iter_mut().flat_map(|case| &mut case.subjects), options.effort());
    print_versions(&cases);
    print_table(&cases);
    print_absent(&cases);
    print_against_peers(&cases);
    print_verified();
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    write_json(&home.join("../../target/compare.json"), &cases)?;

    let growth = if options.growth() { growth::all(options.growth_effort()) } else { Vec::new() };
    print_growth(&growth);

    // The pictures are part of the repository: only a whole run is worth one.
    if !options.quick && options.case.is_empty() {
        picture::compare(&home.join("compare.svg"), &cases[0])?;
        picture::growth(&home.join("growth.svg"), &growth)?;
    }
    Ok(())
}

fn options(mut arguments: impl Iterator<Item = String>) -> Option<Options> {
    let mut options = Options { quick: false, case: String::new() };
    while let Some(argument) = arguments.next() {
        match &*argument {
            "--quick" => options.quick = true,
            "--case" => options.case = arguments.next()?,
            _ => return None,
        }
    }
    Some(options)
}

impl Options {
    fn effort(&self) -> Effort {
        match self.quick {
            true => Effort { rounds: 3, turn: Duration::from_micros(200) },
            false => Effort { rounds: 400, turn: Duration::from_millis(1) },
        }
    }

    fn growth(&self) -> bool {
        "growth".contains(&self.case)
    }

    fn growth_effort(&self) -> Effort {
        Effort { rounds: self.effort().rounds / 2 + 1, ..self.effort() }
    }
}

impl Case {
    fn floor(&self) -> f64 {
        self.ns_of(FLOOR)
    }

    fn ns_of(&self, implementation: &str) -> f64 {
        let mut subjects = self.subjects.iter();
        subjects.find(|subject| subject.implementation == implementation).map_or(f64::NAN, |subject| subject.ns())
    }
}

/// The versions of those that are measured, as they are locked.
fn print_versions(cases: &[Case]) {
    let locked = include_str!("../Cargo.lock").lines().collect::<Vec<_>>();
    let versions: Vec<_> = locked
        .windows(2)
        .filter_map(|lines| {
            let name = lines[0].strip_prefix("name = ")?.trim_matches('"');
            let measured = cases.iter().flat_map(|case| &case.subjects).any(|subject| subject.implementation == name);
            let version = lines[1].strip_prefix("version = ")?.trim_matches('"');
            measured.then(|| format!("{name} {version}"))
        })
        .collect();
    println!("{}\n", versions.join(", "));
}

fn print_table(cases: &[Case]) {
    println!("| case | implementation | ns | × floor | allocations | noise | GB/s |");
    println!("|---|---|--:|--:|--:|--:|--:|");
    for case in cases {
        for subject in &case.subjects {
            let throughput = case.body.map_or(String::new(), |bytes| format!("{:.3}", bytes as f64 / subject.ns()));
            println!(
                "| {} | {} | {:.0} | {:.3} | {} | {:.0} % | {throughput} |",
                case.name,
                subject.implementation,
                subject.ns(),
                subject.ns() / case.floor(),
                number(subject.allocations),
                subject.noise() * 100.0,
            );
        }
    }
}

fn print_absent(cases: &[Case]) {
    println!();
    let mut said: Vec<(&str, &str)> = Vec::new();
    for case in cases {
        for (implementation, why) in &case.absent {
            if !said.contains(&(implementation, why)) {
                let cases = cases.iter().filter(|case| case.absent.contains(&(implementation, why)));
                let names: Vec<_> = cases.map(|case| case.name).collect();
                println!("{implementation} is not in {}: {why}.", names.join(", "));
                said.push((implementation, why));
            }
        }
    }
}

fn print_against_peers(cases: &[Case]) {
    println!();
    for case in cases {
        let peers =
            case.subjects.iter().filter(|peer| peer.implementation != FLOOR && !peer.implementation.starts_with(OURS));
        let Some(fastest) = peers.min_by(|a, b| a.ns().total_cmp(&b.ns())) else { continue };
        let ours = case.ns_of(OURS);
        println!(
            "{}: {OURS} is {:.1} times as fast as the fastest peer, {}, and {:.1} times as fast as aws-sigv4.",
            case.name,
            fastest.ns() / ours,
            fastest.implementation,
            case.ns_of("aws-sigv4") / ours,
        );
    }
}

/// What the checks have found: nothing that a peer has signed is refused.
fn print_verified() {
    println!();
    for ((peer, what), count) in fixture::VERIFIED.lock().expect("one thread").iter() {
        println!("{count} {what} signed by {peer} verify, and none does under another secret.");
    }
}

fn print_growth(all: &[growth::Series]) {
    for series in all {
        println!("\n| {} by {} | ns | floor | × floor |\n|--:|--:|--:|--:|", series.name, series.unit);
        for point in &series.points {
            let (ours, floor) = (point.ours.ns(), point.floor.ns());
            println!("| {} | {ours:.0} | {floor:.0} | {:.3} |", point.size, ours / floor);
        }
        let fit = series.fit();
        println!(
            "\nns = {:.0} + {:.2} × {}; R² = {:.5}; no point is further from the line than {:.1} % of the last one",
            fit.at_zero,
            fit.slope,
            series.unit,
            fit.r_squared,
            fit.residual * 100.0,
        );
    }
}

#[derive(Serialize)]
struct Row<'a> {
    case: &'a str,
    implementation: &'a str,
    ns: f64,
    ratio_to_floor: f64,
    allocations: serde_json::Number,
}

fn write_json(path: &Path, cases: &[Case]) -> Result<(), Box<dyn Error>> {
    let rounded = |value: f64, to: f64| (value * to).round() / to;
    let rows = cases.iter().flat_map(|case| {
        case.subjects.iter().map(move |subject| Row {
            case: case.name,
            implementation: subject.implementation,
            ns: rounded(subject.ns(), 10.0),
            ratio_to_floor: rounded(subject.ns() / case.floor(), 1000.0),
            allocations: number(subject.allocations),
        })
    });
    fs::create_dir_all(path.parent().ok_or("no folder")?)?;
    fs::write(path, serde_json::to_string_pretty(&rows.collect::<Vec<_>>())? + "\n")?;
    Ok(())
}

/// Whole as long as it is: a share of an allocation is possible for one link of a batch.
fn number(value: f64) -> serde_json::Number {
    match serde_json::Number::from_f64(value) {
        Some(number) if value.fract() != 0.0 => number,
        _ => (value as u64).into(),
    }
}
