//! The vector suite for a target without a test harness: [`run`] answers how much was compared, or traps, and then
//! [`failure`] says where.

#[path = "../../vectors.rs"]
mod vectors;

use std::sync::Mutex;
use std::sync::atomic::Ordering;

static FAILURE: Mutex<String> = Mutex::new(String::new());

#[unsafe(no_mangle)]
pub extern "C" fn run() -> usize {
    std::panic::set_hook(Box::new(|panic| *FAILURE.lock().expect("one thread") = panic.to_string()));
    vectors::aws_signing_test_suite();
    vectors::worked_examples();
    vectors::post_policy();
    vectors::all_four_combinations_of_the_path_switches();
    vectors::COMPARED.load(Ordering::Relaxed)
}

/// Where the message of the first failure is.
#[unsafe(no_mangle)]
pub extern "C" fn failure() -> *const u8 {
    FAILURE.lock().expect("one thread").as_ptr()
}

#[unsafe(no_mangle)]
pub extern "C" fn failure_length() -> usize {
    FAILURE.lock().expect("one thread").len()
}
