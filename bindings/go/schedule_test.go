package strongroom_test

import (
	"math"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

const day = 24 * time.Hour

func infoOf(t *testing.T, store *strongroom.Store, path string) *strongroom.SecretInfo {
	t.Helper()
	return must[*strongroom.SecretInfo](t)(store.Info(path))
}

func TestASecretIsReadUntilTheInstantItExpires(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "a", "1", strongroom.ExpiresIn(time.Minute))
	put(t, &store.Operations, "b", "2", strongroom.ExpiresAt(start.Add(time.Minute).In(time.FixedZone("", 3600))))
	put(t, &store.Operations, "c", "3", strongroom.ExpiresAt(start.Add(time.Millisecond+999*time.Microsecond)))
	equal(t, infoOf(t, store, "a").ExpiresAt, start.Add(time.Minute))
	equal(t, infoOf(t, store, "b").ExpiresAt, start.Add(time.Minute))
	equal(t, infoOf(t, store, "c").ExpiresAt, start.Add(time.Millisecond))
	equal(t, infoOf(t, store, "a").OnExpiry, strongroom.OnExpiryBlock)

	ok(t, clock.Advance(time.Minute-time.Millisecond))
	equal(t, value(t, &store.Operations, "a"), "1")
	ok(t, clock.Advance(time.Millisecond))
	for _, path := range []string{"a", "b", "c"} {
		_, err := store.Get(path)
		fails(t, err, strongroom.ErrExpired)
		_, err = store.GetInto(path, nil)
		fails(t, err, strongroom.ErrExpired)
		_, err = store.Accepted(path)
		fails(t, err, strongroom.ErrExpired)
		_, _, err = store.VerifyAny(path, nil)
		fails(t, err, strongroom.ErrExpired)
		_, err = store.SignPayload(path, nil)
		fails(t, err, strongroom.ErrExpired)
		_, err = store.Put(path, []byte("4"))
		fails(t, err, strongroom.ErrExpired)
		_, err = store.Rotate(path, []byte("4"), 0)
		fails(t, err, strongroom.ErrExpired)
	}
	fails(t, must[[]strongroom.Found](t)(store.GetMany("a"))[0].Err, strongroom.ErrExpired)

	must[*strongroom.SecretInfo](t)(store.Update("a", strongroom.NeverExpires()))
	equal(t, value(t, &store.Operations, "a"), "1")
	equal(t, infoOf(t, store, "a").ExpiresAt.IsZero(), true)
	must[*strongroom.Rotated](t)(store.Rotate("b", []byte("4"), 0, strongroom.ExpiresIn(time.Second)))
	equal(t, value(t, &store.Operations, "b"), "4")
}

func TestASweepTellsOfExpiryAndMayUseTheTrash(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "a", "1", strongroom.ExpiresIn(10*day), strongroom.OnExpiry(strongroom.OnExpiryTrash))
	put(t, &store.Operations, "b", "1", strongroom.ExpiresIn(10*day))
	equal(t, infoOf(t, store, "a").OnExpiry.String(), "trash")
	equal(t, *must[*strongroom.Swept](t)(store.Sweep(10)), strongroom.Swept{Expiring: 2})
	equal(t, *must[*strongroom.Swept](t)(store.Sweep(10)), strongroom.Swept{})
	ok(t, clock.Advance(10*day))
	equal(t, *must[*strongroom.Swept](t)(store.Sweep(10)), strongroom.Swept{Expired: 2})
	equal(t, len(paths(t, &store.Operations, strongroom.InState(strongroom.ListTrash))), 1)
	equal(t, len(paths(t, &store.Operations)), 1)
}

