package strongroom_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// errUndo rolls a transaction of the model back.
var errUndo = errors.New("undo")

// keptVersions is so low that short histories come beyond it.
const keptVersions = 2

// model is what a store must hold: the versions of each secret.
type model struct {
	live  map[string][][]byte
	trash []trashed
}

type trashed struct {
	path     string
	versions [][]byte
}

func (m *model) clone() *model {
	made := &model{live: map[string][][]byte{}, trash: append([]trashed{}, m.trash...)}
	for path, versions := range m.live {
		made.live[path] = append([][]byte{}, versions...)
	}
	return made
}

// history plays random calls on a store and on the model.
type history struct {
	t      *testing.T
	random *rand.Rand
	clock  *strongroom.ManualClock
	store  *strongroom.Store
	model  *model
	// destroyed counts the versions that were asked for though they are gone.
	destroyed int
}

var modelPaths = []string{"a", "a/b", "a/c", "d/e/f", "ü"}

// TestRandomHistoriesAgreeWithAModel plays the same histories each time. STRONGROOM_SEED is for others.
func TestRandomHistoriesAgreeWithAModel(t *testing.T) {
	seed := uint64(1)
	if said := os.Getenv("STRONGROOM_SEED"); said != "" {
		seed = must[uint64](t)(strconv.ParseUint(said, 10, 64))
	}
	t.Logf("STRONGROOM_SEED=%d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	destroyed := 0
	for range 40 {
		clock := newClock(t)
		store := must[*strongroom.Store](t)(strongroom.InMemory(strongroom.WithClock(clock)))
		ok(t, store.Policy().SetRetention("", keptVersions, strongroom.Inherited))
		playing := &history{t, random, clock, store, &model{live: map[string][][]byte{}}, 0}
		for range 12 {
			playing.turn()
		}
		must[*strongroom.Verified](t)(store.Verify())
		ok(t, store.Close())
		destroyed += playing.destroyed
	}
	if destroyed == 0 {
		t.Fatal("no version was asked for that is gone")
	}
}

// turn makes a call, or several of them in a transaction.
func (h *history) turn() {
	if h.random.IntN(3) > 0 {
		h.step(&h.store.Operations)
		h.agrees(&h.store.Operations, h.model)
		return
	}
	before, commits := h.model.clone(), h.random.IntN(2) == 0
	err := h.store.Transaction(func(tx *strongroom.Tx) error {
		for range 1 + h.random.IntN(4) {
			h.step(&tx.Operations)
			h.agrees(&tx.Operations, h.model)
			h.agrees(&h.store.Operations, before)
		}
		if commits {
			return nil
		}
		return errUndo
	})
	if commits {
		ok(h.t, err)
	} else {
		equal(h.t, err, errUndo)
		h.model = before
	}
	h.agrees(&h.store.Operations, h.model)
}

// step makes a call that succeeds, as one that fails would end a transaction.
func (h *history) step(on *strongroom.Operations) {
	path, to := h.path(), h.path()
	versions := h.model.live[path]
	switch call := h.random.IntN(5); {
	case call == 0 && versions != nil:
		h.delete(on, path)
	case call == 1 && versions == nil:
		h.restore(on, path)
	case call == 2 && versions != nil && h.model.live[to] == nil:
		must[*strongroom.Written](h.t)(on.Rename(path, to))
		h.model.live[to] = versions
		delete(h.model.live, path)
	case call == 3 && versions != nil:
		number := h.kept(versions)
		done := must[*strongroom.Written](h.t)(on.Rollback(path, uint64(number)))
		h.model.live[path] = append(versions, versions[number-1])
		equal(h.t, done.Version, uint64(len(h.model.live[path])))
	default:
		for range 1 + h.random.IntN(keptVersions+1) {
			h.put(on, path)
		}
	}
}

// kept is the number of one of the versions that are there.
func (h *history) kept(versions [][]byte) int {
	return len(versions) - h.random.IntN(min(len(versions), keptVersions))
}

func (h *history) path() string { return modelPaths[h.random.IntN(len(modelPaths))] }

func (h *history) put(on *strongroom.Operations, path string) {
	value := make([]byte, h.random.IntN(2000))
	for index := range value {
		value[index] = byte(h.random.Uint32())
	}
	current := len(h.model.live[path])
	done := must[*strongroom.Written](h.t)(on.Put(path, value, strongroom.ExpectVersion(uint64(current))))
	equal(h.t, done.Version, uint64(current+1))
	h.model.live[path] = append(h.model.live[path], value)
}

func (h *history) delete(on *strongroom.Operations, path string) {
	// Which was deleted last is told by the time.
	ok(h.t, h.clock.Advance(time.Millisecond))
	must[*strongroom.Deleted](h.t)(on.Delete(path))
	h.model.trash = append(h.model.trash, trashed{path, h.model.live[path]})
	delete(h.model.live, path)
}

func (h *history) restore(on *strongroom.Operations, path string) {
	for index := len(h.model.trash) - 1; index >= 0; index-- {
		if h.model.trash[index].path == path {
			must[*strongroom.Written](h.t)(on.Restore(path))
			h.model.live[path] = h.model.trash[index].versions
			h.model.trash = append(h.model.trash[:index:index], h.model.trash[index+1:]...)
			return
		}
	}
}

// agrees holds a store against a model: every secret, a version of each that is there, and the newest that is gone.
func (h *history) agrees(on *strongroom.Operations, with *model) {
	h.t.Helper()
	found := 0
	for info, err := range on.Scan(strongroom.Limit(2)) {
		ok(h.t, err)
		found++
		versions := with.live[info.Path]
		equal(h.t, info.Version, uint64(len(versions)))
		number := h.kept(versions)
		secret := must[*strongroom.Secret](h.t)(on.GetVersion(info.Path, uint64(number)))
		equal(h.t, bytes.Equal(secret.Bytes(), versions[number-1]), true)
		secret.Wipe()
		if gone := len(versions) - keptVersions; gone > 0 {
			_, err := on.GetVersion(info.Path, uint64(gone))
			fails(h.t, err, strongroom.ErrDestroyed)
			h.destroyed++
		}
	}
	equal(h.t, found, len(with.live))
	equal(h.t, len(must[*strongroom.Page](h.t)(on.List(strongroom.InState(strongroom.ListTrash))).Items), len(with.trash))
}
