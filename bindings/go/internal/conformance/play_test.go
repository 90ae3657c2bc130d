package conformance

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const scenarios = "../../../conformance/scenarios"

func TestMain(m *testing.M) {
	code := m.Run()
	if left := Left(); left != 0 {
		fmt.Fprintf(os.Stderr, "%d objects of the library are left\n", left)
		code = 1
	}
	os.Exit(code)
}

func TestScenarios(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(scenarios, "*.json"))
	if err != nil || len(files) < 20 {
		t.Fatalf("%d scenarios in %s (%v)", len(files), scenarios, err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			if err := Play(t.TempDir(), file); err != nil {
				t.Error(err)
			}
		})
	}
}

// scenarioOf writes a scenario into a folder.
func scenarioOf(t *testing.T, folder, text string) string {
	t.Helper()
	file := filepath.Join(folder, "scenario.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestWhatAScenarioDoesNotSayIsAFault(t *testing.T) {
	for name, steps := range map[string]string{
		"another value":        `{"call": "put", "with": {"path": "a", "value": "1"}}, {"call": "get", "with": {"path": "a"}, "gives": {"value": "2"}}`,
		"another number":       `{"call": "put", "with": {"path": "a", "value": "1"}, "gives": {"version": 2}}`,
		"another name":         `{"call": "put", "with": {"path": "a", "value": "1"}, "gives": {"id": "$a", "path": "$a"}}`,
		"no failure":           `{"call": "put", "with": {"path": "a", "value": "1"}, "fails": "conflict"}`,
		"another failure":      `{"call": "get", "with": {"path": "a"}, "fails": "conflict"}`,
		"an unexpected one":    `{"call": "get", "with": {"path": "a"}}`,
		"fewer items":          `{"call": "list", "gives": {"items": [{"path": "a"}]}}`,
		"no such member":       `{"call": "list", "gives": {"colour": "red"}}`,
		"no such call":         `{"call": "dance"}`,
		"no such subscription": `{"call": "told", "with": {"name": "a"}}`,
		"another duration":     `{"call": "parse_duration", "with": {"text": "1h"}, "gives": 60}`,
		"another entropy":      `{"call": "generate", "with": {"generate": {"token": {"bytes": 16}}}, "gives": {"entropy_bits": 127}}`,
		"inside a handle":      `{"call": "with", "with": {"reason": "x"}, "steps": [{"call": "get", "with": {"path": "a"}}]}`,
		"inside a transaction": `{"call": "transaction", "commit": true, "steps": [{"call": "get", "with": {"path": "a"}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if err := Play(folder, scenarioOf(t, folder, `{"steps": [`+steps+`]}`)); err == nil {
				t.Error("it passed")
			}
		})
	}
}

// What the scenarios of all languages may call of the audit log and of idempotency keys, and what it gives.
func TestCallsThatHappenOnceAndTheLogArePlayed(t *testing.T) {
	steps := `
		{"call": "set_idempotency_window", "with": {"seconds": 60}},
		{"call": "idempotency_window", "gives": 60},
		{"call": "set_audit_policy", "with": {"reads": {"critical": "strict"}, "days": 7}},
		{"call": "audit_policy", "gives": {"reads": {"standard": "batched", "critical": "strict"}, "days": 7, "bytes": null}},
		{"call": "set_audit_policy", "with": {"reads": "off", "days": null, "bytes": 1000000}},
		{"call": "audit_policy", "gives": {"reads": {"standard": "off", "sensitive": "off", "critical": "off"}, "days": null, "bytes": 1000000}},
		{"call": "audit_head", "gives": "$head"},
		{"call": "with", "with": {"labels": {"app": "x"}, "request_id": "42"}, "steps": [
			{"call": "put", "with": {"path": "a", "value": "1", "idempotency_key": "k"}, "gives": {"id": "$id", "replayed": false}}]},
		{"call": "put", "with": {"path": "a", "value": "1", "idempotency_key": "k"}, "gives": {"id": "$id", "replayed": true}},
		{"call": "put", "with": {"path": "a", "value": "2", "idempotency_key": "k"}, "fails": "idempotency_conflict"},
		{"call": "put", "with": {"path": "a", "value": "1", "idempotency_key": ""}, "fails": "invalid_argument"},
		{"call": "delete", "with": {"path": "a", "idempotency_key": "k"}, "gives": {"replayed": false}},
		{"call": "delete", "with": {"path": "a", "idempotency_key": "k"}, "gives": {"replayed": true}},
		{"call": "delete", "with": {"path": "a"}, "fails": "not_found"},
		{"call": "audit", "with": {"secret": "$id", "kinds": ["secret.created"], "limit": 1}, "gives": {"has_more": false, "next_cursor": null, "events": [
			{"id": "$event", "kind": "secret.created", "path": "a", "secret_id": "$id", "slot_id": null, "reason": null, "request_id": "42",
			 "labels": {"app": "x"}, "version": 1, "time": 0, "count": 1, "error": null, "durable": true}]}},
		{"call": "audit", "with": {"under": "a", "success": false, "newest_first": true, "limit": 1, "since": 0, "until": 1}, "gives": {
			"events": [{"kind": "secret.deleted", "error": "not_found"}]}},
		{"call": "audit_get", "with": {"id": "$event"}, "gives": {"path": "a"}},
		{"call": "audit_verify", "with": {"head": "$head"}, "gives": {"first": 1, "kept": "in_history"}},
		{"call": "audit_verify", "gives": {"kept": null, "head": "$end", "events": "$events"}},
		{"call": "audit_export", "gives": {"events": "$events", "head": "$end"}}`
	folder := t.TempDir()
	if err := Play(folder, scenarioOf(t, folder, `{"steps": [`+steps+`]}`)); err != nil {
		t.Fatal(err)
	}
}

// What they may call of changes, and what it gives.
func TestCallsOfChangesArePlayed(t *testing.T) {
	steps := `
		{"call": "latest_change", "gives": "$first"},
		{"call": "wait_changes", "with": {"after": "$first", "timeout_ms": 1}, "gives": false},
		{"call": "subscribe", "with": {"name": "all"}},
		{"call": "subscribe", "with": {"name": "some", "under": "a", "kinds": ["secret.created", "secret.deleted"]}},
		{"call": "subscribe", "with": {"name": "none", "under": "/a"}, "fails": "invalid_argument"},
		{"call": "told", "with": {"name": "all"}, "gives": []},
		{"call": "put", "with": {"path": "a", "value": "1"}},
		{"call": "put", "with": {"path": "b", "value": "1"}},
		{"call": "told", "with": {"name": "all"}, "gives": [{"kind": "secret.created", "path": "a", "sequence": "$a"}, {"path": "b", "sequence": "$b", "durable": true}]},
		{"call": "told", "with": {"name": "all"}, "gives": []},
		{"call": "unsubscribe", "with": {"name": "all"}},
		{"call": "unsubscribe", "with": {"name": "all"}},
		{"call": "delete", "with": {"path": "a"}},
		{"call": "told", "with": {"name": "all"}, "gives": []},
		{"call": "told", "with": {"name": "some"}, "gives": [{"kind": "secret.created"}, {"kind": "secret.deleted", "sequence": "$deleted"}]},
		{"call": "latest_change", "gives": "$deleted"},
		{"call": "wait_changes", "with": {"after": "$b", "timeout_ms": 0}, "gives": true},
		{"call": "changes", "with": {"after": "$first", "limit": 1}, "gives": [{"sequence": "$a"}]},
		{"call": "changes", "with": {"after": "$a"}, "gives": [{"sequence": "$b"}, {"sequence": "$deleted"}]},
		{"call": "changes", "with": {"under": "a", "kinds": ["secret.*"]}, "gives": [{"path": "a"}, {"path": "a"}]},
		{"call": "changes", "with": {"limit": 0}, "fails": "limit_exceeded"}`
	folder := t.TempDir()
	if err := Play(folder, scenarioOf(t, folder, `{"steps": [`+steps+`]}`)); err != nil {
		t.Fatal(err)
	}
}

func TestAStoreWithANameStays(t *testing.T) {
	folder := t.TempDir()
	options := `"options": {"store": "kept"}`
	first := scenarioOf(t, folder, `{`+options+`, "steps": [{"call": "put", "with": {"path": "a", "value": "1"}}]}`)
	if err := Play(folder, first); err != nil {
		t.Fatal(err)
	}
	second := scenarioOf(t, folder, `{`+options+`, "steps": [{"call": "get", "with": {"path": "a"}, "gives": {"value": "1"}}]}`)
	if err := Play(folder, second); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(folder, "kept.strongroom")); err != nil {
		t.Error(err)
	}
}

func TestAValueIsFoundAgainUnderItsName(t *testing.T) {
	folder := t.TempDir()
	made := `{"call": "put", "with": {"path": "a", "generate": {"token": {"bytes": 16}}}},
		{"call": "get", "with": {"path": "a"}, "gives": {"value": "$made"}},
		{"call": "matches", "with": {"path": "a", "candidate": "$made"}, "gives": true},
		{"call": "put", "with": {"path": "a", "value": "another"}},`
	same := scenarioOf(t, folder, `{"steps": [`+made+`{"call": "get", "with": {"path": "a", "version": 1}, "gives": {"value": "$made"}}]}`)
	if err := Play(folder, same); err != nil {
		t.Fatal(err)
	}
	other := scenarioOf(t, folder, `{"steps": [`+made+`{"call": "get", "with": {"path": "a"}, "gives": {"value": "$made"}}]}`)
	if err := Play(folder, other); err == nil {
		t.Error("another value passed for it")
	}
}
