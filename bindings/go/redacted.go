package strongroom

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// notShown stands where a secret would be printed.
const notShown = "[secret not shown]"

// redacted is what everything that holds a secret says of itself, however it is asked. Its methods are of the value and not of the
// pointer: so a copy is not printed either.
type redacted struct{}

// Format prints that the secret is not shown, whatever the verb.
func (redacted) Format(to fmt.State, _ rune) { _, _ = io.WriteString(to, notShown) }

// String says that the secret is not shown.
func (redacted) String() string { return notShown }

// GoString says that the secret is not shown.
func (redacted) GoString() string { return notShown }

// LogValue says that the secret is not shown.
func (redacted) LogValue() slog.Value { return slog.StringValue(notShown) }

// MarshalText says that the secret is not shown, to encoding/xml and others that write text.
func (redacted) MarshalText() ([]byte, error) { return []byte(notShown), nil }

// MarshalJSON says that the secret is not shown.
func (redacted) MarshalJSON() ([]byte, error) { return []byte(`"` + notShown + `"`), nil }

// MarshalBinary fails: what cannot be read back must not be written.
func (redacted) MarshalBinary() ([]byte, error) { return nil, errNotEncoded }

// GobEncode fails: what cannot be read back must not be written.
func (redacted) GobEncode() ([]byte, error) { return nil, errNotEncoded }

var errNotEncoded = errors.New("strongroom: a secret is not encoded; Bytes gives its bytes")
