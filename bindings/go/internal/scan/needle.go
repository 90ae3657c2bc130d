package main

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"strings"
	"syscall"
)

const (
	markerLen = 32
	startLen  = 8
	chunkLen  = 1 << 20
)

// needle is what is looked for, known by its first bytes and a hash of the others: so the search puts no copy anywhere.
type needle struct {
	start  []byte
	rest   [sha256.Size]byte
	memory *os.File
	chunk  []byte
}

func newNeedle(marker []byte) (*needle, error) {
	memory, err := os.Open("/proc/self/mem")
	if err != nil {
		return nil, err
	}
	// Outside of the Go heap, which the garbage collector then has no reason to look into.
	chunk, err := syscall.Mmap(-1, 0, chunkLen, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return nil, err
	}
	return &needle{
		start:  bytes.Clone(marker[:startLen]),
		rest:   sha256.Sum256(marker[startLen:]),
		memory: memory,
		chunk:  chunk,
	}, nil
}

// count is how often it is in memory. Pieces overlap, so that what lies across two of them is found.
func (n *needle) count() int {
	found := 0
	for _, region := range regions() {
		for offset := region.start; offset < region.end; offset += chunkLen - markerLen + 1 {
			piece := n.chunk[:min(chunkLen, region.end-offset)]
			read, err := n.memory.ReadAt(piece, int64(offset))
			if err != nil {
				read = 0
			}
			found += n.inside(piece[:read])
			clear(n.chunk)
		}
	}
	return found
}

func (n *needle) inside(piece []byte) int {
	found := 0
	for at := 0; ; at++ {
		next := bytes.Index(piece[at:], n.start)
		if next < 0 || at+next+markerLen > len(piece) {
			return found
		}
		at += next
		if sha256.Sum256(piece[at+startLen:at+markerLen]) == n.rest {
			found++
		}
	}
}

type region struct{ start, end uint64 }

// regions are where there is writable memory. What Go only reserves is not.
func regions() []region {
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return nil
	}
	defer func() { _ = maps.Close() }()
	var all []region
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		var one region
		var mode string
		if _, err := fmt.Sscanf(lines.Text(), "%x-%x %s", &one.start, &one.end, &mode); err == nil && strings.HasPrefix(mode, "rw") {
			all = append(all, one)
		}
	}
	return all
}
