package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/strongroom/strongroom/bindings/go"
)

func TestMain(m *testing.M) {
	code := m.Run()
	if left := strongroom.LiveObjects(); left != 0 {
		fmt.Fprintf(os.Stderr, "%d objects of the library are left\n", left)
		code = 1
	}
	os.Exit(code)
}

// secrets makes a store with some secrets, and its key file.
func secrets(t *testing.T, said map[string]string) (file, keyFile string) {
	t.Helper()
	folder := t.TempDir()
	if err := os.Chmod(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	file, keyFile = filepath.Join(folder, "app.strongroom"), filepath.Join(folder, "key")
	if err := strongroom.CreateKeyFile(keyFile); err != nil {
		t.Fatal(err)
	}
	store, err := strongroom.Create(file, strongroom.WithKeyFile(keyFile))
	if err != nil {
		t.Fatal(err)
	}
	for path, value := range said {
		if _, err := store.Put(path, []byte(value)); err != nil {
			t.Fatal(err)
		}
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	return file, keyFile
}

// ask sends a body with a token, and gives the answer.
func ask(t *testing.T, address, token, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, strings.TrimSpace(string(text))
}

func TestTheServiceSignsForWhoHasTheToken(t *testing.T) {
	// Test case 2 of RFC 4231.
	file, keyFile := secrets(t, map[string]string{"service/token": "hunter2", "service/signing-key": "Jefe"})
	running, err := start(file, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(running)
	defer server.Close()
	status, text := ask(t, server.URL, "hunter2", "what do ya want for nothing?")
	if status != http.StatusOK || text != "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" {
		t.Error(status, text)
	}
	for _, token := range []string{"", "hunter3"} {
		if status, _ := ask(t, server.URL, token, "x"); status != http.StatusUnauthorized {
			t.Error(status)
		}
	}
	if status, _ := ask(t, server.URL, "hunter2", strings.Repeat("x", bodyMax+1)); status != http.StatusBadRequest {
		t.Error(status)
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("listening", "secrets", running)
	if strings.Contains(log.String(), "hunter2") || !strings.Contains(log.String(), "not shown") {
		t.Error(log.String())
	}
	running.stop()
}

func TestTheFileIsNotHeldWhileTheServiceRuns(t *testing.T) {
	file, keyFile := secrets(t, map[string]string{"service/token": "x", "service/signing-key": "y"})
	running, err := start(file, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	defer running.stop()
	store, err := strongroom.Open(file, strongroom.WithKeyFile(keyFile))
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Close(); err != nil {
		t.Error(err)
	}
}

func TestAServiceWithoutItsSecretsDoesNotStart(t *testing.T) {
	file, keyFile := secrets(t, map[string]string{"service/signing-key": "y"})
	if _, err := start(file, keyFile); !errors.Is(err, strongroom.ErrNotFound) || !strings.Contains(err.Error(), "service/token") {
		t.Error(err)
	}
	if _, err := start(file, keyFile+"x"); !errors.Is(err, strongroom.ErrNotFound) {
		t.Error(err)
	}
}
