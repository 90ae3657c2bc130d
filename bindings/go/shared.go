//go:build strongroom_shared

package strongroom

// What pkg-config says is cached with the package: behind another installation, build once with -a.

// #cgo pkg-config: strongroom
import "C"
