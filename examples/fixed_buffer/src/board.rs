//! What a board without an operating system brings: a start, a heap that can be closed, and a way to print.

use core::alloc::{GlobalAlloc, Layout};
use core::cell::UnsafeCell;
use core::fmt::{Display, Write};
use core::panic::PanicInfo;
use core::ptr::null_mut;
use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use cortex_m_semihosting::{debug, hio};

const SIZE: usize = 16 * 1024;

#[cortex_m_rt::entry]
fn main() -> ! {
    let signed = crate::links(|| HEAP.used.store(SIZE, Relaxed), |url| print(&url));
    if let Err(error) = &signed {
        print(error);
    }
    exit(signed.is_ok())
}

/// Hands out one piece behind the other and takes nothing back. Once it is closed, who asks gets nothing, and the
/// program stops.
struct Heap {
    used: AtomicUsize,
    memory: UnsafeCell<[u8; SIZE]>,
}

// SAFETY: each byte is handed out once.
unsafe impl Sync for Heap {}

#[global_allocator]
static HEAP: Heap = Heap { used: AtomicUsize::new(0), memory: UnsafeCell::new([0; SIZE]) };

// SAFETY: a piece begins where the last one ended, or behind, lies within the memory, and is never handed out again.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let base = self.memory.get().cast::<u8>();
        let used = self.used.load(Relaxed);
        // SAFETY: one past the end at most.
        let free = unsafe { base.add(used) };
        let start = used + free.align_offset(layout.align());
        match start.checked_add(layout.size()) {
            Some(end) if end <= SIZE => {
                self.used.store(end, Relaxed);
                // SAFETY: the piece ends within the memory.
                unsafe { base.add(start) }
            }
            _ => null_mut(),
        }
    }

    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[panic_handler]
fn stop(panic: &PanicInfo<'_>) -> ! {
    print(panic);
    exit(false)
}

/// On the terminal of who debugs the board.
fn print(line: &dyn Display) {
    if let Ok(mut terminal) = hio::hstdout() {
        writeln!(terminal, "{line}").ok();
    }
}

fn exit(good: bool) -> ! {
    debug::exit(if good { debug::EXIT_SUCCESS } else { debug::EXIT_FAILURE });
    loop {}
}
