package conformance

import (
	"math"

	"github.com/strongroom/strongroom/bindings/go"
)

var classes = map[string]func() strongroom.PasswordOption{
	"lower": strongroom.WithoutLower, "upper": strongroom.WithoutUpper,
	"digits": strongroom.WithoutDigits, "symbols": strongroom.WithoutSymbols, "look_alikes": strongroom.WithoutLookAlikes,
}

var encodings = map[string]strongroom.TokenEncoding{
	"hex": strongroom.EncodingHex, "base32": strongroom.EncodingBase32,
	"base64url": strongroom.EncodingBase64url, "raw": strongroom.EncodingRaw,
}

// generator is what the argument generate describes; one that is of no known form makes nothing.
func (a arguments) generator() strongroom.Generator {
	said := arguments{a.playing, a.members("generate")}
	form := func(name string) arguments { return arguments{a.playing, said.members(name)} }
	switch {
	case said.has("password"):
		return form("password").password()
	case said.has("token"):
		return form("token").token()
	case said.has("passphrase"):
		return form("passphrase").passphrase()
	}
	return strongroom.Generator{}
}

// size is a number, or what there is without it.
func (a arguments) size(name string, otherwise uint32) uint32 {
	if !a.has(name) {
		return otherwise
	}
	return uint32(min(a.number(name), math.MaxUint32))
}

func (a arguments) password() strongroom.Generator {
	var options []strongroom.PasswordOption
	for name, without := range classes {
		if a.has(name) && !a.is(name) {
			options = append(options, without())
		}
	}
	if a.is("each_class") {
		options = append(options, strongroom.WithEachClass())
	}
	return strongroom.Password(a.size("length", 24), options...)
}

func (a arguments) token() strongroom.Generator {
	var options []strongroom.TokenOption
	if a.has("encoding") {
		options = append(options, strongroom.WithEncoding(encodings[a.text("encoding")]))
	}
	return strongroom.Token(a.size("bytes", 32), options...)
}

func (a arguments) passphrase() strongroom.Generator {
	var options []strongroom.PassphraseOption
	if a.has("separator") {
		options = append(options, strongroom.WithSeparator(a.text("separator")))
	}
	return strongroom.Passphrase(a.size("words", 6), options...)
}

func generate(_ *player, _ *strongroom.Operations, a arguments) (any, error) {
	generator := a.generator()
	value, err := generator.Generate()
	if err != nil {
		return nil, err
	}
	defer value.Wipe()
	bits, err := generator.EntropyBits()
	return object{"length": float64(value.Len()), "entropy_bits": math.Floor(bits)}, err
}
