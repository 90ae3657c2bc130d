package strongroom_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

func Example() {
	store, err := strongroom.Create("app.strongroom", strongroom.WithPassphrase("correct horse battery staple"))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	value := []byte("sk-proj-abc123")
	_, err = store.Put("production/openai/api-key", value, strongroom.WithTag("env", "prod"))
	if err != nil {
		log.Fatal(err) // without an error it is durable from here on
	}

	secret, err := store.Get("production/openai/api-key")
	if err != nil {
		log.Fatal(err)
	}
	defer secret.Wipe()
	header := http.Header{}
	header.Set("Authorization", "Bearer "+secret.Reveal())
	fmt.Println(secret.Version(), secret.Equal(value), secret) // never prints a value

	// Output: 1 true [secret not shown]
}

func Example_writing() {
	store, err := strongroom.InMemory() // without a file: for tests
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	err = store.Transaction(func(tx *strongroom.Tx) error { // all of it, or after an error nothing
		if _, err := tx.Put("production/db/user", []byte("app")); err != nil {
			return err
		}
		_, err := tx.Put("production/db/password", []byte("hunter2"), strongroom.ExpectAbsent())
		return err
	})
	if err != nil {
		log.Fatal(err)
	}

	_, err = store.Put("production/db/password", []byte("hunter3"), strongroom.ExpectVersion(7))
	var failed *strongroom.Error
	if errors.Is(err, strongroom.ErrConflict) && errors.As(err, &failed) {
		fmt.Println(failed.Name, failed.Retryable)
	}

	for info, err := range store.Scan(strongroom.Under("production")) { // page by page, and never a value
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(info.Path, info.Version, info.Tier)
	}

	deleted, err := store.Delete("production/db/user") // to the trash, until deleted.PurgeAt
	if err != nil {
		log.Fatal(err)
	}
	if _, err := store.Restore(deleted.ID); err != nil {
		log.Fatal(err)
	}

	// Output:
	// conflict false
	// production/db/password 1 standard
	// production/db/user 1 standard
}

func Example_rotating() {
	store, err := strongroom.InMemory()
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	nightly, err := store.As(strongroom.Label("app", "rotator"), strongroom.Reason("nightly rotation")) // stands in the audit log
	if err != nil {
		log.Fatal(err)
	}
	defer nightly.Close()
	_, err = nightly.PutGenerated("hooks/orders", strongroom.Token(32), strongroom.RotateEvery(90*24*time.Hour),
		strongroom.ExpiresIn(365*24*time.Hour), strongroom.OnExpiry(strongroom.OnExpiryTrash))
	if err != nil {
		log.Fatal(err)
	}

	due, err := store.Due(100 * 24 * time.Hour) // within 100 days, and what is overdue
	if err != nil {
		log.Fatal(err)
	}
	for _, one := range due {
		fmt.Println(one.Path, one.Reason)
	}

	signature, err := store.SignPayload("hooks/orders", []byte(`{"order":7}`)) // never shows the key
	if err != nil {
		log.Fatal(err)
	}
	rotated, err := nightly.RotateGenerated("hooks/orders", strongroom.Token(32), time.Hour) // the old one is accepted for an hour more
	if err != nil {
		log.Fatal(err)
	}
	check, err := store.VerifyPayload("hooks/orders", []byte(`{"order":7}`), signature)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(rotated.OldVersion, rotated.Version, check.Valid(), check.Version)

	if _, err := store.RevokeVersion("hooks/orders", rotated.OldVersion); err != nil { // the grace ends now
		log.Fatal(err)
	}
	_, err = store.GetVersion("hooks/orders", rotated.OldVersion)
	fmt.Println(errors.Is(err, strongroom.ErrVersionExpired))

	// Output:
	// hooks/orders rotation
	// 1 2 true 1
	// true
}

func Example_auditing() {
	store, err := strongroom.InMemory()
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	order, err := store.As(strongroom.IdempotencyKey("order-4711")) // what leads to the change, not the attempt
	if err != nil {
		log.Fatal(err)
	}
	defer order.Close()
	for range 2 { // the answer was lost on the way, and the caller tries again
		written, err := order.Put("customers/7/api-key", []byte("sk-1"))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(written.Version, written.Replayed)
	}
	_, err = order.Put("customers/7/api-key", []byte("sk-2"))
	fmt.Println(errors.Is(err, strongroom.ErrIdempotencyConflict))

	err = store.Policy().SetAudit(strongroom.AuditPolicy{Critical: strongroom.AuditReadsStrict, KeepDays: 365})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := store.Get("customers/8/api-key"); !errors.Is(err, strongroom.ErrNotFound) {
		log.Fatal(err)
	}
	for event, err := range store.Audit().Events(strongroom.Under("customers"), strongroom.Kind("secret.*")) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(event.Kind, event.Path, event.Err != nil)
	}

	head, err := store.Audit().Head() // kept elsewhere, it shows whether the log was changed
	if err != nil {
		log.Fatal(err)
	}
	verified, err := store.Audit().Verify(head)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(verified.Kept)

	// Output:
	// 1 false
	// 1 true
	// true
	// secret.created customers/7/api-key false
	// secret.updated customers/7/api-key true
	// secret.accessed customers/8/api-key true
	// in_history
}

