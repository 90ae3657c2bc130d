package strongroom_test

import (
	"bytes"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

func TestWhatWasWrittenIsRead(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	done := put(t, &store.Operations, "app/key", "first", strongroom.WithTag("env", "prod"), strongroom.WithTag("bare", ""),
		strongroom.WithTier(strongroom.TierCritical), strongroom.WithDescription("für alles"), strongroom.WithContentType("text/plain"),
		strongroom.WithNote("a note"), strongroom.WithMaxVersions(3), strongroom.WithTrashDays(7))
	equal(t, *done, strongroom.Written{
		ID: done.ID, Path: "app/key", Version: 1, Tier: strongroom.TierCritical, CreatedAt: start, UpdatedAt: start,
	})
	ok(t, clock.Advance(1500*time.Millisecond))
	put(t, &store.Operations, "app/key", "second")

	secret := must[*strongroom.Secret](t)(store.GetVersion("app/key", 1))
	defer secret.Wipe()
	equal(t, string(secret.Bytes()), "first")
	equal(t, secret.Version(), 1)
	equal(t, secret.VersionCreatedAt(), start)
	info := must[*strongroom.SecretInfo](t)(secret.Info())
	equal(t, info.ID, done.ID)
	equal(t, info.Version, 2)
	equal(t, info.UpdatedAt, start.Add(1500*time.Millisecond))
	equal(t, info.DeletedAt.IsZero() && info.PurgeAt.IsZero() && info.ExpiresAt.IsZero(), true)
	equal(t, info.Description, "für alles")
	equal(t, info.ContentType, "text/plain")
	equal(t, info.MaxVersions, 3)
	equal(t, info.TrashDays, 7)
	equal(t, info.Tier.String(), "critical")
	equal(t, maps.Equal(info.Tags, map[string]string{"env": "prod", "bare": ""}), true)

	versions := must[[]*strongroom.VersionInfo](t)(store.Versions("app/key"))
	equal(t, len(versions), 2)
	equal(t, *versions[0], strongroom.VersionInfo{
		Number: 1, Size: 5, State: strongroom.StateSuperseded, Author: strongroom.AuthorOwner, Note: "a note", CreatedAt: start,
	})
}

func TestValuesOfEverySize(t *testing.T) {
	store := inMemory(t)
	for _, size := range []int{0, 1, 15, 16, 17, 64, 4096, 1 << 20} {
		said := bytes.Repeat([]byte{0, 0xff, 'x'}, size/3+1)[:size]
		must[*strongroom.Written](t)(store.Put("a", said))
		secret := must[*strongroom.Secret](t)(store.Get("a"))
		equal(t, bytes.Equal(secret.Bytes(), said) && secret.Equal(said), true)
		equal(t, secret.Len(), size)
		secret.Wipe()
	}
}

func TestGetIntoFillsABufferOrSaysWhatItNeeds(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "0123456789")
	put(t, &store.Operations, "a", "x")
	buffer := []byte("---------------")
	equal(t, must[int](t)(store.GetInto("a", buffer)), 1)
	equal(t, must[int](t)(store.GetVersionInto("a", 1, buffer)), 10)
	equal(t, string(buffer), "0123456789-----")
	needed, err := store.GetVersionInto("a", 1, buffer[:9])
	fails(t, err, strongroom.ErrBufferTooSmall)
	equal(t, needed, 10)
	_, err = store.GetInto("b", buffer)
	fails(t, err, strongroom.ErrNotFound)
}

func TestConditionsAreHeld(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1", strongroom.ExpectAbsent())
	_, err := store.Put("a", []byte("2"), strongroom.ExpectAbsent())
	fails(t, err, strongroom.ErrAlreadyExists)
	put(t, &store.Operations, "a", "2", strongroom.ExpectVersion(1))
	_, err = store.Put("a", []byte("3"), strongroom.ExpectVersion(1))
	fails(t, err, strongroom.ErrConflict)
	info := must[*strongroom.SecretInfo](t)(store.Update("a", strongroom.WithDescription("x")))
	_, err = store.Update("a", strongroom.WithDescription("y"), strongroom.ExpectMetaVersion(info.MetaVersion-1))
	fails(t, err, strongroom.ErrConflict)
	info = must[*strongroom.SecretInfo](t)(store.Update("a", strongroom.WithDescription("y"), strongroom.ExpectMetaVersion(info.MetaVersion)))
	equal(t, info.Description, "y")
	equal(t, value(t, &store.Operations, "a"), "2")
}

func TestTagsAreAddedTakenAndReplaced(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1", strongroom.WithTag("one", "1"), strongroom.WithTag("two", "2"))
	info := must[*strongroom.SecretInfo](t)(store.Update("a", strongroom.WithoutTag("one"), strongroom.WithTag("three", "")))
	equal(t, maps.Equal(info.Tags, map[string]string{"two": "2", "three": ""}), true)
	info = must[*strongroom.SecretInfo](t)(store.Update("a", strongroom.ReplaceTags(), strongroom.WithTag("four", "4")))
	equal(t, maps.Equal(info.Tags, map[string]string{"four": "4"}), true)
}

func TestManyAreReadAtOnce(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	put(t, &store.Operations, "b/c", "2")
	found := must[[]strongroom.Found](t)(store.GetMany("b/c", "no/such", "a", "", strings.Repeat("x", 2)))
	equal(t, len(found), 5)
	for _, index := range []int{0, 2} {
		ok(t, found[index].Err)
		defer found[index].Secret.Wipe()
	}
	equal(t, found[0].Secret.Reveal()+found[2].Secret.Reveal(), "21")
	fails(t, found[1].Err, strongroom.ErrNotFound)
	fails(t, found[3].Err, strongroom.ErrInvalidArgument)
	fails(t, found[4].Err, strongroom.ErrNotFound)
	equal(t, len(must[[]strongroom.Found](t)(store.GetMany())), 0)
}

