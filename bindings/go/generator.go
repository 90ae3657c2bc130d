package strongroom

// #include "strongroom.h"
import "C"

// Generator is how a value is made that nobody has to think of: see [Password], [Token] and [Passphrase]. Every value that fits is as likely
// as any other. What breaks a rule is refused when it is used. It may be used any number of times; the zero Generator makes nothing.
type Generator struct {
	create func(generator **C.strongroom_generator, failed **C.strongroom_error) C.strongroom_status
	adjust []adjustment
}

type adjustment func(generator *C.strongroom_generator, failed **C.strongroom_error) C.strongroom_status

// use calls the library with the generator. The zero Generator is none, which the library refuses.
func (g Generator) use(call func(*C.strongroom_generator) error) error {
	if g.create == nil {
		return call(nil)
	}
	var generator *C.strongroom_generator
	var failed *C.strongroom_error
	if err := failure(g.create(&generator, &failed), failed); err != nil {
		return err
	}
	defer C.strongroom_generator_free(generator)
	for _, adjust := range g.adjust {
		if err := failure(adjust(generator, &failed), failed); err != nil {
			return err
		}
	}
	return call(generator)
}

// PasswordOption says which characters passwords have.
type PasswordOption struct{ without, with C.uint32_t }

// WithoutLower makes passwords without letters in lower case.
func WithoutLower() PasswordOption {
	return PasswordOption{without: C.STRONGROOM_CHARACTERS_LOWER}
}

// WithoutUpper makes passwords without letters in upper case.
func WithoutUpper() PasswordOption {
	return PasswordOption{without: C.STRONGROOM_CHARACTERS_UPPER}
}

// WithoutDigits makes passwords without digits.
func WithoutDigits() PasswordOption {
	return PasswordOption{without: C.STRONGROOM_CHARACTERS_DIGITS}
}

// WithoutSymbols makes passwords without signs.
func WithoutSymbols() PasswordOption {
	return PasswordOption{without: C.STRONGROOM_CHARACTERS_SYMBOLS}
}

// WithoutLookAlikes makes passwords without characters that look like others: 0, O, 1, l, I and |.
func WithoutLookAlikes() PasswordOption {
	return PasswordOption{with: C.STRONGROOM_CHARACTERS_NO_LOOK_ALIKES}
}

// WithEachClass makes passwords that have at least one character of each class; otherwise one may be missing by chance.
func WithEachClass() PasswordOption {
	return PasswordOption{with: C.STRONGROOM_CHARACTERS_EACH_CLASS}
}

// Password makes passwords of so many characters, 1 to 1,024: letters in lower and upper case, digits and the 32 signs of ASCII.
func Password(length uint32, options ...PasswordOption) Generator {
	characters := C.uint32_t(C.STRONGROOM_CHARACTERS_ALL)
	for _, option := range options {
		characters = characters&^option.without | option.with
	}
	create := func(generator **C.strongroom_generator, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_generator_password(C.uint32_t(length), generator, failed)
	}
	choose := func(generator *C.strongroom_generator, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_generator_characters(generator, characters, failed)
	}
	return Generator{create, []adjustment{choose}}
}

// TokenOption says how tokens are written.
type TokenOption struct{ adjust adjustment }

// WithEncoding says how tokens are written; without it, in base64url without padding.
func WithEncoding(encoding TokenEncoding) TokenOption {
	return TokenOption{func(generator *C.strongroom_generator, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_generator_encoding(generator, C.uint32_t(encoding), failed)
	}}
}

// Token makes tokens of so many random bytes, 16 to 1,024.
func Token(bytes uint32, options ...TokenOption) Generator {
	made := Generator{create: func(generator **C.strongroom_generator, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_generator_token(C.uint32_t(bytes), generator, failed)
	}}
	for _, option := range options {
		made.adjust = append(made.adjust, option.adjust)
	}
	return made
}

// PassphraseOption says what passphrases look like.
type PassphraseOption struct{ adjust adjustment }

// WithSeparator says what stands between the words: one character of printable ASCII; without it, "-".
func WithSeparator(separator string) PassphraseOption {
	return PassphraseOption{func(generator *C.strongroom_generator, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(separator)
		return C.strongroom_generator_separator(generator, start, length, failed)
	}}
}

// Passphrase makes passphrases of so many words, 3 to 64, of the 7,776 of the EFF's large list.
func Passphrase(words uint32, options ...PassphraseOption) Generator {
	made := Generator{create: func(generator **C.strongroom_generator, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_generator_passphrase(C.uint32_t(words), generator, failed)
	}}
	for _, option := range options {
		made.adjust = append(made.adjust, option.adjust)
	}
	return made
}

// EntropyBits is how many bits of entropy a value has that is made so: how hard it is to guess. It fails with ErrInvalidArgument.
func (g Generator) EntropyBits() (float64, error) {
	var bits C.double
	err := g.use(func(with *C.strongroom_generator) error {
		var failed *C.strongroom_error
		return failure(C.strongroom_generator_entropy_bits(with, &bits, &failed), failed)
	})
	return float64(bits), err
}

// Generate makes a value, of no secret yet. Wipe what it returns.
//
// It fails with ErrInvalidArgument and ErrRandomFailed.
func (g Generator) Generate() (*SecretBytes, error) {
	var secret *C.strongroom_secret
	err := g.use(func(with *C.strongroom_generator) error {
		var failed *C.strongroom_error
		return failure(C.strongroom_generate(with, &secret, &failed), failed)
	})
	if err != nil {
		return nil, err
	}
	made := &SecretBytes{}
	made.ownSecret(secret)
	return made, nil
}

// PutGenerated is Put of a value that is made for it: nobody sees it before it is read. It fails with ErrRandomFailed too.
func (o *Operations) PutGenerated(path string, generator Generator, changes ...Change) (done *Written, err error) {
	name, length := chars(path)
	err = generator.use(func(with *C.strongroom_generator) error {
		return withChanges(changes, func(said *C.strongroom_changes) error {
			done, err = o.writes(func(on *C.strongroom_store, to *C.strongroom_written, failed **C.strongroom_error) C.strongroom_status {
				return C.strongroom_put_generated(on, name, length, with, said, to, failed)
			})
			return err
		})
	})
	return done, err
}
