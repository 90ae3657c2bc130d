//! Who may do what: pure decisions, without storage and without time.

use crate::error::Result;
use crate::record::path::SecretPath;

/// Whose rights a handle has.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Principal {
    /// Unlocked with a key slot: everything.
    Owner,
}

impl Principal {
    /// What a cursor is bound to, so that it continues the query of one principal only.
    pub(crate) fn bytes(self) -> &'static [u8] {
        match self {
            Self::Owner => b"owner",
        }
    }
}

/// What is about to be done.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Action<'a> {
    Read(&'a SecretPath),
    Write(&'a SecretPath),
    Delete(&'a SecretPath),
    /// To remove for good.
    Destroy(&'a SecretPath),
    List,
    /// To begin a transaction; what it does is asked with each operation.
    Begin,
    Verify,
    /// To look at the file from outside: its place, and what lies beside it.
    Inspect,
    /// To read the audit log.
    Audit,
    /// Key slots, policy, copies, pins and locking.
    Administer,
}

/// Decides before anything is looked up, so that a refusal is the same whether or not the path exists.
///
/// # Errors
///
/// None yet: the owner is the only principal, and may do everything.
pub(crate) fn authorise(principal: Principal, action: Action<'_>) -> Result<()> {
    match (principal, action) {
        (
            Principal::Owner,
            Action::Read(_)
            | Action::Write(_)
            | Action::Delete(_)
            | Action::Destroy(_)
            | Action::List
            | Action::Begin
            | Action::Verify
            | Action::Inspect
            | Action::Audit
            | Action::Administer,
        ) => Ok(()),
    }
}
