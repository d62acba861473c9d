//! How long a user's actions take, each beside its floor: `cargo bench --bench signing`. A part by its name:
//! `cargo bench --bench signing -- presign`.

mod cases;

use core::time::Duration;
use criterion::{BenchmarkId, Criterion, Throughput};

fn main() {
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(2))
        .configure_from_args();
    for case in cases::short().into_iter().chain(cases::long()) {
        let mut group = criterion.benchmark_group(case.action);
        group.throughput(Throughput::Bytes(case.bytes as u64));
        for (name, mut work) in case.rivals {
            let mut ran = false;
            group.bench_function(BenchmarkId::new(case.input, name), |bencher| {
                bencher.iter(|| work.run());
                ran = true;
            });
            // A filter on the command line leaves some out.
            if ran {
                work.check();
            }
        }
        group.finish();
    }
    criterion.final_summary();
}
