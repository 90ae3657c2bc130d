package strongroom_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strconv"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// hmacOf is what the standard library makes of a key and a message.
func hmacOf(key, message string) string {
	mac := hmac.New(sha256.New, []byte(key))
	mac.Write([]byte(message))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestAPayloadIsSignedAndChecked(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "key")
	signature := must[string](t)(store.SignPayload("a", []byte("payload")))
	equal(t, signature, hmacOf("key", "payload"))
	equal(t, must[string](t)(store.SignPayload("a", nil)), hmacOf("key", ""))

	check := must[strongroom.SignatureCheck](t)(store.VerifyPayload("a", []byte("payload"), signature))
	equal(t, check, strongroom.SignatureCheck{Status: strongroom.SignatureValid, Version: 1})
	equal(t, check.Valid(), true)
	for _, wrong := range []string{
		"", "none", hmacOf("other", "payload"), hmacOf("key", "other"), signature + "0", signature + "\x00", signature + "\xff", "\xff\x00",
	} {
		check := must[strongroom.SignatureCheck](t)(store.VerifyPayload("a", []byte("payload"), wrong))
		equal(t, check, strongroom.SignatureCheck{Status: strongroom.SignatureWrong})
		equal(t, check.Valid(), false)
	}
}

func TestASignatureIsValidAsLongAsItsVersionIsAccepted(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "a", "old")
	signature := must[string](t)(store.SignPayload("a", []byte("payload")))
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		must[*strongroom.Rotated](t)(tx.Rotate("a", []byte("new"), time.Minute))
		equal(t, must[string](t)(tx.SignPayload("a", nil)), hmacOf("new", ""))
		equal(t, must[strongroom.SignatureCheck](t)(tx.VerifyPayload("a", []byte("payload"), signature)).Version, 1)
		return nil
	}))
	ok(t, clock.Advance(time.Minute-time.Millisecond))
	equal(t, must[strongroom.SignatureCheck](t)(store.VerifyPayload("a", []byte("payload"), signature)).Valid(), true)
	ok(t, clock.Advance(time.Millisecond))
	equal(t, must[strongroom.SignatureCheck](t)(store.VerifyPayload("a", []byte("payload"), signature)).Valid(), false)
}

func TestARequestIsValidWithinItsWindow(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "a", "key")
	body := []byte("body")
	at := start.Add(300*time.Second + 456*time.Millisecond)
	signature := must[string](t)(store.SignRequest("a", at, body))
	equal(t, signature, hmacOf("key", strconv.FormatInt(at.Unix(), 10)+".body"))
	check := func(timestamp time.Time, signature string) strongroom.SignatureCheck {
		t.Helper()
		return must[strongroom.SignatureCheck](t)(store.VerifyRequest("a", timestamp, body, signature))
	}
	valid := strongroom.SignatureCheck{Status: strongroom.SignatureValid, Version: 1}
	// Of the time only whole seconds count, wherever it is said.
	equal(t, check(at, signature), valid)
	equal(t, check(time.Unix(at.Unix(), 999_999_999).In(time.FixedZone("", 3600)), signature), valid)
	equal(t, check(at.Add(-time.Second), signature), strongroom.SignatureCheck{Status: strongroom.SignatureWrong})

	later := at.Add(time.Second)
	early := must[string](t)(store.SignRequest("a", later, body))
	equal(t, check(later, early), strongroom.SignatureCheck{Status: strongroom.SignatureTooEarly})
	ok(t, clock.Set(at.Truncate(time.Second).Add(300*time.Second)))
	equal(t, check(at, signature), valid)
	ok(t, clock.Advance(time.Second))
	equal(t, check(at, signature), strongroom.SignatureCheck{Status: strongroom.SignatureTooOld})
	equal(t, check(at, hmacOf("other", "")), strongroom.SignatureCheck{Status: strongroom.SignatureWrong})

	before := time.Unix(-5, 500_000_000)
	equal(t, must[string](t)(store.SignRequest("a", before, nil)), hmacOf("key", "-5."))
}

func TestASignatureNeedsAKey(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "empty", "")
	for path, kind := range map[string]error{
		"no/such": strongroom.ErrNotFound, "empty": strongroom.ErrInvalidArgument, "": strongroom.ErrInvalidArgument,
	} {
		signed, err := store.SignPayload(path, nil)
		fails(t, err, kind)
		equal(t, signed, "")
		_, err = store.SignRequest(path, start, nil)
		fails(t, err, kind)
		check, err := store.VerifyPayload(path, nil, hmacOf("", ""))
		fails(t, err, kind)
		equal(t, check, strongroom.SignatureCheck{})
		check, err = store.VerifyRequest(path, start, nil, hmacOf("", ""))
		fails(t, err, kind)
		equal(t, check.Valid(), false)
	}
}
