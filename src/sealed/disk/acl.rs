//! POSIX access control lists, which Linux keeps in an attribute. Where a file has one, the bits of its group say what
//! the list gives at most.

use std::fs::File;
use std::io;

use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr};
use rustix::io::Errno;

const LIST: &str = "system.posix_acl_access";
/// As long as an attribute gets.
const LEN_MAX: usize = 1 << 16;

/// Gives `new` the list of `old`, and with it the mode; `false` if there is none, and then `new` has none either: a new
/// file may have got one from its directory.
pub(super) fn copied(new: &File, old: &File) -> io::Result<bool> {
    let mut list = vec![0; LEN_MAX];
    match fgetxattr(old, LIST, list.as_mut_slice()) {
        Ok(len) => {
            list.truncate(len);
            fsetxattr(new, LIST, &list, XattrFlags::empty())?;
            Ok(true)
        }
        Err(Errno::NODATA) => match fremovexattr(new, LIST) {
            Ok(()) | Err(Errno::NODATA | Errno::OPNOTSUPP) => Ok(false),
            Err(error) => Err(error.into()),
        },
        Err(Errno::OPNOTSUPP) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
