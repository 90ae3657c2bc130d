package strongroom

import "unsafe"

// view looks at the bytes of a credential without a copy.
func view[T Credential](credential T, look func([]byte) error) error {
	switch given := any(credential).(type) {
	case string:
		return look(unsafe.Slice(unsafe.StringData(given), len(given)))
	case []byte:
		return look(given)
	case *SecretBytes:
		return given.View(look)
	}
	panic("strongroom: a Credential has another type than it can have")
}
