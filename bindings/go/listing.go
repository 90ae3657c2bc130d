package strongroom

// #include "strongroom.h"
import "C"

import (
	"errors"
	"iter"
)

// Page is some of the secrets that a list shows.
type Page struct {
	Items []*SecretInfo
	// Namespaces are, with [OneLevel], those directly below.
	Namespaces []Namespace
	// NextCursor is what to give to [After] for the next page; empty behind the last one.
	NextCursor string
	HasMore    bool
	// Total is how many secrets there are in all, on the first page with [Counted]; else nil.
	Total *uint64
}

// Namespace is a namespace, and how many live secrets are in it at any depth.
type Namespace struct {
	Path    string
	Secrets uint64
}

// TagCount is a key or a value of tags, and how many live secrets bear it.
type TagCount struct {
	Name    string
	Secrets uint64
}

// List gives a page of secrets, without their values. It fails with ErrInvalidCursor and ErrLimitExceeded.
func (o *Operations) List(filters ...Filter) (page *Page, err error) {
	err = withQuery(filters, func(query *C.strongroom_query) error {
		page, err = o.listed(query)
		return err
	})
	return page, err
}

// Scan gives all secrets that List would show, page by page of [Limit]. Between pages nothing is held: a secret that is written meanwhile
// may be shown or not. An error is the last that it gives.
func (o *Operations) Scan(filters ...Filter) iter.Seq2[*SecretInfo, error] {
	return func(yield func(*SecretInfo, error) bool) {
		stopped := errors.New("the loop ended")
		err := withQuery(filters, func(query *C.strongroom_query) error {
			for {
				page, err := o.listed(query)
				if err != nil {
					return err
				}
				for _, info := range page.Items {
					if !yield(info, nil) {
						return stopped
					}
				}
				if !page.HasMore {
					return nil
				}
				var failed *C.strongroom_error
				if err := failure(afterOption(page.NextCursor).continueList(query, &failed), failed); err != nil {
					return err
				}
			}
		})
		if err != nil && err != stopped {
			yield(nil, err)
		}
	}
}

func (o *Operations) listed(query *C.strongroom_query) (*Page, error) {
	from, err := o.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_list(on, query, to, failed)
	})
	if err != nil {
		return nil, err
	}
	defer C.strongroom_page_free(from)
	page := &Page{NextCursor: nextCursor(from), HasMore: hasMore(from)}
	var total C.uint64_t
	if C.strongroom_page_total(from, &total, nil) == C.STRONGROOM_OK {
		counted := uint64(total)
		page.Total = &counted
	}
	if page.Namespaces, err = collect(from, pageNamespaces(from), readNamespace, namespace); err != nil {
		return nil, err
	}
	page.Items, err = collect(from, pageLength(from), readSecret, secretInfo)
	return page, err
}

func namespace(from *C.strongroom_namespace) Namespace {
	return Namespace{text(from.path), uint64(from.secrets)}
}

func tagCount(from *C.strongroom_tag_count) TagCount {
	return TagCount{text(from.name), uint64(from.secrets)}
}

// Namespaces are the namespaces directly below another one, or with an empty one all the uppermost ones.
func (o *Operations) Namespaces(under string) ([]Namespace, error) {
	name, length := charsOrNull(under)
	page, err := o.page(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_namespaces(on, name, length, to, failed)
	})
	if err != nil {
		return nil, err
	}
	defer C.strongroom_page_free(page)
	return collect(page, pageNamespaces(page), readNamespace, namespace)
}

// TagKeys are the keys of all tags, with how many live secrets bear each.
func (o *Operations) TagKeys() ([]TagCount, error) {
	return o.tagCounts(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_tag_keys(on, to, failed)
	})
}

// TagValues are the values of the tags of one key, with how many live secrets bear each.
func (o *Operations) TagValues(key string) ([]TagCount, error) {
	name, length := chars(key)
	return o.tagCounts(func(on *C.strongroom_store, to **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status {
		return C.strongroom_tag_values(on, name, length, to, failed)
	})
}

func (o *Operations) tagCounts(
	do func(on *C.strongroom_store, page **C.strongroom_page, failed **C.strongroom_error) C.strongroom_status,
) ([]TagCount, error) {
	page, err := o.page(do)
	if err != nil {
		return nil, err
	}
	return items(page, readTagCount, tagCount)
}
