package strongroom

// #include "strongroom.h"
import "C"

import "time"

// Filter says which secrets a list shows, and how. Several must all hold. Without any, it shows all live secrets by path, 50 to a page.
type Filter interface{ list(to *listSettings) }

// QueryOption says the same of a list of secrets and of the audit log.
type QueryOption interface {
	Filter
	AuditOption
}

// listSettings are what filters say.
type listSettings struct {
	under string
	apply []listSetting
	// refused is why there is nothing that could be said to the library.
	refused error
}

type listSetting func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status

func (s listSetting) list(to *listSettings) { to.apply = append(to.apply, s) }

// withQuery calls the library with the filters.
func withQuery(filters []Filter, call func(*C.strongroom_query) error) error {
	var said listSettings
	for _, filter := range filters {
		filter.list(&said)
	}
	if said.refused != nil {
		return said.refused
	}
	start, length := charsOrNull(said.under)
	var query *C.strongroom_query
	var failed *C.strongroom_error
	if err := failure(C.strongroom_query_new(start, length, &query, &failed), failed); err != nil {
		return err
	}
	defer C.strongroom_query_free(query)
	for _, set := range said.apply {
		if err := failure(set(query, &failed), failed); err != nil {
			return err
		}
	}
	return call(query)
}

type underOption string

// Under shows the secrets below a namespace, at any depth; an empty one is everything. Of the audit log, and of changes, it tells only the
// events that concern this path, or what lies below it.
func Under(namespace string) NamespaceOption { return underOption(namespace) }

func (o underOption) list(to *listSettings) { to.under = string(o) }

type limitOption uint

// Limit is how many items a page has: 1 to 1,000.
func Limit(items uint) QueryOption { return limitOption(items) }

func (o limitOption) list(to *listSettings) {
	listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_limit(to, C.size_t(o), failed)
	}).list(to)
}

type afterOption string

// After continues behind the page that gave the cursor. Whatever else is asked for must be the same, but for Limit and Counted.
func After(cursor string) QueryOption { return afterOption(cursor) }

func (o afterOption) list(to *listSettings) { listSetting(o.continueList).list(to) }

func (o afterOption) continueList(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
	start, length := chars(string(o))
	return C.strongroom_query_after(to, start, length, failed)
}

// OneLevel shows only the secrets directly in the namespace, and the namespaces directly below it with their counts.
func OneLevel() Filter {
	return listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_one_level(to, failed)
	})
}

// HavingTag shows only secrets with this tag and this value.
func HavingTag(key, value string) Filter {
	return listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		keyStart, keyLength := chars(key)
		start, length := chars(value)
		return C.strongroom_query_tag(to, keyStart, keyLength, start, length, failed)
	})
}

// HavingTagKey shows only secrets with a tag of this key, whatever its value.
func HavingTagKey(key string) Filter {
	return listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(key)
		return C.strongroom_query_has_tag(to, start, length, failed)
	})
}

// LackingTagKey shows only secrets without a tag of this key.
func LackingTagKey(key string) Filter {
	return listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		start, length := chars(key)
		return C.strongroom_query_without_tag(to, start, length, failed)
	})
}

// OfTier shows only secrets of this tier.
func OfTier(tier Tier) Filter {
	return listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_tier(to, C.uint32_t(tier), failed)
	})
}

type updatedOption struct{ since time.Time }

// UpdatedSince shows only secrets whose value or metadata changed at this time or later. The store knows milliseconds, and a part of one is
// dropped.
func UpdatedSince(since time.Time) Filter { return updatedOption{since} }

func (o updatedOption) list(to *listSettings) {
	milliseconds, err := millisOf(o.since)
	if err != nil {
		to.refused = err
		return
	}
	listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_updated_since(to, milliseconds, failed)
	}).list(to)
}

// InState shows live secrets, those in the trash, or both.
func InState(state ListState) Filter {
	return listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_state(to, C.uint32_t(state), failed)
	})
}

// SortedBy shows them in this order.
func SortedBy(order SortOrder) Filter {
	return listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_sort(to, C.uint32_t(order), failed)
	})
}

// Counted has the first page say how many secrets there are in all. It takes a look at each of them.
func Counted() Filter {
	return listSetting(func(to *C.strongroom_query, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_query_count(to, 1, failed)
	})
}
