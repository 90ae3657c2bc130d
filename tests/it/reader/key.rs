//! What unlocks a store, for both readers.

use std::process::Command;

use strongroom::Unlock;

use super::{bytes_of, hex};
use crate::fixture::{Folder, write_private};

#[derive(Clone, Debug)]
pub(super) enum Key {
    Raw([u8; 32]),
    Passphrase(String),
    /// The content of a key file.
    File(Vec<u8>),
    FileAndPassphrase(Vec<u8>, String),
    RecoveryCode(String),
}

impl Key {
    pub(super) fn unlock(&self) -> Unlock {
        match self {
            Self::Raw(key) => Unlock::raw_key(key),
            Self::Passphrase(passphrase) => Unlock::passphrase(passphrase),
            Self::File(content) => key_file(content),
            Self::FileAndPassphrase(content, passphrase) => {
                key_file(content).and_passphrase(passphrase).unwrap()
            }
            Self::RecoveryCode(code) => Unlock::recovery_code(code).unwrap(),
        }
    }

    /// From `unlock:` of a sidecar.
    pub(super) fn parse(text: &str) -> Self {
        match text.split_once(' ').unwrap() {
            ("raw-key", digits) => Self::Raw(bytes_of(digits).try_into().unwrap()),
            ("passphrase", passphrase) => Self::Passphrase(passphrase.to_owned()),
            ("key-file", content) => Self::File(bytes_of(content)),
            ("passphrase-and-key-file", both) => {
                let (content, passphrase) = both.split_once(' ').unwrap();
                Self::FileAndPassphrase(bytes_of(content), passphrase.to_owned())
            }
            ("recovery-code", code) => Self::RecoveryCode(code.to_owned()),
            (kind, _) => panic!("unlocks with {kind}"),
        }
    }

    /// As options and environment of the Python reader; a key file lies in `folder`.
    pub(super) fn hand_to(&self, command: &mut Command, folder: &Folder) {
        const VARIABLE: &str = "STRONGROOM_READER_KEY";
        let path = folder.join("key");
        match self {
            Self::Raw(key) => {
                command.args(["--raw-key-hex", &hex(key)]);
            }
            Self::Passphrase(text) | Self::FileAndPassphrase(_, text) => {
                command.args(["--passphrase-env", VARIABLE]).env(VARIABLE, text);
            }
            Self::RecoveryCode(code) => {
                command.args(["--recovery-code-env", VARIABLE]).env(VARIABLE, code);
            }
            Self::File(_) => {}
        }
        if let Self::File(content) | Self::FileAndPassphrase(content, _) = self {
            write_private(&path, content);
            command.arg("--key-file").arg(path);
        }
    }
}

fn key_file(content: &[u8]) -> Unlock {
    let folder = Folder::new();
    write_private(&folder.join("key"), content);
    Unlock::key_file(folder.join("key")).unwrap()
}
