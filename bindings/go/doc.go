// Package strongroom is an embedded secret store.
package strongroom
