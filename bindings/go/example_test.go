package strongroom_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"

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
