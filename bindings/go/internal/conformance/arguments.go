package conformance

import (
	"math"
	"strings"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// arguments are what a step is called with.
type arguments struct {
	playing *player
	with    object
}

// at is an argument, or what was found under its name.
func (a arguments) at(name string) any {
	if said, ok := a.with[name].(string); ok && strings.HasPrefix(said, "$") {
		return a.playing.names[said]
	}
	return a.with[name]
}

func (a arguments) has(name string) bool {
	_, ok := a.with[name]
	return ok
}

func (a arguments) text(name string) string {
	said, _ := a.at(name).(string)
	return said
}

func (a arguments) number(name string) uint64 {
	said, _ := a.at(name).(float64)
	return uint64(said)
}

func (a arguments) is(name string) bool {
	said, _ := a.at(name).(bool)
	return said
}

// kept is a number that may be inherited, or otherwise.
func (a arguments) kept(name string, otherwise int64) int64 {
	if !a.has(name) {
		return otherwise
	}
	if said, ok := a.at(name).(float64); ok {
		return int64(said)
	}
	return strongroom.Inherited
}

func (a arguments) texts(name string) []string {
	var all []string
	items, _ := a.at(name).([]any)
	for _, item := range items {
		said, _ := item.(string)
		all = append(all, said)
	}
	return all
}

func (a arguments) members(name string) object {
	members, _ := a.at(name).(object)
	return members
}

// time is a time, which scenarios write in seconds since the beginning.
func (a arguments) time(name string) time.Time {
	said, _ := a.at(name).(float64)
	return time.Unix(beginning.Unix()+int64(said), 0)
}

// duration is a number of seconds, or a text. More than Go can say is the most that it can.
func (a arguments) duration(name string) (time.Duration, error) {
	switch said := a.at(name).(type) {
	case float64:
		return time.Duration(min(said, float64(math.MaxInt64/time.Second))) * time.Second, nil
	case string:
		return strongroom.ParseDuration(said)
	}
	return 0, nil
}

var tiers = map[string]strongroom.Tier{
	"standard": strongroom.TierStandard, "sensitive": strongroom.TierSensitive, "critical": strongroom.TierCritical,
}

var states = map[string]strongroom.ListState{
	"live": strongroom.ListLive, "trash": strongroom.ListTrash, "all": strongroom.ListAll,
}

var orders = map[string]strongroom.SortOrder{"path": strongroom.SortPath, "updated": strongroom.SortUpdated}

// filters are the arguments of a list.
func (a arguments) filters() []strongroom.Filter {
	all := []strongroom.Filter{strongroom.Under(a.text("under"))}
	say := func(name string, filter func() strongroom.Filter) {
		if a.has(name) {
			all = append(all, filter())
		}
	}
	if a.has("recursive") && !a.is("recursive") {
		all = append(all, strongroom.OneLevel())
	}
	for key, value := range a.members("tags") {
		if said, ok := value.(string); ok {
			all = append(all, strongroom.HavingTag(key, said))
		} else {
			all = append(all, strongroom.HavingTagKey(key))
		}
	}
	for _, key := range a.texts("without_tags") {
		all = append(all, strongroom.LackingTagKey(key))
	}
	if a.is("count") {
		all = append(all, strongroom.Counted())
	}
	say("tier", func() strongroom.Filter { return strongroom.OfTier(tiers[a.text("tier")]) })
	say("state", func() strongroom.Filter { return strongroom.InState(states[a.text("state")]) })
	say("sort", func() strongroom.Filter { return strongroom.SortedBy(orders[a.text("sort")]) })
	say("updated_since", func() strongroom.Filter {
		return strongroom.UpdatedSince(beginning.Add(time.Duration(a.number("updated_since")) * time.Second))
	})
	say("limit", func() strongroom.Filter { return strongroom.Limit(uint(a.number("limit"))) })
	say("cursor", func() strongroom.Filter { return strongroom.After(a.text("cursor")) })
	return all
}
