//! Reading back: what others have signed.

mod chunks;

pub use chunks::{ChunkDecoder, ChunkError, ChunkFraming};
