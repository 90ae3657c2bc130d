//! Writes the store that `open_file` starts from, cut behind its last block in use.

use std::fs::OpenOptions;

use strongroom::{Store, Unlock};
use strongroom_fuzz::{KEY, check, fill};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: seed PATH")?;
    let unlock = Unlock::raw_key(&KEY);
    let store = Store::create(&path, &unlock)?;
    fill(&store)?;
    let report = store.verify()?;
    store.close()?;
    let blocks = report.blocks + report.unreachable_blocks;
    OpenOptions::new().write(true).open(&path)?.set_len(0xA000 + 4136 * blocks)?;
    check(&Store::open(&path, &unlock)?);
    println!("{path}: {blocks} blocks");
    Ok(())
}
