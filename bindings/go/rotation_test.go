package strongroom_test

import (
	"strings"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// accepted are the numbers and values of the accepted versions of a secret, as "2=new".
func accepted(t *testing.T, on *strongroom.Operations, path string) string {
	t.Helper()
	var all []string
	for _, secret := range must[[]*strongroom.Secret](t)(on.Accepted(path)) {
		all = append(all, string(rune('0'+secret.Version()))+"="+secret.Reveal())
		secret.Wipe()
	}
	return strings.Join(all, " ")
}

func verifiesAny(t *testing.T, on *strongroom.Operations, candidate string, version uint64) {
	t.Helper()
	found, ok, err := on.VerifyAny("a", []byte(candidate))
	if err != nil || found != version || ok != (version != 0) {
		t.Fatalf("%q is of version %d, %v, %v, and not of %d", candidate, found, ok, err, version)
	}
}

func stateOf(t *testing.T, on *strongroom.Operations, version int) strongroom.VersionState {
	t.Helper()
	return must[[]*strongroom.VersionInfo](t)(on.Versions("a"))[version-1].State
}

func TestARotatedVersionIsAcceptedUntilItsGraceIsOver(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "a", "old")
	ok(t, clock.Advance(time.Second))
	now := start.Add(time.Second)
	done := must[*strongroom.Rotated](t)(store.Rotate("a", []byte("new"), 5*time.Minute,
		strongroom.WithNote("rotated"), strongroom.WithTier(strongroom.TierCritical), strongroom.ExpectVersion(1)))
	equal(t, *done, strongroom.Rotated{
		Written: strongroom.Written{
			ID: done.ID, Path: "a", Version: 2, Tier: strongroom.TierCritical, CreatedAt: start, UpdatedAt: now,
		},
		OldVersion:   1,
		OldExpiresAt: now.Add(5 * time.Minute),
	})
	equal(t, value(t, &store.Operations, "a"), "new")
	equal(t, must[[]*strongroom.VersionInfo](t)(store.Versions("a"))[0].Until, done.OldExpiresAt)

	ok(t, clock.Advance(5*time.Minute-time.Millisecond))
	equal(t, accepted(t, &store.Operations, "a"), "2=new 1=old")
	verifiesAny(t, &store.Operations, "old", 1)
	equal(t, stateOf(t, &store.Operations, 1), strongroom.StateGrace)
	must[*strongroom.Secret](t)(store.GetVersion("a", 1)).Wipe()

	ok(t, clock.Advance(time.Millisecond))
	equal(t, accepted(t, &store.Operations, "a"), "2=new")
	verifiesAny(t, &store.Operations, "old", 0)
	verifiesAny(t, &store.Operations, "new", 2)
	equal(t, stateOf(t, &store.Operations, 1), strongroom.StateRetired)
	_, err := store.GetVersion("a", 1)
	fails(t, err, strongroom.ErrVersionExpired)
}

func TestWithoutAGraceTheOldVersionIsRetiredAtOnce(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "old")
	must[*strongroom.Rotated](t)(store.Rotate("a", nil, 0))
	equal(t, accepted(t, &store.Operations, "a"), "2=")
	verifiesAny(t, &store.Operations, "", 2)
	equal(t, stateOf(t, &store.Operations, 1), strongroom.StateRetired)
}

func TestAVersionIsRevokedWithinItsGrace(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "old")
	must[*strongroom.Rotated](t)(store.Rotate("a", []byte("new"), time.Hour))
	info := must[*strongroom.VersionInfo](t)(store.RevokeVersion("a", 1))
	equal(t, info.Number, 1)
	equal(t, info.State, strongroom.StateRetired)
	equal(t, accepted(t, &store.Operations, "a"), "2=new")
	_, err := store.RevokeVersion("a", 2)
	fails(t, err, strongroom.ErrInvalidArgument)
	_, err = store.RevokeVersion("a", 3)
	fails(t, err, strongroom.ErrNotFound)
}

func TestNothingIsAcceptedOfADeletedVersionWithoutGrace(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	must[*strongroom.VersionInfo](t)(store.DeleteVersion("a", 1))
	equal(t, len(must[[]*strongroom.Secret](t)(store.Accepted("a"))), 0)
}

func TestARotationNeedsASecretAndAGraceOfWholeSeconds(t *testing.T) {
	store := inMemory(t)
	_, err := store.Rotate("a", []byte("1"), 0)
	fails(t, err, strongroom.ErrNotFound)
	_, err = store.RotateGenerated("a", strongroom.Token(32), 0)
	fails(t, err, strongroom.ErrNotFound)
	put(t, &store.Operations, "a", "1")
	for _, grace := range []time.Duration{-time.Second, -time.Nanosecond, time.Nanosecond, 1500 * time.Millisecond, 36_501 * 24 * time.Hour} {
		_, err := store.Rotate("a", []byte("2"), grace)
		fails(t, err, strongroom.ErrInvalidArgument)
		_, err = store.RotateGenerated("a", strongroom.Token(32), grace)
		fails(t, err, strongroom.ErrInvalidArgument)
	}
	_, err = store.Rotate("a", []byte("2"), 0, strongroom.ExpectVersion(7))
	fails(t, err, strongroom.ErrConflict)
	_, err = store.Rotate("a", []byte("2"), 0, strongroom.ExpectMetaVersion(1))
	fails(t, err, strongroom.ErrInvalidArgument)
	for _, path := range []string{"", "no/such"} {
		kind := strongroom.ErrNotFound
		if path == "" {
			kind = strongroom.ErrInvalidArgument
		}
		_, err = store.Accepted(path)
		fails(t, err, kind)
		_, found, err := store.VerifyAny(path, nil)
		fails(t, err, kind)
		equal(t, found, false)
	}
	equal(t, must[*strongroom.SecretInfo](t)(store.Info("a")).Version, 1)
}

func TestARotationIsPartOfATransaction(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		must[*strongroom.Rotated](t)(tx.Rotate("a", []byte("2"), time.Hour))
		must[*strongroom.Rotated](t)(tx.RotateGenerated("a", strongroom.Token(32, strongroom.WithEncoding(strongroom.EncodingRaw)), time.Hour))
		equal(t, len(must[[]*strongroom.Secret](t)(tx.Accepted("a"))), 3)
		must[*strongroom.VersionInfo](t)(tx.RevokeVersion("a", 2))
		verifiesAny(t, &tx.Operations, "1", 1)
		verifiesAny(t, &tx.Operations, "2", 0)
		equal(t, accepted(t, &store.Operations, "a"), "1=1")
		return nil
	}))
	equal(t, must[*strongroom.SecretInfo](t)(store.Info("a")).Version, 3)
}
