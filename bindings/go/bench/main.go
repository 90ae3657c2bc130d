// Command bench compares reading and writing 64 bytes with SQLCipher, in one run and taking turns, and says what calling the library from Go
// costs beside calling it from C.
//
//	go run . [ROUNDS]
//
// Times are medians of the rounds. A ratio above 1 says how many times as long SQLCipher takes.
package main

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

func main() {
	rounds := 15
	if len(os.Args) > 1 {
		said, err := strconv.Atoi(os.Args[1])
		if err != nil || said < 1 {
			fmt.Fprintln(os.Stderr, "usage: bench [ROUNDS]")
			os.Exit(2)
		}
		rounds = said
	}
	if err := run(rounds); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(rounds int) error {
	folder, err := os.MkdirTemp("", "strongroom-bench-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(folder) }()
	with, err := newArena(folder)
	if err != nil {
		return err
	}
	fmt.Printf("strongroom %s, %s, %d secrets of %d bytes, %d rounds\n", strongroom.Version(), runtime.Version(), secrets, valueLen, rounds)
	if err := compare("read", with.readers(), rounds, 2000); err != nil {
		return err
	}
	if err := compare("durable write", with.writers(), rounds, 50); err != nil {
		return err
	}
	if err := with.close(); err != nil {
		return err
	}
	return overhead(rounds)
}

// compare lets contestants take turns.
func compare(what string, all []contestant, rounds, times int) error {
	taken, objects := make([][]time.Duration, len(all)), make([]uint64, len(all))
	for range rounds {
		for index, one := range all {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			begun := time.Now()
			for turn := range times {
				if err := one.do(turn); err != nil {
					return fmt.Errorf("%s: %w", one.name, err)
				}
			}
			taken[index] = append(taken[index], time.Since(begun)/time.Duration(times))
			runtime.ReadMemStats(&after)
			objects[index] += after.Mallocs - before.Mallocs
		}
	}
	fmt.Println(what)
	last := median(taken[len(all)-1])
	for index, one := range all {
		fmt.Printf("  %-28s %9.2f µs  %4.1f allocations  ratio %.2f\n", one.name, micros(median(taken[index])),
			float64(objects[index])/float64(rounds*times), float64(last)/float64(median(taken[index])))
	}
	return nil
}

// overhead compares a read from Go with one in C, of a store in memory.
func overhead(rounds int) error {
	store, err := strongroom.InMemory()
	if err != nil {
		return err
	}
	if _, err := store.Put("a/secret", make([]byte, valueLen)); err != nil {
		return err
	}
	const times = 5000
	buffer := make([]byte, valueLen)
	var empty, inC, inGo []time.Duration
	for range rounds {
		empty = append(empty, crossing(times))
		taken, err := readInC(times)
		if err != nil {
			return err
		}
		inC = append(inC, taken)
		begun := time.Now()
		for range times {
			if _, err := store.GetInto("a/secret", buffer); err != nil {
				return err
			}
		}
		inGo = append(inGo, time.Since(begun)/times)
	}
	fmt.Println("a call")
	fmt.Printf("  of C that does nothing       %9.3f µs\n", micros(median(empty)))
	fmt.Printf("  a read in C                  %9.3f µs\n", micros(median(inC)))
	fmt.Printf("  the same from Go             %9.3f µs  %.2f times as long\n", micros(median(inGo)),
		float64(median(inGo))/float64(median(inC)))
	return store.Close()
}

func median(of []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(of))
	return sorted[len(sorted)/2]
}

func micros(of time.Duration) float64 { return float64(of.Nanoseconds()) / 1000 }
