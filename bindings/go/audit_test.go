package strongroom_test

import (
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// eventsOf are the events that a query tells of.
func eventsOf(t testing.TB, store *strongroom.Store, options ...strongroom.AuditOption) []strongroom.AuditEvent {
	t.Helper()
	var all []strongroom.AuditEvent
	for event, err := range store.Audit().Events(options...) {
		ok(t, err)
		all = append(all, event)
	}
	return all
}

// told are the kinds of events and the paths they are of.
func told(all []strongroom.AuditEvent) string {
	var kinds []string
	for _, event := range all {
		kinds = append(kinds, strings.TrimSpace(event.Kind+" "+event.Path))
	}
	return strings.Join(kinds, ", ")
}

func TestAnEventTellsWhatHappenedAndThroughWhom(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	said := must[*strongroom.Store](t)(store.As(strongroom.Label("app", "x"), strongroom.Label("bare", ""), strongroom.Reason("why"),
		strongroom.RequestID("42")))
	defer func() { ok(t, said.Close()) }()
	id := put(t, &said.Operations, "app/key", "1").ID
	found := eventsOf(t, store, strongroom.OfSecret(id))
	equal(t, len(found), 1)
	event := found[0]
	equal(t, strings.HasPrefix(event.ID, "evt_") && strings.HasPrefix(event.Actor, "owner:"), true)
	equal(t, event.Sequence > 0 && event.Generation > 0, true)
	equal(t, event.Kind, "secret.created")
	equal(t, event.Path, "app/key")
	equal(t, event.SecretID, id)
	equal(t, event.SlotID, "")
	equal(t, event.Reason, "why")
	equal(t, event.RequestID, "42")
	equal(t, len(event.Labels), 2)
	equal(t, event.Labels["app"], "x")
	equal(t, event.Version, 1)
	equal(t, event.Time, start)
	equal(t, event.Count, 1)
	equal(t, event.Err, nil)
	equal(t, event.Durable, true)

	again := must[strongroom.AuditEvent](t)(store.Audit().Get(event.ID))
	equal(t, again.Sequence, event.Sequence)
	_, err := store.Audit().Get("evt_nothing")
	fails(t, err, strongroom.ErrInvalidArgument)
	other := inMemory(t)
	put(t, &other.Operations, "a", "1")
	_, err = other.Audit().Get(event.ID)
	fails(t, err, strongroom.ErrNotFound)
}

func TestAQueryNarrowsWhatIsTold(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "a/x", "1")
	ok(t, clock.Advance(time.Minute))
	request := must[*strongroom.Store](t)(store.As(strongroom.RequestID("42")))
	defer func() { ok(t, request.Close()) }()
	put(t, &request.Operations, "a/x", "2")
	put(t, &store.Operations, "b", "1")
	must[*strongroom.Deleted](t)(store.Delete("b"))
	_, err := store.Delete("a/none")
	fails(t, err, strongroom.ErrNotFound)
	put(t, &store.Operations, "c", "1")

	secrets := strongroom.Kind("secret.*")
	for expected, options := range map[string][]strongroom.AuditOption{
		"secret.created a/x, secret.updated a/x":                 {secrets, strongroom.Under("a"), strongroom.Succeeded()},
		"secret.updated a/x":                                     {strongroom.OfRequest("42")},
		"secret.created a/x, secret.created b, secret.created c": {strongroom.Kind("secret.created"), strongroom.Under("")},
		"secret.updated a/x, secret.deleted b":                   {strongroom.Kind("secret.updated"), strongroom.Kind("secret.deleted"), strongroom.Succeeded()},
		"secret.created c, secret.created b, secret.created a/x": {strongroom.Kind("secret.created"), strongroom.NewestFirst(), strongroom.Limit(1)},
		"secret.deleted a/none":                                  {strongroom.Failed()},
		"secret.created a/x":                                     {secrets, strongroom.Until(start.Add(time.Minute))},
		"secret.created b, secret.created c":                     {strongroom.Kind("secret.created"), strongroom.Since(start.Add(time.Minute))},
		"":                                                       {strongroom.OfRequest("43")},
	} {
		t.Run(expected, func(t *testing.T) { equal(t, told(eventsOf(t, store, options...)), expected) })
	}
	actor := strings.TrimPrefix(eventsOf(t, store, strongroom.Limit(1))[0].Actor, "owner:")
	equal(t, len(eventsOf(t, store, strongroom.Actor(actor))) > 5, true)
}

