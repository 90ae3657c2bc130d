package strongroom_test

import (
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// listed is a store with something to list.
func listed(t *testing.T) (*strongroom.Store, *strongroom.ManualClock) {
	clock := newClock(t)
	store := inMemory(t, strongroom.WithClock(clock))
	put(t, &store.Operations, "app/one", "1", strongroom.WithTag("env", "prod"), strongroom.WithTier(strongroom.TierSensitive))
	put(t, &store.Operations, "app/sub/two", "1", strongroom.WithTag("env", "test"))
	put(t, &store.Operations, "other", "1")
	ok(t, clock.Advance(time.Second))
	put(t, &store.Operations, "app/one", "2")
	put(t, &store.Operations, "gone", "1")
	must[*strongroom.Deleted](t)(store.Delete("gone"))
	return store, clock
}

func TestFiltersShowWhatTheySay(t *testing.T) {
	store, _ := listed(t)
	for name, check := range map[string]struct {
		filters []strongroom.Filter
		want    []string
	}{
		"everything":    {nil, []string{"app/one", "app/sub/two", "other"}},
		"a namespace":   {[]strongroom.Filter{strongroom.Under("app")}, []string{"app/one", "app/sub/two"}},
		"one level":     {[]strongroom.Filter{strongroom.Under("app"), strongroom.OneLevel()}, []string{"app/one"}},
		"a tag":         {[]strongroom.Filter{strongroom.HavingTag("env", "test")}, []string{"app/sub/two"}},
		"any value":     {[]strongroom.Filter{strongroom.HavingTagKey("env")}, []string{"app/one", "app/sub/two"}},
		"no tag":        {[]strongroom.Filter{strongroom.LackingTagKey("env")}, []string{"other"}},
		"a tier":        {[]strongroom.Filter{strongroom.OfTier(strongroom.TierSensitive)}, []string{"app/one"}},
		"a time":        {[]strongroom.Filter{strongroom.UpdatedSince(start.Add(time.Second))}, []string{"app/one"}},
		"the trash":     {[]strongroom.Filter{strongroom.InState(strongroom.ListTrash)}, []string{"gone"}},
		"the latest":    {[]strongroom.Filter{strongroom.SortedBy(strongroom.SortUpdated), strongroom.Limit(1)}, nil},
		"several tests": {[]strongroom.Filter{strongroom.Under("app"), strongroom.HavingTag("env", "prod")}, []string{"app/one"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := paths(t, &store.Operations, check.filters...)
			if check.want == nil {
				equal(t, got[0], "app/one")
				return
			}
			if !slices.Equal(got, check.want) {
				t.Errorf("got %v, want %v", got, check.want)
			}
		})
	}
}

func TestATimeOfWhichCHasNoNumberIsNoFilter(t *testing.T) {
	store, _ := listed(t)
	for _, far := range []time.Time{time.Unix(1<<62, 0), time.Unix(-1<<62, 0), time.UnixMilli(math.MinInt64)} {
		_, err := store.List(strongroom.UpdatedSince(far), strongroom.Limit(1))
		fails(t, err, strongroom.ErrInvalidArgument)
		var last error
		for _, err := range store.Scan(strongroom.UpdatedSince(far)) {
			last = err
		}
		fails(t, last, strongroom.ErrInvalidArgument)
	}
}

func TestPagesFollowEachOther(t *testing.T) {
	store, _ := listed(t)
	first := must[*strongroom.Page](t)(store.List(strongroom.Limit(2), strongroom.Counted()))
	equal(t, len(first.Items), 2)
	equal(t, *first.Total, 3)
	equal(t, first.HasMore, true)
	second := must[*strongroom.Page](t)(store.List(strongroom.Limit(2), strongroom.After(first.NextCursor)))
	equal(t, second.Items[0].Path, "other")
	equal(t, second.HasMore || second.NextCursor != "" || second.Total != nil, false)
	_, err := store.List(strongroom.Under("app"), strongroom.After(first.NextCursor))
	fails(t, err, strongroom.ErrInvalidCursor)
	_, err = store.List(strongroom.Limit(1001))
	fails(t, err, strongroom.ErrLimitExceeded)
	level := must[*strongroom.Page](t)(store.List(strongroom.OneLevel()))
	equal(t, slices.Equal(level.Namespaces, []strongroom.Namespace{{Path: "app", Secrets: 2}}), true)
}

func TestAScanGoesThroughAllPagesAndCanStop(t *testing.T) {
	store := inMemory(t)
	for number := range 25 {
		put(t, &store.Operations, fmt.Sprintf("key-%02d", number), "x")
	}
	equal(t, len(paths(t, &store.Operations, strongroom.Limit(7))), 25)
	seen := 0
	for _, err := range store.Scan(strongroom.Limit(7)) {
		ok(t, err)
		if seen++; seen == 9 {
			break
		}
	}
	equal(t, seen, 9)
	var last error
	for info, err := range store.Scan(strongroom.Limit(0)) {
		equal(t, info == nil, true)
		last = err
	}
	equal(t, last != nil, true)
}

func TestAScanThatPanicsFreesItsQuery(t *testing.T) {
	nothingLeft(t)
	store := inMemory(t)
	put(t, &store.Operations, "a", "x")
	before := strongroom.LiveObjects()
	func() {
		defer func() { equal(t, recover(), any("enough")) }()
		for range store.Scan() {
			panic("enough")
		}
	}()
	equal(t, strongroom.LiveObjects(), before)
}

func TestNamespacesTagsAndStatsAreCounted(t *testing.T) {
	store, _ := listed(t)
	all := must[[]strongroom.Namespace](t)(store.Namespaces(""))
	equal(t, slices.Equal(all, []strongroom.Namespace{{Path: "app", Secrets: 2}}), true)
	below := must[[]strongroom.Namespace](t)(store.Namespaces("app"))
	equal(t, slices.Equal(below, []strongroom.Namespace{{Path: "app/sub", Secrets: 1}}), true)
	equal(t, slices.Equal(must[[]strongroom.TagCount](t)(store.TagKeys()), []strongroom.TagCount{{Name: "env", Secrets: 2}}), true)
	values := must[[]strongroom.TagCount](t)(store.TagValues("env"))
	equal(t, slices.Equal(values, []strongroom.TagCount{{Name: "prod", Secrets: 1}, {Name: "test", Secrets: 1}}), true)
	stats := must[*strongroom.Stats](t)(store.Stats(""))
	equal(t, stats.LiveSecrets, 3)
	equal(t, stats.LiveVersions, 4)
	equal(t, stats.LiveValueBytes, 4)
	equal(t, stats.TrashSecrets, 1)
	equal(t, stats.FileBytes >= stats.UsedBytes && stats.UsedBytes > 0, true)
	equal(t, slices.Equal(stats.Namespaces, []strongroom.NamespaceStats{{Name: "app", Secrets: 2, Versions: 3, ValueBytes: 3}}), true)
}
