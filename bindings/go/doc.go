// Package strongroom is an embedded secret store: one sealed file, one library, no server, no network.
//
//	store, err := strongroom.Create("app.strongroom", strongroom.WithPassphrase("correct horse battery staple"))
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer store.Close()
//
//	value := []byte("sk-proj-abc123")
//	_, err = store.Put("production/openai/api-key", value, strongroom.WithTag("env", "prod"))
//	if err != nil {
//		log.Fatal(err) // without an error it is durable from here on
//	}
//
//	secret, err := store.Get("production/openai/api-key")
//	if err != nil {
//		log.Fatal(err)
//	}
//	defer secret.Wipe()
//	header := http.Header{}
//	header.Set("Authorization", "Bearer "+secret.Reveal())
//	fmt.Println(secret.Version(), secret.Equal(value), secret) // never prints a value
//
// # Stores
//
// [Create], [Open] and [InMemory] give a [Store], which any number of goroutines may use. What it can do with secrets are [Operations],
// which a transaction has too: see [Store.Transaction]. Each call that writes is durable when it returns.
//
// # Secrets in memory
//
// A [Secret] lies outside of the Go heap. Wipe overwrites it, and what its Bytes gave; one that is forgotten is wiped once nobody can reach
// it. It is not printed, logged or encoded. What Reveal gives is a string, and nothing can wipe that. Nor can anything wipe what Go saves of
// the processor's registers when it interrupts a goroutine: a piece of what was copied last may stand there. With
// GODEBUG=asyncpreemptoff=1 it saves nothing.
//
// # Rotation and expiry
//
// [Operations.Rotate] writes a new value, and lets the old one be accepted for a time; [Operations.Accepted], [Operations.VerifyAny] and the
// checks of signatures know both. [ExpiresIn], [RotateEvery] and others say of a secret how long it is good, and [Operations.Due] what is to
// be done. Their durations are of whole seconds: one with a part of a second is refused.
//
// # Changes that happen once, and the audit log
//
// With an [IdempotencyKey], which [Store.As] takes, a change that is asked for again is not made again, and returns what it returned. Who
// did what stands in the [Audit] log, whose [Audit.Head] is kept elsewhere to find later whether anybody changed it. What of reads stands in
// it is said by [Policy.SetAudit]. [Store.Subscribe] tells of changes as they are committed, [Store.Changes] tells them to whoever comes
// back later, and [Store.WaitChanges] waits for the next one.
//
// # Errors
//
// Every error of the library is an [*Error] for errors.As, and of a kind for errors.Is, as [ErrNotFound]. Values, keys and passphrases
// are never part of one.
//
// # Contexts
//
// A context ends the waits of [OpenContext] and [Store.WaitChanges], and a copy: [Store.Backup], [Store.Compact], [Store.Purge] and
// [Store.Rekey]. Everything else is short, or cannot be interrupted, and takes none. What calls say of themselves in the audit log is another matter: see [Store.As].
//
// # The library
//
// The package is compiled with an archive of the library, which build-library puts beside it; with the build tag strongroom_shared it
// uses an installed shared library that pkg-config finds. A library with another version of its interface is refused when the
// program starts.
package strongroom