// What the store has as of a millisecond may have happened anywhere in it.
func TestABoundWithinAMillisecondLeavesNothingOutThatItShouldShow(t *testing.T) {
	store := inMemory(t, strongroom.WithClock(newClock(t)))
	put(t, &store.Operations, "a", "1")
	for part, until := range map[time.Duration]int{0: 0, 1: 1, time.Microsecond: 1, time.Millisecond - 1: 1, time.Millisecond: 1} {
		t.Run(part.String(), func(t *testing.T) {
			at := start.Add(part)
			since := 1
			if part == time.Millisecond {
				since = 0
			}
			equal(t, len(paths(t, &store.Operations, strongroom.UpdatedSince(at))), since)
			equal(t, len(eventsOf(t, store, strongroom.Since(at))), since)
			equal(t, len(eventsOf(t, store, strongroom.Until(at))), until)
		})
	}
	before := time.UnixMilli(math.MaxInt64)
	equal(t, len(eventsOf(t, store, strongroom.Until(before))), 1)
	_, err := store.Audit().Query(strongroom.Until(before.Add(1)))
	fails(t, err, strongroom.ErrInvalidArgument)
}

func TestPagesOfTheLogFollowEachOther(t *testing.T) {
	store := inMemory(t)
	for _, path := range []string{"a", "b", "c"} {
		put(t, &store.Operations, path, "1")
	}
	created := strongroom.Kind("secret.created")
	first := must[*strongroom.AuditPage](t)(store.Audit().Query(created, strongroom.Limit(2)))
	equal(t, told(first.Events), "secret.created a, secret.created b")
	equal(t, first.HasMore && first.NextCursor != "", true)
	last := must[*strongroom.AuditPage](t)(store.Audit().Query(created, strongroom.After(first.NextCursor)))
	equal(t, told(last.Events), "secret.created c")
	equal(t, last.HasMore || last.NextCursor != "", false)
	_, err := store.Audit().Query(strongroom.Kind("secret.*"), strongroom.After(first.NextCursor))
	fails(t, err, strongroom.ErrInvalidCursor)

	count := 0
	for range store.Audit().Events(created, strongroom.Limit(1)) {
		if count++; count == 2 {
			break
		}
	}
	equal(t, count, 2)
}

func TestQueriesThatBreakARuleAreRefused(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	before := strongroom.LiveObjects()
	for name, option := range map[string]strongroom.AuditOption{
		"no kind":             strongroom.Kind("secret.danced"),
		"no slot":             strongroom.Actor("x"),
		"no secret":           strongroom.OfSecret("x"),
		"no path":             strongroom.Under("/a"),
		"a time out of range": strongroom.Since(time.Unix(1<<62, 0)),
		"another one":         strongroom.Until(time.Unix(1<<62, 0)),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.Audit().Query(option)
			fails(t, err, strongroom.ErrInvalidArgument)
			for _, err := range store.Audit().Events(option) {
				fails(t, err, strongroom.ErrInvalidArgument)
			}
		})
	}
	_, err := store.Audit().Query(strongroom.Limit(1001))
	fails(t, err, strongroom.ErrLimitExceeded)
	_, err = store.Audit().Query(strongroom.After("x"))
	fails(t, err, strongroom.ErrInvalidCursor)
	equal(t, strongroom.LiveObjects(), before)
}

func TestReadsAreAuditedThoseRefusedToo(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	for range 3 {
		value(t, &store.Operations, "a")
	}
	_, err := store.Get("no/such")
	fails(t, err, strongroom.ErrNotFound)
	reads := strongroom.Kind("secret.accessed")
	found := eventsOf(t, store, reads)
	equal(t, told(found), "secret.accessed a, secret.accessed no/such")
	equal(t, found[0].Count, 3)
	equal(t, found[0].Err, nil)
	equal(t, found[0].Durable || found[1].Durable, false)
	fails(t, found[1].Err, strongroom.ErrNotFound)
	fails(t, found[1].Err, os.ErrNotExist)
	var failed *strongroom.Error
	equal(t, errors.As(found[1].Err, &failed), true)
	equal(t, failed.Name, "not_found")
	equal(t, told(eventsOf(t, store, reads, strongroom.Failed())), "secret.accessed no/such")
	put(t, &store.Operations, "b", "1")
	equal(t, eventsOf(t, store, reads)[1].Durable, true)
}

