//! New secrets out of randomness: what they look like, and how many of them there are.

mod passphrase;
mod password;
mod token;

use passphrase::Passphrase;
use password::{Class, Password};
use token::Token;

pub use token::TokenEncoding;

use crate::crypto::stack::{SHALLOW, on_clean_stack};
use crate::error::{Error, ErrorKind, Result};
use crate::secret::SecretBytes;

/// A description of secrets to be made out of the operating system's randomness: passwords, tokens or passphrases.
///
/// Every secret that fits the description is as likely as any other, so [`entropy_bits`](Self::entropy_bits) says exactly
/// how hard it is to guess. What is made is wiped like every [`SecretBytes`]; with
/// [`Store::put_generated`](crate::Store::put_generated) the caller never sees it.
///
/// A description that breaks a rule is refused when it is used.
///
/// # Examples
///
/// ```
/// use strongroom::{Generator, Put, Store, TokenEncoding};
///
/// let store = Store::in_memory()?;
/// store.put_generated("db/password", &Generator::password(24).symbols(false).each_class(true), Put::new())?;
/// store.put_generated("hook/key", &Generator::token(32).encoding(TokenEncoding::Hex), Put::new())?;
/// store.put_generated("wifi/guests", &Generator::passphrase(6), Put::new())?;
/// assert_eq!(store.get("db/password")?.value().len(), 24);
/// assert_eq!(store.get("hook/key")?.value().len(), 64);
/// assert_eq!(Generator::token(32).entropy_bits()?, 256.0);
/// # Ok::<(), strongroom::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Generator {
    form: Form,
    /// What was asked for that this form does not have.
    misplaced: Option<&'static str>,
}

#[derive(Clone, Debug)]
enum Form {
    Password(Password),
    Token(Token),
    Passphrase(Passphrase),
}

impl Generator {
    /// Passwords of so many characters, 1 to 1,024: ASCII letters in lower and upper case, digits, and the 32 signs
    /// `` !"#$%&'()*+,-./:;<=>?@[\]^_`{|}~ ``. Any of these four classes can be left out.
    ///
    /// A password of all four has 6.55 bits of entropy for each character.
    #[must_use]
    pub fn password(length: u32) -> Self {
        Form::Password(Password::new(length)).into()
    }

    /// Tokens of so many random bytes, 16 to 1,024, written in [base64url](TokenEncoding::Base64Url) unless another
    /// [encoding](Self::encoding) is chosen. They have eight bits of entropy for each byte.
    #[must_use]
    pub fn token(bytes: u32) -> Self {
        Form::Token(Token::new(bytes)).into()
    }

    /// Passphrases of so many words, 3 to 64, with a `-` between them unless another [separator](Self::separator) is
    /// chosen. The words are the 7,776 of the EFF's large list: lower-case English of three to nine letters, four of them
    /// with a hyphen. They have 12.92 bits of entropy for each word.
    #[must_use]
    pub fn passphrase(words: u32) -> Self {
        Form::Passphrase(Passphrase::new(words)).into()
    }

    /// Whether passwords have letters in lower case.
    #[must_use]
    pub fn lower(self, chosen: bool) -> Self {
        self.of_password(|password| password.choose(Class::Lower, chosen))
    }

    /// Whether passwords have letters in upper case.
    #[must_use]
    pub fn upper(self, chosen: bool) -> Self {
        self.of_password(|password| password.choose(Class::Upper, chosen))
    }

    /// Whether passwords have digits.
    #[must_use]
    pub fn digits(self, chosen: bool) -> Self {
        self.of_password(|password| password.choose(Class::Digits, chosen))
    }

    /// Whether passwords have signs.
    #[must_use]
    pub fn symbols(self, chosen: bool) -> Self {
        self.of_password(|password| password.choose(Class::Symbols, chosen))
    }

    /// Whether passwords may have characters that look like others: `0`, `O`, `1`, `l`, `I` and `|`. They may unless it is
    /// said here that they must not.
    #[must_use]
    pub fn look_alikes(self, allowed: bool) -> Self {
        self.of_password(|password| password.look_alikes = allowed)
    }

    /// Whether passwords have at least one character of each class that is chosen. Otherwise a class may be missing by
    /// chance. A password that lacks one is thrown away as a whole, so those that are left stay as likely as each other.
    #[must_use]
    pub fn each_class(self, required: bool) -> Self {
        self.of_password(|password| password.each_class = required)
    }

