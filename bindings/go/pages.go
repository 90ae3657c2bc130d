package strongroom

// #include "strongroom.h"
import "C"

// text is a copy of a text of the library's.
func text(from C.strongroom_text) string { return C.GoStringN(from.data, C.int(from.len)) }

func pageLength(of *C.strongroom_page) C.size_t     { return C.strongroom_page_len(of) }
func pageNamespaces(of *C.strongroom_page) C.size_t { return C.strongroom_page_namespaces(of) }

// A reader gets an item of a page.
type reader[Item any] func(from *C.strongroom_page, index C.size_t, item *Item, failed **C.strongroom_error) C.strongroom_status

// nextCursor is what to ask for the next page with; empty behind the last one.
func nextCursor(of *C.strongroom_page) string {
	if cursor := C.strongroom_page_next_cursor(of); cursor != nil {
		return C.GoString(cursor)
	}
	return ""
}

func hasMore(of *C.strongroom_page) bool { return C.strongroom_page_has_more(of) == 1 }

// eachItem goes through items of a page.
func eachItem[Item any](from *C.strongroom_page, length C.size_t, read reader[Item], take func(*Item)) error {
	for index := range length {
		var item Item
		var failed *C.strongroom_error
		if err := failure(read(from, index, &item, &failed), failed); err != nil {
			return err
		}
		take(&item)
	}
	return nil
}

// collect are items of a page in Go.
func collect[Item, Made any](
	from *C.strongroom_page, length C.size_t, read reader[Item], made func(*Item) Made,
) ([]Made, error) {
	all := make([]Made, 0, length)
	err := eachItem(from, length, read, func(item *Item) { all = append(all, made(item)) })
	return all, err
}

// items are all items of a page in Go; it frees the page.
func items[Item, Made any](from *C.strongroom_page, read reader[Item], made func(*Item) Made) ([]Made, error) {
	defer C.strongroom_page_free(from)
	return collect(from, pageLength(from), read, made)
}

// only is the one item of a page; it frees the page.
func only[Item, Made any](from *C.strongroom_page, read reader[Item], made func(*Item) Made) (found Made, err error) {
	defer C.strongroom_page_free(from)
	err = eachItem(from, 1, read, func(item *Item) { found = made(item) })
	return found, err
}

func readSecret(from *C.strongroom_page, at C.size_t, item *C.strongroom_secret_info, failed **C.strongroom_error) C.strongroom_status {
	item.struct_size = C.sizeof_strongroom_secret_info
	return C.strongroom_page_secret(from, at, item, failed)
}

func readVersion(from *C.strongroom_page, at C.size_t, item *C.strongroom_version_info, failed **C.strongroom_error) C.strongroom_status {
	item.struct_size = C.sizeof_strongroom_version_info
	return C.strongroom_page_version(from, at, item, failed)
}

func readNamespace(from *C.strongroom_page, at C.size_t, item *C.strongroom_namespace, failed **C.strongroom_error) C.strongroom_status {
	item.struct_size = C.sizeof_strongroom_namespace
	return C.strongroom_page_namespace(from, at, item, failed)
}

func readTagCount(from *C.strongroom_page, at C.size_t, item *C.strongroom_tag_count, failed **C.strongroom_error) C.strongroom_status {
	item.struct_size = C.sizeof_strongroom_tag_count
	return C.strongroom_page_tag_count(from, at, item, failed)
}

func readSlot(from *C.strongroom_page, at C.size_t, item *C.strongroom_slot, failed **C.strongroom_error) C.strongroom_status {
	item.struct_size = C.sizeof_strongroom_slot
	return C.strongroom_page_slot(from, at, item, failed)
}

func readRetention(from *C.strongroom_page, at C.size_t, item *C.strongroom_retention, failed **C.strongroom_error) C.strongroom_status {
	item.struct_size = C.sizeof_strongroom_retention
	return C.strongroom_page_retention(from, at, item, failed)
}

func readCapability(from *C.strongroom_page, at C.size_t, item *C.strongroom_capability, failed **C.strongroom_error) C.strongroom_status {
	item.struct_size = C.sizeof_strongroom_capability
	return C.strongroom_page_capability(from, at, item, failed)
}

func readDue(from *C.strongroom_page, at C.size_t, item *C.strongroom_due_item, failed **C.strongroom_error) C.strongroom_status {
	item.struct_size = C.sizeof_strongroom_due_item
	return C.strongroom_page_due(from, at, item, failed)
}

func readEvent(from *C.strongroom_page, at C.size_t, item *C.strongroom_audit_event, failed **C.strongroom_error) C.strongroom_status {
	item.struct_size = C.sizeof_strongroom_audit_event
	return C.strongroom_page_event(from, at, item, failed)
}

// files are the names in a page; it frees the page.
func files(from *C.strongroom_page) []string {
	defer C.strongroom_page_free(from)
	names := make([]string, 0, pageLength(from))
	for index := range pageLength(from) {
		names = append(names, C.GoString(C.strongroom_page_file(from, index)))
	}
	return names
}