func TestWhatOfReadsIsAuditedIsPolicy(t *testing.T) {
	store := inMemory(t)
	policy := store.Policy()
	all := strongroom.AuditPolicy{
		Standard: strongroom.AuditReadsBatched, Sensitive: strongroom.AuditReadsBatched, Critical: strongroom.AuditReadsBatched,
		KeepDays: strongroom.ForGood, KeepBytes: strongroom.ForGood,
	}
	equal(t, must[strongroom.AuditPolicy](t)(policy.Audit()), all)
	ok(t, policy.SetAudit(strongroom.AuditPolicy{
		Standard: strongroom.AuditReadsOff, Critical: strongroom.AuditReadsStrict, KeepDays: 365, KeepBytes: 1 << 40,
	}))
	all.Standard, all.Critical, all.KeepDays, all.KeepBytes = strongroom.AuditReadsOff, strongroom.AuditReadsStrict, 365, 1<<40
	equal(t, must[strongroom.AuditPolicy](t)(policy.Audit()), all)
	equal(t, all.Critical.String(), "strict")

	put(t, &store.Operations, "off", "1")
	put(t, &store.Operations, "batched", "1", strongroom.WithTier(strongroom.TierSensitive))
	put(t, &store.Operations, "strict", "1", strongroom.WithTier(strongroom.TierCritical))
	for _, path := range []string{"off", "batched"} {
		value(t, &store.Operations, path)
	}
	reads := strongroom.Kind("secret.accessed")
	found := eventsOf(t, store, reads)
	equal(t, told(found), "secret.accessed batched")
	equal(t, found[0].Durable, false)
	value(t, &store.Operations, "strict")
	found = eventsOf(t, store, reads)
	equal(t, told(found), "secret.accessed batched, secret.accessed strict")
	equal(t, found[0].Durable && found[1].Durable, true)

	ok(t, policy.SetAudit(strongroom.AuditPolicy{KeepDays: strongroom.ForGood, KeepBytes: strongroom.Unchanged}))
	all.KeepDays = strongroom.ForGood
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		equal(t, must[strongroom.AuditPolicy](t)(tx.Policy().Audit()), all)
		return tx.Policy().SetAudit(strongroom.AuditPolicy{Standard: strongroom.AuditReadsBatched})
	}))
	equal(t, must[strongroom.AuditPolicy](t)(policy.Audit()).Standard, strongroom.AuditReadsBatched)
	for _, wrong := range []strongroom.AuditPolicy{{Standard: 77}, {KeepDays: 36_501}, {KeepDays: -3}, {KeepBytes: -3}} {
		fails(t, policy.SetAudit(wrong), strongroom.ErrInvalidArgument)
	}
}

// What cannot be told is not released.
func TestAStrictReadNeedsAHandleThatWrites(t *testing.T) {
	store, file := onDisk(t)
	put(t, &store.Operations, "a", "1")
	ok(t, store.Policy().SetAudit(strongroom.AuditPolicy{Standard: strongroom.AuditReadsStrict}))
	value(t, &store.Operations, "a")
	ok(t, store.Close())
	reader := must[*strongroom.Store](t)(strongroom.Open(file, strongroom.WithPassphrase(passphrase), strongroom.WithReadOnly()))
	defer func() { ok(t, reader.Close()) }()
	_, err := reader.Get("a")
	fails(t, err, strongroom.ErrReadOnly)
	found := eventsOf(t, reader, strongroom.Kind("secret.accessed"))
	equal(t, len(found), 1)
	equal(t, found[0].Durable, true)
}

