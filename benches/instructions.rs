//! One action some number of times, whose instructions `.ci/instructions` counts: `--count ACTION/INPUT/NAME TIMES`.
//! `--list` lists them. With other arguments each runs once and is checked.

mod cases;

use cases::Work;
use std::env;

fn main() {
    let mut works: Vec<(String, Box<dyn Work>)> = Vec::new();
    for case in cases::short() {
        let name = |rival| format!("{}/{}/{rival}", case.action, case.input);
        works.extend(case.rivals.into_iter().map(|(rival, work)| (name(rival), work)));
    }
    let args: Vec<_> = env::args().skip(1).collect();
    let args: Vec<_> = args.iter().map(String::as_str).collect();
    match args[..] {
        ["--list"] => works.iter().for_each(|(name, _)| println!("{name}")),
        ["--count", wanted, times] => {
            let (_, work) = works.iter_mut().find(|(name, _)| name == wanted).expect("a name that --list shows");
            repeat(&mut **work, times.parse().expect("a number"));
            work.check();
        }
        _ => {
            for (_, mut work) in works {
                repeat(&mut *work, 1);
                work.check();
            }
        }
    }
}

/// What is counted is what happens in here.
#[inline(never)]
fn repeat(work: &mut dyn Work, times: u32) {
    for _ in 0..times {
        work.run();
    }
}
