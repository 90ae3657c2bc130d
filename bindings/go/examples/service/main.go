// Command service is an HTTP service that reads its secrets when it starts, and closes the store before it serves anything: from then on
// the file is not held, and its keys are not in memory.
//
//	STRONGROOM_KEY_FILE=key service app.strongroom 127.0.0.1:8080
//
// It answers whoever has the token of service/token, and signs what they send with service/signing-key.
package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: service STORE ADDRESS")
		os.Exit(2)
	}
	service, err := start(os.Args[1], os.Getenv("STRONGROOM_KEY_FILE"))
	if err != nil {
		slog.Error("the service does not start", "error", err)
		os.Exit(1)
	}
	defer service.stop()
	server := &http.Server{Addr: os.Args[2], Handler: service, ReadHeaderTimeout: 10 * time.Second}
	slog.Info("listening", "address", server.Addr, "secrets", service)
	slog.Error("stopped", "error", server.ListenAndServe())
}

// service has the secrets it works with.
type service struct {
	Token      *strongroom.Secret
	SigningKey *strongroom.Secret
}

// start reads the secrets, all of one state of the store.
func start(file, keyFile string) (*service, error) {
	store, err := strongroom.Open(file, strongroom.WithKeyFile(keyFile), strongroom.WithReadOnly(), strongroom.WithWait(10*time.Second))
	if err != nil {
		return nil, err
	}
	found, err := store.GetMany("service/token", "service/signing-key")
	if closed := store.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return nil, err
	}
	made := &service{Token: found[0].Secret, SigningKey: found[1].Secret}
	if err := errors.Join(found[0].Err, found[1].Err); err != nil {
		made.stop()
		return nil, err
	}
	return made, nil
}

// stop wipes the secrets that there are.
func (s *service) stop() {
	for _, secret := range []*strongroom.Secret{s.Token, s.SigningKey} {
		if secret != nil {
			secret.Wipe()
		}
	}
}

const bodyMax = 1 << 20

// ServeHTTP signs the body of a request.
func (s *service) ServeHTTP(answer http.ResponseWriter, request *http.Request) {
	token, _ := strings.CutPrefix(request.Header.Get("Authorization"), "Bearer ")
	if !s.Token.Equal([]byte(token)) {
		http.Error(answer, "who are you?", http.StatusUnauthorized)
		return
	}
	body, err := io.ReadAll(http.MaxBytesReader(answer, request.Body, bodyMax))
	if err != nil {
		http.Error(answer, "the body cannot be read", http.StatusBadRequest)
		return
	}
	var signature []byte
	err = s.SigningKey.View(func(key []byte) error {
		mac := hmac.New(sha256.New, key)
		mac.Write(body)
		signature = mac.Sum(nil)
		return nil
	})
	if err != nil {
		http.Error(answer, "the service stops", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(answer, hex.EncodeToString(signature))
}
