//go:build strongroom_shared

package strongroom

// #cgo pkg-config: strongroom
import "C"
