//! What only the holder of a key can make or see, for tests that put it where it does not belong.

use std::sync::Arc;

use super::disk::file::Access;
use super::disk::recording::RecordingDisk;
use super::open::open;
use super::slots::{Search, With};
use super::unlock::Unlock;
use crate::crypto::arena::Arena;
use crate::crypto::derive;
use crate::crypto::mac::hmac;
use crate::format::header::Header;
use crate::format::layout::{BLOCK_LEN, DATA_OFFSET, HEADER_LEN, LOGICAL_BLOCK_LEN};
use crate::format::slot::SlotState;

/// An authentic key header of the store in `image`, one sequence number older than its own.
pub(crate) fn outdated_header(image: &[u8], unlock: &Unlock) -> Vec<u8> {
    let header = Header::decode(&image[..HEADER_LEN]).unwrap();
    let arena = Arena::any();
    let mut search = Search::new(With::Unlock(unlock), &arena, std::slice::from_ref(&header)).unwrap();
    let master = search.open(&header).unwrap().unwrap().master(&header.place).unwrap();
    let keys = derive::store_keys(&master, &header.place.store_id, header.place.epoch).unwrap();
    let slots: Vec<_> = header.slots.iter().map(SlotState::in_use).collect();
    let (file, authority) = (
        derive::file_header_mac(&keys.file).unwrap(),
        derive::authority_header_mac(&keys.authority).unwrap(),
    );
    let mut outdated = Header::new(header.place, header.sequence - 1, &slots);
    outdated.seal(|covered| hmac(&file, covered), |covered| hmac(&authority, covered)).unwrap().to_vec()
}

/// The pages inside the blocks of `image` that authenticate.
pub(crate) fn opened_pages(image: &[u8], unlock: &Unlock) -> Vec<Vec<u8>> {
    let disk = Arc::new(RecordingDisk::holding(image));
    let (file, _) = open(&Arena::any(), disk, Access::ReadOnly, unlock).unwrap();
    let blocks = image[usize::try_from(DATA_OFFSET).unwrap()..].chunks_exact(BLOCK_LEN);
    (1..)
        .zip(blocks)
        .filter_map(|(number, sealed)| {
            let mut page = vec![0; LOGICAL_BLOCK_LEN];
            file.open_block(number, sealed, &mut page).unwrap().ok().map(|()| page)
        })
        .collect()
}
