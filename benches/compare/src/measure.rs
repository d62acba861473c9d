//! Time and allocations: everything that is measured takes its turn, round after round, on one core.

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// One implementation of one case.
pub struct Subject {
    pub implementation: &'static str,
    run: Box<dyn FnMut(u64)>,
    /// How many of what the case counts one run of the action does: the links of a batch.
    per_run: u64,
    /// How many runs make a turn.
    runs: u64,
    turns: Vec<f64>,
    pub allocations: f64,
}

impl Subject {
    /// `action` may write to the caller's buffer, which is empty when it starts and large enough. What it returns is
    /// dropped within the time that is measured. `check` sees both, once, and panics if they are wrong.
    pub fn new<T>(
        implementation: &'static str,
        mut action: impl FnMut(&mut String) -> T + 'static,
        check: impl FnOnce(&T, &str),
    ) -> Self {
        let mut out = String::with_capacity(1 << 15);
        let result = action(&mut out);
        check(&result, &out);
        drop(result);
        let run = move |runs| {
            for _ in 0..runs {
                out.clear();
                black_box(action(black_box(&mut out)));
            }
        };
        Self { implementation, run: Box::new(run), per_run: 1, runs: 1, turns: Vec::new(), allocations: 0.0 }
    }

    /// The same with an action that does the thing more than once.
    pub fn per_run(mut self, times: usize) -> Self {
        self.per_run = times as u64;
        self
    }

    /// Nanoseconds of the fastest turn.
    pub fn ns(&self) -> f64 {
        self.turns.iter().copied().fold(f64::INFINITY, f64::min)
    }

    /// How much longer than the fastest turn the one in the middle took: the noise.
    pub fn noise(&self) -> f64 {
        let mut turns = self.turns.clone();
        turns.sort_by(f64::total_cmp);
        turns[turns.len() / 2] / self.ns() - 1.0
    }

    fn prepare(&mut self, turn: Duration) {
        // The shortest of three: one interruption must not pass for a long turn.
        while (0..3).map(|_| self.time()).min() < Some(turn) {
            self.runs *= 2;
        }
        let before = ALLOCATIONS.load(Relaxed);
        (self.run)(64);
        self.allocations = (ALLOCATIONS.load(Relaxed) - before) as f64 / (64 * self.per_run) as f64;
    }

    fn take_turn(&mut self) {
        // The others have been at the caches since the last turn.
        (self.run)(self.runs / 16);
        let elapsed = self.time();
        self.turns.push(elapsed.as_nanos() as f64 / (self.runs * self.per_run) as f64);
    }

    fn time(&mut self) -> Duration {
        let start = Instant::now();
        (self.run)(self.runs);
        start.elapsed()
    }
}

/// How long to measure.
#[derive(Clone, Copy)]
pub struct Effort {
    pub rounds: usize,
    /// The least duration of a turn.
    pub turn: Duration,
}

/// Lets all subjects take their turns in every round, so that what disturbs the machine disturbs all of them.
pub fn measure<'a>(subjects: impl Iterator<Item = &'a mut Subject>, effort: Effort) {
    let mut subjects: Vec<_> = subjects.collect();
    for subject in &mut subjects {
        subject.prepare(effort.turn);
    }
    for _ in 0..effort.rounds {
        for subject in &mut subjects {
            subject.take_turn();
        }
    }
}

/// The system's allocator, counting. Load and store in place of an atomic addition: the program has one thread, and
/// what allocates a hundred times is not to pay for a hundred locks.
struct Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

fn count() {
    ALLOCATIONS.store(ALLOCATIONS.load(Relaxed) + 1, Relaxed);
}

// SAFETY: every call goes to the system's allocator as it came; counting touches nothing of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are handed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count();
        // SAFETY: the caller's promises are handed on.
        unsafe { System.realloc(pointer, layout, size) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller's promises are handed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;
