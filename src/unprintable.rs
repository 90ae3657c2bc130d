//! What holds secrets can be neither printed nor copied nor compared. Looked at while the tests compile.
//!
//! Nor serialised: no crate that could do it is a dependency of this one.

use std::fmt::{Debug, Display};
use std::marker::PhantomData;

use crate::crypto::keys::{Block, Key, MasterKey, SlotWrap, Stretched, Value};
use crate::sealed::recovery::RecoveryCode;
use crate::sealed::slots::Opener;
use crate::sealed::unlock::Unlock;
use crate::secret::{Plaintext, SecretBytes};
use crate::store::{Secret, Store, Transaction};

/// Whether a type implements a trait: an inherent constant, where there is one, hides that of a trait.
macro_rules! implements {
    ($type:ty: $trait:path) => {{
        #[allow(dead_code, reason = "hidden by the inherent constant of types that implement the trait")]
        trait Otherwise {
            const FOUND: bool = false;
        }
        impl<T: ?Sized> Otherwise for T {}
        struct Probe<T: ?Sized>(PhantomData<T>);
        #[allow(dead_code, reason = "hidden from types that do not implement the trait")]
        impl<T: ?Sized + $trait> Probe<T> {
            const FOUND: bool = true;
        }
        <Probe<$type>>::FOUND
    }};
}

/// What holds a value beside what may be printed: it is not copied and not compared, and printing leaves the value out.
macro_rules! is_guarded {
    ($($type:ty),+ $(,)?) => {
        $(const _: () = {
            assert!(!implements!($type: Display), "it can be printed");
            assert!(!implements!($type: Clone), "it can be copied");
            assert!(!implements!($type: PartialEq), "it can be compared, in time that depends on it");
        };)+
    };
}

macro_rules! is_closed {
    ($($type:ty),+ $(,)?) => {
        $(const _: () = {
            assert!(!implements!($type: Debug), "it can be printed");
            assert!(!implements!($type: Display), "it can be printed");
            assert!(!implements!($type: Clone), "it can be copied");
            assert!(!implements!($type: PartialEq), "it can be compared, in time that depends on it");
        };)+
    };
}

is_closed!(
    SecretBytes,
    Unlock,
    RecoveryCode,
    Plaintext,
    MasterKey,
    Key<Stretched>,
    Key<SlotWrap>,
    Key<Block>,
    Key<Value>,
    Opener,
);

is_guarded!(Secret, Store, Transaction<'static, 'static>);

// The control: of a type that has them all, each is seen.
const _: () = assert!(
    implements!(String: Debug)
        && implements!(String: Display)
        && implements!(String: Clone)
        && implements!(String: PartialEq)
);