func ExampleOperations_VerifyAny() {
	store, err := strongroom.InMemory()
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Put("api-key", []byte("old")); err != nil {
		log.Fatal(err)
	}
	if _, err := store.Rotate("api-key", []byte("new"), time.Hour); err != nil {
		log.Fatal(err)
	}

	for _, candidate := range []string{"new", "old", "other"} {
		version, ok, err := store.VerifyAny("api-key", []byte(candidate))
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(candidate, version, ok)
	}

	// Output:
	// new 2 true
	// old 1 true
	// other 0 false
}

func ExampleOperations_VerifyRequest() {
	store, err := strongroom.InMemory()
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	if _, err := store.Put("hooks/orders", []byte("a key that both sides know")); err != nil {
		log.Fatal(err)
	}

	body := []byte(`{"order":7}`)
	sent := time.Now() // the receiver gets sent.Unix() as well
	signature, err := store.SignRequest("hooks/orders", sent, body)
	if err != nil {
		log.Fatal(err)
	}
	check, err := store.VerifyRequest("hooks/orders", time.Unix(sent.Unix(), 0), body, signature)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(check.Status, check.Valid())
	check, err = store.VerifyRequest("hooks/orders", sent, []byte(`{"order":8}`), signature)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(check.Status, check.Valid())

	// Output:
	// valid true
	// wrong false
}

func ExampleGenerator() {
	pin := strongroom.Password(6, strongroom.WithoutLower(), strongroom.WithoutUpper(), strongroom.WithoutSymbols())
	for _, generator := range []strongroom.Generator{pin, strongroom.Token(32), strongroom.Passphrase(6)} {
		bits, err := generator.EntropyBits()
		if err != nil {
			log.Fatal(err)
		}
		fmt.Printf("%.1f\n", bits)
	}
	value, err := pin.Generate()
	if err != nil {
		log.Fatal(err)
	}
	defer value.Wipe()
	fmt.Println(value.Len(), value)

	// Output:
	// 19.9
	// 256.0
	// 77.5
	// 6 [secret not shown]
}

func ExampleParseDuration() {
	for _, text := range []string{"90d", "1h30m", "PT1H30M", "300"} {
		duration, err := strongroom.ParseDuration(text)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(duration)
	}

	// Output:
	// 2160h0m0s
	// 1h30m0s
	// 1h30m0s
	// 5m0s
}

func ExampleAudit_Query() {
	store, err := strongroom.InMemory()
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()
	for _, path := range []string{"a", "b", "c"} {
		if _, err := store.Put(path, nil); err != nil {
			log.Fatal(err)
		}
	}

	page, err := store.Audit().Query(strongroom.Kind("secret.created"), strongroom.NewestFirst(), strongroom.Limit(2))
	if err != nil {
		log.Fatal(err)
	}
	for _, event := range page.Events {
		fmt.Println(event.Path, event.Version)
	}
	fmt.Println(page.HasMore)

	// Output:
	// c 1
	// b 1
	// true
}

func Example_following() {
	store, err := strongroom.InMemory()
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	seen, err := store.LatestChange() // kept by the program, it says where to go on
	if err != nil {
		log.Fatal(err)
	}
	subscription, err := store.Subscribe(func(event strongroom.AuditEvent) {
		fmt.Println("told of", event.Kind, event.Path) // it may read the store, and not write
	}, strongroom.Under("db"), strongroom.Kind("secret.*"))
	if err != nil {
		log.Fatal(err)
	}
	defer subscription.Close()

	for _, path := range []string{"db/password", "cache/password"} {
		if _, err := store.Put(path, []byte("hunter2")); err != nil { // told before this returns
			log.Fatal(err)
		}
	}

	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	if err := store.WaitChanges(ctx, seen); err != nil {
		log.Fatal(err)
	}
	events, err := store.Changes(seen, 100) // misses none, whoever wrote it
	if err != nil {
		log.Fatal(err)
	}
	for _, event := range events {
		fmt.Println(event.Kind, event.Path)
	}

	// Output:
	// told of secret.created db/password
	// secret.created db/password
	// secret.created cache/password
}

func Example_keeping() {
	store, err := strongroom.Create("kept.strongroom", strongroom.WithPassphrase("correct horse battery staple"))
	if err != nil {
		log.Fatal(err)
	}
	defer store.Close()

	recovery, err := store.Slots().AddRecoveryCode(strongroom.WithLabel("in the safe"))
	if err != nil {
		log.Fatal(err)
	}
	defer recovery.Code.Wipe() // shown this once

	err = store.Policy().SetRetention("scratch", 1, 0) // one version, no days in the trash
	if err != nil {
		log.Fatal(err)
	}

	copied, err := store.Backup(context.Background(), "copy.strongroom", strongroom.WithProgress(
		func(done, total uint64) error { return nil })) // an error, or the end of the context, cancels it
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(copied.Verified.Secrets)

	if err := store.Lock(); err != nil { // the keys are wiped, the file stays held
		log.Fatal(err)
	}
	if err := store.Unlock(strongroom.WithRecoveryCode(recovery.Code)); err != nil {
		log.Fatal(err)
	}

	pin, err := store.Pin() // kept elsewhere, it shows an older copy that was put back
	if err != nil {
		log.Fatal(err)
	}
	if err := store.Close(); err != nil {
		log.Fatal(err)
	}
	again, err := strongroom.Open("kept.strongroom", strongroom.WithRecoveryCode(recovery.Code),
		strongroom.WithPin(pin), strongroom.WithReadOnly())
	if err != nil {
		log.Fatal(err)
	}
	defer again.Close()

	// Output: 0
}
