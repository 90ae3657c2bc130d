//! What a primitive leaves on the stack, looked at before anything else can overwrite it.

use std::fs::File;
use std::hint::black_box;
use std::os::unix::fs::FileExt;

use super::needles::{Found, Needles};
use crate::crypto::aead::{self, Aad, OVERHEAD};
use crate::crypto::arena::Arena;
use crate::crypto::kdf::{KdfCost, stretch};
use crate::crypto::keys::{Block, File as FileMarker, FileHeaderMac, Key, MasterKey, Namespace};
use crate::crypto::mac::{hmac, hmac_under, sha256_secret};
use crate::crypto::random::seeded;
use crate::crypto::stack::neglect;
use crate::crypto::{derive, random};
use crate::generator::Generator;
use crate::sealed::unlock::Unlock;
use crate::secret::SecretBytes;

/// How far below itself the test looks.
const DEPTH: usize = 128 * 1024;

/// Keys and secrets of the operations, known before any of them runs.
struct Bench {
    master: MasterKey,
    block: Key<Block>,
    mac: Key<FileHeaderMac>,
    namespace: Key<Namespace>,
    secret: Vec<u8>,
    sealed: Vec<u8>,
}

/// A primitive, by name. Each is given what it needs and leaves its result in memory that is wiped.
type Operation = (&'static str, fn(&Bench));

const OPERATIONS: &[Operation] = &[
    ("seal", |bench| {
        let mut sealed = [0; 64 + OVERHEAD];
        aead::seal(&bench.block, &aad(), &bench.secret, &mut sealed).unwrap();
    }),
    ("open", |bench| {
        let mut plain = zeroize::Zeroizing::new(vec![0; 64]);
        aead::open(&bench.block, &aad(), &bench.sealed, &mut plain).unwrap().unwrap();
    }),
    ("header MAC", |bench| assert_ne!(hmac(&bench.mac, b"header").unwrap(), [0; 32])),
    ("HMAC under a value", |bench| assert_ne!(hmac_under(&bench.secret, &[b"payload"]), [0; 32])),
    ("keys of a store", |bench| drop(derive::store_keys(&bench.master, &[1; 16], 0).unwrap())),
    ("key of a value", |bench| {
        drop(derive::namespace(&bench.namespace, "segment").unwrap());
        drop(derive::value(&bench.namespace, "segment").unwrap());
    }),
    ("key of a slot", |bench| {
        drop(derive::slot_root(bench.master.arena(), &[2; 32], &bench.secret).unwrap())
    }),
    ("digest of a key file", |bench| sha256_secret(&[&bench.secret], &mut [0; 32])),
    ("Argon2id", |bench| {
        drop(stretch(bench.master.arena(), &bench.secret, &[3; 32], KdfCost::EDGE).unwrap());
    }),
    ("password", |_| drop(generated(&password()))),
    ("token", |_| drop(generated(&token()))),
    ("passphrase", |_| drop(generated(&passphrase()))),
    ("normalising", |bench| drop(Unlock::passphrase(std::str::from_utf8(&bench.secret).unwrap()))),
];

fn password() -> Generator {
    Generator::password(64).each_class(true)
}

fn token() -> Generator {
    Generator::token(64)
}

fn passphrase() -> Generator {
    Generator::passphrase(8)
}

/// The same each time, so that it is known before.
fn generated(generator: &Generator) -> SecretBytes {
    seeded::set(Some(41));
    let secret = generator.generate().unwrap();
    seeded::set(None);
    secret
}

fn aad() -> Aad {
    Aad::new(b"a test of the stack", &[])
}

impl Bench {
    fn new() -> Self {
        let arena = Arena::any();
        let file = Key::<FileMarker>::generate(&arena).unwrap();
        let (block, mac) = (Key::generate(&arena).unwrap(), derive::file_header_mac(&file).unwrap());
        // Text of 64 bytes with an accent that has to be joined to its letter; the same each time, as one drawn anew would one day
        // stand in the program itself.
        let mut digits = [0; 31];
        seeded::set(Some(42));
        random::fill(&mut digits).unwrap();
        seeded::set(None);
        let text = data_encoding::HEXLOWER.encode(&digits);
        let secret = format!("{}{text}", &"e\u{301}"[1..]).into_bytes();
        let mut sealed = vec![0; 64 + OVERHEAD];
        aead::seal(&block, &aad(), &secret, &mut sealed).unwrap();
        let (master, namespace) = (Key::generate(&arena).unwrap(), Key::generate(&arena).unwrap());
        Self { master, block, mac, namespace, secret, sealed }
    }

    fn needles(&self) -> Needles {
        let mut needles = Needles::default();
        let of = |name, key: &[u8; 32], needles: &mut Needles| needles.add_key(name, key);
        of("master key", self.master.expose().unwrap(), &mut needles);
        of("block key", self.block.expose().unwrap(), &mut needles);
        of("MAC key", self.mac.expose().unwrap(), &mut needles);
        of("namespace key", self.namespace.expose().unwrap(), &mut needles);
        let keys = derive::store_keys(&self.master, &[1; 16], 0).unwrap();
        of("file key", keys.file.expose().unwrap(), &mut needles);
        of("authority key", keys.authority.expose().unwrap(), &mut needles);
        of("value root", keys.value_root.expose().unwrap(), &mut needles);
        let below = derive::namespace(&self.namespace, "segment").unwrap();
        of("namespace key below", below.expose().unwrap(), &mut needles);
        let value = derive::value(&self.namespace, "segment").unwrap();
        of("value key", value.expose().unwrap(), &mut needles);
        let root = derive::slot_root(self.master.arena(), &[2; 32], &self.secret).unwrap();
        of("slot root", root.expose().unwrap(), &mut needles);
        let stretched = stretch(self.master.arena(), &self.secret, &[3; 32], KdfCost::EDGE).unwrap();
        of("stretched passphrase", stretched.expose().unwrap(), &mut needles);
        needles.add_key("secret", &self.secret);
        for (name, generator) in
            [("a password", password()), ("a token", token()), ("a passphrase", passphrase())]
        {
            needles.add(name, generated(&generator).expose());
        }
        needles
    }
}

/// What is below this function's own frame after `operation`.
#[inline(never)]
fn left_by(operation: fn(&Bench), bench: &Bench, needles: &Needles) -> Found {
    let memory = File::open("/proc/self/mem").unwrap();
    let mut below = vec![0; DEPTH];
    // What lies there already is not the operation's.
    black_box(&mut [0_u8; DEPTH]);
    operation(bench);
    let here = black_box(&memory as *const File).addr();
    memory.read_exact_at(&mut below, (here - DEPTH) as u64).unwrap();
    let mut found = Found::new();
    needles.look(&below, (here - DEPTH) as u64, &mut found);
    found
}

#[test]
fn no_primitive_leaves_a_key_on_the_stack() {
    let test = || {
        let bench = Bench::new();
        let needles = bench.needles();
        let mut neglected = Vec::new();
        for (name, operation) in OPERATIONS {
            let found = left_by(*operation, &bench, &needles);
            assert!(found.is_empty(), "{name} leaves {found:?}");
            neglect::set(true);
            let found = left_by(*operation, &bench, &needles);
            neglect::set(false);
            neglected.extend((!found.is_empty()).then_some(*name));
        }
        // The control: without wiping, something is there to find.
        for name in ["keys of a store", "Argon2id"] {
            assert!(
                neglected.contains(&name),
                "on a stack that nobody cleans, {neglected:?} leave something"
            );
        }
    };
    std::thread::Builder::new().stack_size(8 << 20).spawn(test).unwrap().join().unwrap();
}