func TestMatchesTellsWithoutShowing(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	equal(t, must[bool](t)(store.Matches("a", []byte("1"))), true)
	equal(t, must[bool](t)(store.Matches("a", []byte("2"))), false)
	_, err := store.Matches("b", nil)
	fails(t, err, strongroom.ErrNotFound)
}

func TestContainsKnowsLiveSecrets(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	equal(t, must[bool](t)(store.Contains("a")), true)
	must[*strongroom.Deleted](t)(store.Delete("a"))
	equal(t, must[bool](t)(store.Contains("a")), false)
	_, err := store.Contains("")
	fails(t, err, strongroom.ErrInvalidArgument)
}

func TestTheTrashGivesBackAndForgets(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "a", "1")
	deleted := must[*strongroom.Deleted](t)(store.Delete("a"))
	equal(t, deleted.DeletedAt, start)
	equal(t, deleted.PurgeAt, start.AddDate(0, 0, 30))
	equal(t, must[*strongroom.Written](t)(store.Restore("a")).ID, deleted.ID)
	must[*strongroom.Deleted](t)(store.Delete("a"))
	equal(t, must[*strongroom.Written](t)(store.RestoreTo(deleted.ID, "b")).Path, "b")
	_, err := store.RestoreTo("b", "")
	fails(t, err, strongroom.ErrInvalidArgument)
	must[*strongroom.Deleted](t)(store.Delete("b"))
	ok(t, clock.Advance(31*24*time.Hour))
	equal(t, *must[*strongroom.Swept](t)(store.Sweep(10)), strongroom.Swept{Secrets: 1, Versions: 1})
	_, err = store.Restore("b")
	fails(t, err, strongroom.ErrNotFound)
	put(t, &store.Operations, "c", "1")
	ok(t, store.Destroy("c"))
	fails(t, store.Destroy("c"), strongroom.ErrNotFound)
}

func TestASweepNeedsAClockThatIsRight(t *testing.T) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "a", "1")
	must[*strongroom.Deleted](t)(store.Delete("a"))
	ok(t, clock.Advance(3*366*24*time.Hour))
	equal(t, must[*strongroom.Swept](t)(store.Sweep(10)).HeldBack, true)
	equal(t, must[*strongroom.Swept](t)(store.Sweep(10, strongroom.ConfirmClock())).Secrets, 1)
}

func TestVersionsAreDeletedRestoredAndDestroyed(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a", "1")
	put(t, &store.Operations, "a", "2")
	equal(t, must[*strongroom.VersionInfo](t)(store.DeleteVersion("a", 1)).State, strongroom.StateDeleted)
	_, err := store.GetVersion("a", 1)
	fails(t, err, strongroom.ErrNotFound)
	equal(t, must[*strongroom.VersionInfo](t)(store.RestoreVersion("a", 1)).State, strongroom.StateSuperseded)
	equal(t, must[*strongroom.Written](t)(store.Rollback("a", 1)).Version, 3)
	equal(t, value(t, &store.Operations, "a"), "1")
	equal(t, must[*strongroom.VersionInfo](t)(store.DestroyVersion("a", 2)).State, strongroom.StateDestroyed)
	_, err = store.GetVersion("a", 2)
	fails(t, err, strongroom.ErrDestroyed)
}

func TestSecretsAndNamespacesAreRenamed(t *testing.T) {
	store := inMemory(t)
	put(t, &store.Operations, "a/one", "1")
	put(t, &store.Operations, "a/two", "2")
	equal(t, must[uint64](t)(store.RenamePrefix("a", "b", strongroom.AllowLarge())), 2)
	equal(t, must[*strongroom.Written](t)(store.Rename("b/one", "c", strongroom.AllowLarge())).Path, "c")
	equal(t, slices.Equal(paths(t, &store.Operations), []string{"b/two", "c"}), true)
	_, err := store.Rename("c", "b/two")
	fails(t, err, strongroom.ErrAlreadyExists)
}

func TestRetentionIsSaidAndInherited(t *testing.T) {
	store := inMemory(t)
	policy := store.Policy()
	none := strongroom.Retention{MaxVersions: strongroom.Inherited, TrashDays: strongroom.Inherited}
	equal(t, must[strongroom.Retention](t)(policy.Retention("")), none)
	equal(t, must[strongroom.Retention](t)(policy.RetentionAt("a/b")), strongroom.Retention{MaxVersions: 10, TrashDays: 30})
	ok(t, policy.SetRetention("a", 2, 5))
	ok(t, policy.SetRetention("a", strongroom.Unchanged, strongroom.Inherited))
	said := strongroom.Retention{Under: "a", MaxVersions: 2, TrashDays: strongroom.Inherited}
	equal(t, must[strongroom.Retention](t)(policy.Retention("a")), said)
	ok(t, policy.SetRetention("", 0, strongroom.Unchanged))
	all := must[[]strongroom.Retention](t)(policy.Retentions())
	equal(t, slices.Equal(all, []strongroom.Retention{{TrashDays: strongroom.Inherited}, said}), true)
	fails(t, policy.SetRetention("a", -7, 0), strongroom.ErrInvalidArgument)
}
