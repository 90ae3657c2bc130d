package strongroom

// #include "strongroom.h"
import "C"

import "time"

// Filter says which secrets a list shows, and how. Several must all hold. Without any, it shows all live secrets by path, 50 to a page.
type Filter struct {
	under string
	set   func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status
}

// withQuery calls the library with the filters.
func withQuery(filters []Filter, call func(*C.strongroom_query) error) error {
	query, err := newQuery(filters)
	if err != nil {
		return err
	}
	defer C.strongroom_query_free(query)
	for _, filter := range filters {
		if filter.set == nil {
			continue
		}
		var failed *C.strongroom_error
		if err := failure(filter.set(query, &failed), failed); err != nil {
			return err
		}
	}
	return call(query)
}

func newQuery(filters []Filter) (*C.strongroom_query, error) {
	under := ""
	for _, filter := range filters {
		if filter.set == nil {
			under = filter.under
		}
	}
	start, length := charsOrNull(under)
	var query *C.strongroom_query
	var failed *C.strongroom_error
	return query, failure(C.strongroom_query_new(start, length, &query, &failed), failed)
}

// Under shows the secrets below a namespace, at any depth; an empty one is everything.
func Under(namespace string) Filter { return Filter{under: namespace} }

// OneLevel shows only the secrets directly in the namespace, and the namespaces directly below it with their counts.
func OneLevel() Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_one_level(to, failed)
	}}
}

// HavingTag shows only secrets with this tag and this value.
func HavingTag(key, value string) Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		keyStart, keyLength := chars(key)
		start, length := chars(value)
		return C.strongroom_query_tag(to, keyStart, keyLength, start, length, failed)
	}}
}

// HavingTagKey shows only secrets with a tag of this key, whatever its value.
func HavingTagKey(key string) Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(key)
		return C.strongroom_query_has_tag(to, start, length, failed)
	}}
}

// LackingTagKey shows only secrets without a tag of this key.
func LackingTagKey(key string) Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(key)
		return C.strongroom_query_without_tag(to, start, length, failed)
	}}
}

// OfTier shows only secrets of this tier.
func OfTier(tier Tier) Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_tier(to, C.uint32_t(tier), failed)
	}}
}

// UpdatedSince shows only secrets whose value or metadata changed at this time or later.
func UpdatedSince(since time.Time) Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_updated_since(to, C.int64_t(since.UnixMilli()), failed)
	}}
}

// InState shows live secrets, those in the trash, or both.
func InState(state ListState) Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_state(to, C.uint32_t(state), failed)
	}}
}

// SortedBy shows them in this order.
func SortedBy(order SortOrder) Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_sort(to, C.uint32_t(order), failed)
	}}
}

// Limit is how many items a page has: 1 to 1,000.
func Limit(items uint) Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_limit(to, C.size_t(items), failed)
	}}
}

// Counted has the first page say how many secrets there are in all. It takes a look at each of them.
func Counted() Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_count(to, 1, failed)
	}}
}

// After continues behind the page that gave the cursor. The other filters must be the same, but for Limit and Counted.
func After(cursor string) Filter {
	return Filter{set: func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(cursor)
		return C.strongroom_query_after(to, start, length, failed)
	}}
}
