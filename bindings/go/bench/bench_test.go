package main

import "testing"

func newArenaFor(b *testing.B) *arena {
	b.Helper()
	with, err := newArena(b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := with.close(); err != nil {
			b.Error(err)
		}
	})
	return with
}

func measure(b *testing.B, all []contestant) {
	for _, one := range all {
		b.Run(one.name, func(b *testing.B) {
			b.ReportAllocs()
			for turn := 0; b.Loop(); turn++ {
				if err := one.do(turn); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkRead64(b *testing.B) { measure(b, newArenaFor(b).readers()) }

func BenchmarkWrite64(b *testing.B) { measure(b, newArenaFor(b).writers()) }

func BenchmarkReadInC(b *testing.B) {
	taken, err := readInC(b.N)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(taken.Nanoseconds()), "ns/op")
}

func BenchmarkCrossing(b *testing.B) {
	b.ReportMetric(float64(crossing(b.N).Nanoseconds()), "ns/op")
}
