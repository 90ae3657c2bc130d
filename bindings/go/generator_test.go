package strongroom_test

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"math"
	"strings"
	"testing"

	"github.com/strongroom/strongroom/bindings/go"
)

// generated is a value of a generator.
func generated(t *testing.T, generator strongroom.Generator) string {
	t.Helper()
	made := must[*strongroom.SecretBytes](t)(generator.Generate())
	defer made.Wipe()
	return made.Reveal()
}

const (
	lower  = "abcdefghijklmnopqrstuvwxyz"
	digits = "0123456789"
	signs  = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"
)

func TestPasswordsHaveTheCharactersThatAreChosen(t *testing.T) {
	upper := strings.ToUpper(lower)
	for _, tried := range []struct {
		options   []strongroom.PasswordOption
		some, all string
	}{
		{nil, lower + upper + digits + signs, ""},
		{[]strongroom.PasswordOption{strongroom.WithoutLower()}, upper + digits + signs, ""},
		{[]strongroom.PasswordOption{strongroom.WithoutUpper(), strongroom.WithoutSymbols()}, lower + digits, ""},
		{[]strongroom.PasswordOption{strongroom.WithoutDigits(), strongroom.WithoutSymbols(), strongroom.WithoutLookAlikes()},
			"abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ", ""},
	} {
		password := generated(t, strongroom.Password(1024, tried.options...))
		equal(t, len(password), 1024)
		equal(t, strings.Trim(password, tried.some), "")
		for _, class := range []string{lower, upper, digits, signs} {
			equal(t, strings.ContainsAny(password, class), strings.ContainsAny(tried.some, class))
		}
	}
	for range 50 {
		password := generated(t, strongroom.Password(4, strongroom.WithEachClass()))
		for _, class := range []string{lower, upper, digits, signs} {
			equal(t, strings.ContainsAny(password, class), true)
		}
	}
}

func TestTokensAreWrittenAsWasSaid(t *testing.T) {
	equal(t, len(must[[]byte](t)(base64.RawURLEncoding.DecodeString(generated(t, strongroom.Token(16))))), 16)
	encoded := func(as strongroom.TokenEncoding) string {
		return generated(t, strongroom.Token(32, strongroom.WithEncoding(as)))
	}
	equal(t, len(must[[]byte](t)(base64.RawURLEncoding.DecodeString(encoded(strongroom.EncodingBase64url)))), 32)
	equal(t, len(must[[]byte](t)(hex.DecodeString(encoded(strongroom.EncodingHex)))), 32)
	base := base32.StdEncoding.WithPadding(base32.NoPadding)
	equal(t, len(must[[]byte](t)(base.DecodeString(strings.ToUpper(encoded(strongroom.EncodingBase32))))), 32)
	equal(t, len(encoded(strongroom.EncodingRaw)), 32)
}

func TestPassphrasesAreMadeOfWords(t *testing.T) {
	equal(t, len(strings.Fields(generated(t, strongroom.Passphrase(6, strongroom.WithSeparator(" "))))), 6)
	equal(t, strings.Count(generated(t, strongroom.Passphrase(3)), "-") >= 2, true)
}

func TestEntropyIsSaidInBits(t *testing.T) {
	equal(t, must[float64](t)(strongroom.Token(32).EntropyBits()), 256)
	pin := strongroom.Password(6, strongroom.WithoutLower(), strongroom.WithoutUpper(), strongroom.WithoutSymbols())
	equal(t, math.Abs(must[float64](t)(pin.EntropyBits())-math.Log2(1_000_000)) < 1e-9, true)
}

func TestAGeneratorMayBeUsedAgain(t *testing.T) {
	generator := strongroom.Token(32)
	first, second := generated(t, generator), generated(t, generator)
	equal(t, len(first), len(second))
	equal(t, first != second, true)
}

func TestAGeneratedValueGoesIntoTheStoreUnseen(t *testing.T) {
	store := inMemory(t)
	done := must[*strongroom.Written](t)(store.PutGenerated("a", strongroom.Password(24), strongroom.WithTag("made", "")))
	equal(t, done.Version, 1)
	first := value(t, &store.Operations, "a")
	equal(t, len(first), 24)
	equal(t, len(must[*strongroom.SecretInfo](t)(store.Info("a")).Tags), 1)
	rotated := must[*strongroom.Rotated](t)(store.RotateGenerated("a", strongroom.Passphrase(6), 0, strongroom.WithNote("made")))
	equal(t, rotated.OldVersion, 1)
	equal(t, value(t, &store.Operations, "a") != first, true)
	_, err := store.PutGenerated("a", strongroom.Token(32), strongroom.ExpectAbsent())
	fails(t, err, strongroom.ErrAlreadyExists)
}

func TestGeneratorsThatBreakARuleAreRefused(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	noClass := []strongroom.PasswordOption{
		strongroom.WithoutLower(), strongroom.WithoutUpper(), strongroom.WithoutDigits(), strongroom.WithoutSymbols(),
	}
	for name, generator := range map[string]strongroom.Generator{
		"no characters":        strongroom.Password(0),
		"too many characters":  strongroom.Password(1025),
		"no class":             strongroom.Password(24, noClass...),
		"too short for all":    strongroom.Password(3, strongroom.WithEachClass()),
		"too few bytes":        strongroom.Token(15),
		"too many bytes":       strongroom.Token(math.MaxUint32),
		"another encoding":     strongroom.Token(32, strongroom.WithEncoding(77)),
		"too few words":        strongroom.Passphrase(2),
		"no separator":         strongroom.Passphrase(6, strongroom.WithSeparator("")),
		"a long separator":     strongroom.Passphrase(6, strongroom.WithSeparator("--")),
		"another separator":    strongroom.Passphrase(6, strongroom.WithSeparator("ü")),
		"no text as separator": strongroom.Passphrase(6, strongroom.WithSeparator("\xff")),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := generator.Generate()
			fails(t, err, strongroom.ErrInvalidArgument)
			_, err = generator.EntropyBits()
			fails(t, err, strongroom.ErrInvalidArgument)
			_, err = store.PutGenerated("a", generator)
			fails(t, err, strongroom.ErrInvalidArgument)
			_, err = store.RotateGenerated("a", generator, 0)
			fails(t, err, strongroom.ErrInvalidArgument)
		})
	}
	_, err := strongroom.Generator{}.Generate()
	fails(t, err, strongroom.ErrInvalidArgument)
	_, err = store.PutGenerated("a", strongroom.Generator{})
	fails(t, err, strongroom.ErrInvalidArgument)
	equal(t, must[*strongroom.SecretInfo](t)(store.Info("a")).Version, 1)
}
