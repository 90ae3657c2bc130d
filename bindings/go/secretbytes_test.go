package strongroom_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/strongroom/strongroom/bindings/go"
)

const shown = "hunter2"

func TestASecretIsNotPrintedLoggedOrEncoded(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", shown)
	secret := must[*strongroom.Secret](t)(store.Get("a"))
	defer secret.Wipe()
	equal(t, string(secret.Bytes()), shown)
	own := strongroom.NewSecretBytes(shown)
	defer own.Wipe()
	for name, printed := range map[string]any{
		"secret": secret, "bytes": own, "key": strongroom.WithPassphrase(shown), "key of bytes": strongroom.WithRawKey([]byte(shown)),
		"pointer": &own, "inside": struct{ Inside any }{secret}, "list": []any{own, secret},
		"code": &strongroom.RecoveryCode{ID: "slot", Code: own}, "found": strongroom.Found{Secret: secret},
	} {
		t.Run(name, func(t *testing.T) {
			for _, text := range everyForm(t, printed) {
				if strings.Contains(text, shown) || strings.Contains(text, fmt.Sprintf("%x", shown)) || strings.Contains(text, fmt.Sprint([]byte(shown))) {
					t.Errorf("%s is shown", text)
				}
			}
		})
	}
	equal(t, fmt.Sprintf("%v %s %x %d %#v %+v", own, own, own, own, own, own), strings.TrimSpace(strings.Repeat("[secret not shown] ", 6)))
	fails(t, gob.NewEncoder(&bytes.Buffer{}).Encode(own), errOf(own.MarshalBinary()))
	_, err := own.GobEncode()
	fails(t, err, errOf(own.MarshalBinary()))
}

func errOf(_ []byte, err error) error { return err }

// everyForm is what the standard library makes of something.
func everyForm(t *testing.T, of any) []string {
	var all []string
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		all = append(all, fmt.Sprintf(verb, of))
	}
	inJSON, err := json.Marshal(of)
	ok(t, err)
	var log bytes.Buffer
	slog.New(slog.NewTextHandler(&log, nil)).Info("text", "it", of)
	slog.New(slog.NewJSONHandler(&log, nil)).Info("json", "it", of)
	inXML, _ := xml.Marshal(of)
	var inGob bytes.Buffer
	_ = gob.NewEncoder(&inGob).Encode(of)
	all = append(all, string(inJSON), log.String(), string(inXML), inGob.String(), fmt.Sprint(of), fmt.Sprintln(of))
	if stringer, is := of.(fmt.Stringer); is {
		all = append(all, stringer.String(), of.(fmt.GoStringer).GoString(), of.(slog.LogValuer).LogValue().String())
	}
	return all
}

func TestWipeOverwritesWhatBytesGave(t *testing.T) {
	secret := strongroom.NewSecretBytes([]byte(shown))
	given := secret.Bytes()
	equal(t, &given[0], &secret.Bytes()[0])
	equal(t, cap(given), len(given))
	secret.Wipe()
	secret.Wipe()
	equal(t, string(given), strings.Repeat("\x00", len(shown)))
	equal(t, secret.Len(), len(shown))
	for name, use := range map[string]func(){
		"bytes": func() { secret.Bytes() }, "reveal": func() { secret.Reveal() }, "equal": func() { secret.Equal(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				err, _ := recover().(error)
				fails(t, err, strongroom.ErrClosed)
			}()
			use()
		})
	}
	fails(t, secret.View(func([]byte) error { return errors.New("called") }), strongroom.ErrClosed)
}

func TestASecretThatWasWipedKeepsItsVersion(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	put(t, &store.Operations, "a", shown)
	secret := must[*strongroom.Secret](t)(store.Get("a"))
	before := strongroom.LiveObjects()
	secret.Wipe()
	equal(t, strongroom.LiveObjects(), before-1)
	equal(t, secret.Version(), 1)
	_, err := secret.Info()
	fails(t, err, strongroom.ErrClosed)
}

func TestAViewKeepsTheBytesUntilItEnds(t *testing.T) {
	secret := strongroom.NewSecretBytes(shown)
	enough := errors.New("enough")
	equal(t, secret.View(func(value []byte) error {
		secret.Wipe()
		equal(t, string(value), shown)
		return enough
	}), enough)
	fails(t, secret.View(func([]byte) error { return nil }), strongroom.ErrClosed)
}

func TestAPanicInAViewLetsTheBytesGo(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	put(t, &store.Operations, "a", shown)
	secret := must[*strongroom.Secret](t)(store.Get("a"))
	func() {
		defer func() { equal(t, recover(), any("enough")) }()
		_ = secret.View(func([]byte) error { panic("enough") })
	}()
	before := strongroom.LiveObjects()
	secret.Wipe()
	equal(t, strongroom.LiveObjects(), before-1)
}

func TestASecretIsPutWithoutACopy(t *testing.T) {
	store := inMemory(t)
	secret := strongroom.NewSecretBytes(shown)
	defer secret.Wipe()
	ok(t, secret.View(func(value []byte) error {
		_, err := store.Put("a", value)
		return err
	}))
	equal(t, value(t, &store.Operations, "a"), shown)
}

func TestEmptySecretsAreSecrets(t *testing.T) {
	for _, secret := range []*strongroom.SecretBytes{strongroom.NewSecretBytes(""), strongroom.NewSecretBytes([]byte(nil)), {}} {
		equal(t, secret.Len() == 0 && len(secret.Bytes()) == 0 && secret.Reveal() == "" && secret.Equal(nil), true)
		secret.Wipe()
	}
}

func TestManyGoroutinesLookWhileOneWipes(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", shown)
	for range 50 {
		secret := must[*strongroom.Secret](t)(store.Get("a"))
		var all sync.WaitGroup
		for range 8 {
			all.Add(1)
			go func() {
				defer all.Done()
				for {
					err := secret.View(func(value []byte) error {
						if string(value) != shown {
							t.Errorf("the bytes were wiped inside of a view")
						}
						return nil
					})
					if errors.Is(err, strongroom.ErrClosed) {
						return
					}
				}
			}()
		}
		runtime.Gosched()
		secret.Wipe()
		all.Wait()
	}
}

// Whichever comes first: what Bytes gave is overwritten, or it gave nothing.
func TestBytesBesideWipeLeavesNoCopy(t *testing.T) {
	for range 20_000 {
		secret := strongroom.NewSecretBytes(shown)
		wiped := make(chan struct{})
		go func() {
			defer close(wiped)
			secret.Wipe()
		}()
		given, err := bytesOf(secret)
		<-wiped
		if err != nil {
			fails(t, err, strongroom.ErrClosed)
		} else {
			equal(t, string(given), strings.Repeat("\x00", len(shown)))
		}
	}
}

// bytesOf is what Bytes gives, or what it panics with.
func bytesOf(secret *strongroom.SecretBytes) (given []byte, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = panicked.(error)
		}
	}()
	return secret.Bytes(), nil
}