func TestWhatIsDueIsListedTheEarliestFirst(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	equal(t, len(must[[]strongroom.Due](t)(store.Due(math.MaxInt64/time.Second*time.Second))), 0)
	id := put(t, &store.Operations, "a", "1", strongroom.ExpiresIn(3*day), strongroom.RotateEvery(2*day)).ID
	trashed := put(t, &store.Operations, "b", "1", strongroom.WithTrashDays(1)).ID
	must[*strongroom.Deleted](t)(store.Delete("b"))
	info := infoOf(t, store, "a")
	equal(t, info.RotateEvery, 2*day)
	equal(t, info.RotationDueAt, start.Add(2*day))
	all := must[[]strongroom.Due](t)(store.Due(3 * day))
	equal(t, len(all), 3)
	equal(t, all[0], strongroom.Due{ID: trashed, Path: "b", Reason: strongroom.DuePurge, At: start.Add(day)})
	equal(t, all[1], strongroom.Due{ID: id, Path: "a", Reason: strongroom.DueRotation, At: start.Add(2 * day)})
	equal(t, all[2], strongroom.Due{ID: id, Path: "a", Reason: strongroom.DueExpiry, At: start.Add(3 * day)})

	equal(t, len(must[[]strongroom.Due](t)(store.Due(2*day))), 2)
	equal(t, len(must[[]strongroom.Due](t)(store.Due(2*day-time.Second))), 1)
	equal(t, len(must[[]strongroom.Due](t)(store.Due(0))), 0)
	ok(t, clock.Advance(day))
	equal(t, len(must[[]strongroom.Due](t)(store.Due(0))), 1)
	ok(t, store.Transaction(func(tx *strongroom.Tx) error {
		info := must[*strongroom.SecretInfo](t)(tx.Update("a", strongroom.NoRotation()))
		equal(t, info.RotateEvery == 0 && info.RotationDueAt.IsZero(), true)
		equal(t, len(must[[]strongroom.Due](t)(tx.Due(2*day))), 2)
		return nil
	}))
}

func TestTimesThatBreakARuleAreRefused(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	for name, change := range map[string]strongroom.Change{
		"now":                         strongroom.ExpiresIn(0),
		"a negative duration":         strongroom.ExpiresIn(-time.Second),
		"half a second":               strongroom.ExpiresIn(500 * time.Millisecond),
		"a second and a bit":          strongroom.ExpiresIn(time.Second + 1),
		"more than a hundred years":   strongroom.ExpiresIn(36_500*day + time.Second),
		"this instant":                strongroom.ExpiresAt(start.Add(999 * time.Microsecond)),
		"the zero time":               strongroom.ExpiresAt(time.Time{}),
		"what C has no number for":    strongroom.ExpiresAt(time.Unix(math.MaxInt64/2, 0)),
		"what means none in C":        strongroom.ExpiresAt(time.UnixMilli(math.MinInt64)),
		"another number":              strongroom.OnExpiry(77),
		"the trash without an expiry": strongroom.OnExpiry(strongroom.OnExpiryTrash),
		"rotation at once":            strongroom.RotateEvery(0),
		"rotation before":             strongroom.RotateEvery(-time.Second),
		"rotation of half a second":   strongroom.RotateEvery(500 * time.Millisecond),
		"rotation of an age":          strongroom.RotateEvery(36_500*day + time.Second),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := store.Put("a", nil, change)
			fails(t, err, strongroom.ErrInvalidArgument)
		})
	}
	for _, within := range []time.Duration{-time.Second, time.Nanosecond} {
		_, err := store.Due(within)
		fails(t, err, strongroom.ErrInvalidArgument)
	}
	put(t, &store.Operations, "a", "1", strongroom.ExpiresIn(36_500*day), strongroom.RotateEvery(36_500*day))
	put(t, &store.Operations, "a", "1", strongroom.ExpiresAt(start.Add(time.Millisecond)), strongroom.RotateEvery(time.Second))
}

func TestDurationsAreReadAsPeopleWriteThem(t *testing.T) {
	for text, duration := range map[string]time.Duration{
		"0": 0, "300": 300 * time.Second, "90d": 90 * day, "1h30m": 90 * time.Minute, "PT1H30M": 90 * time.Minute, "2w": 14 * day,
		"9223372036": 9223372036 * time.Second,
	} {
		equal(t, must[time.Duration](t)(strongroom.ParseDuration(text)), duration)
	}
	for _, text := range []string{"", "P1Y", "1.5h", "-1s", "90 d", "9223372037", "9223372036854775", "99999999999999999999", "1\x00", "\xff"} {
		_, err := strongroom.ParseDuration(text)
		fails(t, err, strongroom.ErrInvalidArgument)
	}
}