    /// All of it as a text, to tell descriptions apart. If another version of the library spells it otherwise, a call that is
    /// repeated with that one is a conflict, and nothing worse.
    pub(crate) fn description(&self) -> String {
        format!("{self:?}")
    }

    /// How tokens are written.
    #[must_use]
    pub fn encoding(mut self, encoding: TokenEncoding) -> Self {
        match &mut self.form {
            Form::Token(token) => token.encoding = encoding,
            _ => self.misplaced = Some("an encoding is chosen for tokens only"),
        }
        self
    }

    /// What stands between the words of passphrases: one character of printable ASCII, a space among them.
    #[must_use]
    pub fn separator(mut self, separator: char) -> Self {
        match &mut self.form {
            Form::Passphrase(passphrase) => passphrase.separator = separator,
            _ => self.misplaced = Some("a separator is chosen for passphrases only"),
        }
        self
    }

    /// The entropy in bits: the binary logarithm of how many secrets fit the description, all of them being equally
    /// likely. Who tries one after the other needs 2 to the power of one less on average.
    ///
    /// Of passwords that must have each class, only those that do are counted.
    ///
    /// # Errors
    ///
    /// As [`generate`](Self::generate), for a description that breaks a rule.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::Generator;
    ///
    /// let pin = Generator::password(6).lower(false).upper(false).symbols(false);
    /// assert!((pin.entropy_bits()? - 1_000_000_f64.log2()).abs() < 1e-9);
    /// assert!(Generator::passphrase(6).entropy_bits()? > 77.5);
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn entropy_bits(&self) -> Result<f64> {
        self.check()?;
        Ok(match &self.form {
            Form::Password(password) => password.entropy_bits(),
            Form::Token(token) => token.entropy_bits(),
            Form::Passphrase(passphrase) => passphrase.entropy_bits(),
        })
    }

    /// Makes a secret.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidArgument`] names what breaks a rule, and the rule: a length outside its limits, no class of
    /// characters, a password too short to have each class, a separator that is not printable ASCII, or a choice that is
    /// made for another form. [`ErrorKind::RandomFailed`] if the operating system gives no randomness.
    ///
    /// # Examples
    ///
    /// ```
    /// use strongroom::{ErrorKind, Generator};
    ///
    /// let password = Generator::password(20).look_alikes(false).generate()?;
    /// assert!(password.expose().iter().all(|letter| !b"0O1lI|".contains(letter)));
    /// let refused = Generator::token(8).generate().err().map(|error| error.kind());
    /// assert_eq!(refused, Some(ErrorKind::InvalidArgument));
    /// # Ok::<(), strongroom::Error>(())
    /// ```
    pub fn generate(&self) -> Result<SecretBytes> {
        self.check()?;
        on_clean_stack::<SHALLOW, _>(|| match &self.form {
            Form::Password(password) => password.generate(),
            Form::Token(token) => token.generate(),
            Form::Passphrase(passphrase) => passphrase.generate(),
        })
    }

    fn check(&self) -> Result<()> {
        if let Some(rule) = self.misplaced {
            return Err(broken(rule));
        }
        match &self.form {
            Form::Password(password) => password.check(),
            Form::Token(token) => token.check(),
            Form::Passphrase(passphrase) => passphrase.check(),
        }
    }

    fn of_password(mut self, choose: impl FnOnce(&mut Password)) -> Self {
        match &mut self.form {
            Form::Password(password) => choose(password),
            _ => self.misplaced = Some("classes of characters are chosen for passwords only"),
        }
        self
    }
}

impl From<Form> for Generator {
    fn from(form: Form) -> Self {
        Self { form, misplaced: None }
    }
}

fn broken(rule: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::InvalidArgument, rule)
}

/// A length inside its limits, as the length of a buffer.
fn check_length(what: &str, length: u32, least: u32, most: u32) -> Result<()> {
    if (least..=most).contains(&length) {
        Ok(())
    } else {
        Err(broken(format!("{what} has {least} to {most}, and not {length}")))
    }
}

/// As the length of a buffer. Lengths were checked before.
fn buffer_len(length: u32) -> usize {
    usize::try_from(length).unwrap_or_default()
}

#[cfg(test)]
mod tests;