func TestASweepRemovesTheEventsThatAreNotKept(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "a", "1")
	before := must[string](t)(store.Audit().Head())
	ok(t, store.Policy().SetAudit(strongroom.AuditPolicy{KeepDays: 1}))
	ok(t, clock.Advance(3*day))
	put(t, &store.Operations, "b", "1")
	swept := must[*strongroom.Swept](t)(store.Sweep(10))
	equal(t, swept.AuditEvents > 0, true)
	verified := must[strongroom.AuditVerified](t)(store.Audit().Verify(before))
	equal(t, verified.First, swept.AuditEvents+1)
	equal(t, verified.Kept, strongroom.PinOlderThanLog)
	equal(t, told(eventsOf(t, store, strongroom.Kind("secret.*"))), "secret.created b")
}

func TestTheLogIsHeldAgainstAHeadThatWasKept(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	kept := must[string](t)(store.Audit().Head())
	equal(t, strings.HasPrefix(kept, "ah1-"), true)
	put(t, &store.Operations, "a", "2")
	without := must[strongroom.AuditVerified](t)(store.Audit().Verify(""))
	equal(t, without.Kept, strongroom.PinNone)
	found := must[strongroom.AuditVerified](t)(store.Audit().Verify(kept))
	equal(t, found.Kept, strongroom.PinInHistory)
	equal(t, found.First, 1)
	equal(t, found.Events, uint64(len(eventsOf(t, store))))
	equal(t, found.Head, must[string](t)(store.Audit().Head()))
	_, err := store.Audit().Verify("ah1-x")
	fails(t, err, strongroom.ErrInvalidArgument)

	other := inMemory(t)
	put(t, &other.Operations, "a", "1")
	_, err = other.Audit().Verify(kept)
	fails(t, err, strongroom.ErrTampered)
}

func TestAnExportIsVerifiedWithoutTheStore(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "für/alles", "1")
	kept := must[string](t)(store.Audit().Head())
	put(t, &store.Operations, "b", "1", strongroom.WithTag("x", "y"))
	file := filepath.Join(t.TempDir(), "log.jsonl")
	done := must[strongroom.AuditExported](t)(store.Audit().Export(file))
	equal(t, done.Events, uint64(len(eventsOf(t, store))))
	equal(t, done.Head, must[string](t)(store.Audit().Head()))
	equal(t, must[os.FileInfo](t)(os.Stat(file)).Mode().Perm(), 0o600)
	_, err := store.Audit().Export(file)
	fails(t, err, strongroom.ErrAlreadyExists)

	check := in("../../scripts/check-audit-export")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Fatalf("missing, to check an export of the audit log: python3, which apt-get install python3 gets (%v)", err)
	}
	for _, head := range []string{kept, done.Head} {
		if said, err := exec.Command(python, check, file, head).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, said)
		}
	}
	text := string(must[[]byte](t)(os.ReadFile(file)))
	ok(t, os.WriteFile(file, []byte(strings.Replace(text, "für/alles", "für/nichts", 1)), 0o600))
	if said, err := exec.Command(python, check, file, kept).CombinedOutput(); err == nil {
		t.Errorf("an event was changed, and it says %s", said)
	}
}

func TestTheLogOfAClosedOrLockedStoreIsNotTold(t *testing.T) {
	store, _ := onDisk(t)
	put(t, &store.Operations, "a", "1")
	all := func(kind error) {
		t.Helper()
		audit := store.Audit()
		_, query := audit.Query()
		_, get := audit.Get("evt_x")
		_, head := audit.Head()
		_, verify := audit.Verify("")
		_, export := audit.Export(filepath.Join(t.TempDir(), "log"))
		_, policy := store.Policy().Audit()
		for _, err := range []error{query, head, verify, export, policy} {
			fails(t, err, kind)
		}
		equal(t, get != nil, true)
	}
	ok(t, store.Lock())
	all(strongroom.ErrLocked)
	ok(t, store.Close())
	all(strongroom.ErrClosed)
}

func TestEventsNeverHoldAValue(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "a value that nobody sees")
	value(t, &store.Operations, "a")
	file := filepath.Join(t.TempDir(), "log.jsonl")
	must[strongroom.AuditExported](t)(store.Audit().Export(file))
	equal(t, strings.Contains(string(must[[]byte](t)(os.ReadFile(file))), "nobody sees"), false)
	equal(t, slices.ContainsFunc(eventsOf(t, store), func(event strongroom.AuditEvent) bool {
		return strings.Contains(event.Path+event.Reason, "nobody sees")
	}), false)
}
