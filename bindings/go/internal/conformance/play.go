// Package conformance plays the scenarios of bindings/conformance, which say what every language must do.
package conformance

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

var (
	beginning = time.Unix(1_800_000_000, 0).UTC()
	rawKey    = []byte("\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07\x07")
)

// object is a JSON object.
type object = map[string]any

// scenario is a file.
type scenario struct {
	Options struct {
		Environment string
		Store       string
	}
	Steps []step
}

// step is a call, and what it must give.
type step struct {
	Call   string
	With   object
	Gives  any
	Fails  string
	Steps  []step
	Commit *bool
}

// player plays one scenario.
type player struct {
	file  string
	clock *strongroom.ManualClock
	store *strongroom.Store
	// said is what the store's calls say of themselves.
	said  []strongroom.CallOption
	names object
	// collectors are the subscriptions, by name.
	collectors map[string]*collector
}

// Play plays the scenario of a file with a store in a folder, and says what was wrong.
func Play(folder, file string) (err error) {
	var said scenario
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return err
	}
	playing := &player{names: object{}, collectors: map[string]*collector{}}
	if err := playing.open(folder, said); err != nil {
		return err
	}
	defer func() {
		err = errors.Join(err, playing.unsubscribeAll(), playing.store.Close(), playing.clock.Close())
	}()
	if err := playing.play(said.Steps, nil); err != nil {
		return err
	}
	_, err = playing.store.Verify()
	return err
}

var environments = map[string]strongroom.Environment{
	"live": strongroom.EnvironmentLive,
	"test": strongroom.EnvironmentTest,
}

// open makes the store of a scenario; one with a name is opened if it is there.
func (p *player) open(folder string, said scenario) (err error) {
	if p.clock, err = strongroom.NewManualClock(beginning); err != nil {
		return err
	}
	if p.file, err = storeFile(folder, said.Options.Store); err != nil {
		return err
	}
	if _, err := os.Stat(p.file); err == nil {
		return p.reopen()
	}
	options := []strongroom.Option{strongroom.WithClock(p.clock)}
	if environment, ok := environments[said.Options.Environment]; ok {
		options = append(options, strongroom.WithEnvironment(environment))
	}
	p.store, err = strongroom.Create(p.file, strongroom.WithRawKey(rawKey), options...)
	return err
}

// storeFile is the file of a name, or one that is not there yet.
func storeFile(folder, name string) (string, error) {
	if name != "" {
		return filepath.Join(folder, name+".strongroom"), nil
	}
	own, err := os.MkdirTemp(folder, "scenario-")
	return filepath.Join(own, "scenario.strongroom"), err
}

func (p *player) reopen() error {
	if p.store != nil {
		if err := p.store.Close(); err != nil {
			return err
		}
	}
	opened, err := strongroom.Open(p.file, strongroom.WithRawKey(rawKey), strongroom.WithClock(p.clock))
	if err != nil {
		return err
	}
	p.store = opened
	return nil
}

// play plays steps on the store, or inside a transaction.
func (p *player) play(steps []step, inside *strongroom.Tx) error {
	for _, one := range steps {
		on := &p.store.Operations
		if inside != nil {
			on = &inside.Operations
		}
		found, err := p.do(one, on)
		if wrong := p.compare(one, found, err); wrong != nil {
			return fmt.Errorf("%w at step %s %v", wrong, one.Call, one.With)
		}
	}
	return nil
}

// errRollback ends a transaction that a scenario rolls back.
var errRollback = errors.New("the scenario rolls back")

// wrong is an error of the scenario and not of the call.
type wrong struct{ error }

func (p *player) do(one step, on *strongroom.Operations) (any, error) {
	if one.Call == "transaction" {
		return nil, p.transact(one)
	}
	if one.Call == "with" {
		return nil, p.say(one)
	}
	call, ok := calls[one.Call]
	if !ok {
		return nil, wrong{fmt.Errorf("no such call: %s", one.Call)}
	}
	a := arguments{p, one.With}
	if a.has("idempotency_key") {
		return p.once(call, a)
	}
	return call(p, on, a)
}

// once makes a call through a handle with an idempotency key.
func (p *player) once(call played, a arguments) (found any, err error) {
	same, err := p.store.As(append(slices.Clone(p.said), strongroom.IdempotencyKey(a.text("idempotency_key")))...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, same.Close()) }()
	return call(p, &same.Operations, a)
}

func (p *player) transact(one step) error {
	err := p.store.Transaction(func(tx *strongroom.Tx) error {
		if err := p.play(one.Steps, tx); err != nil {
			return wrong{err}
		}
		if one.Commit != nil && !*one.Commit {
			return errRollback
		}
		return nil
	})
	if errors.Is(err, errRollback) {
		return nil
	}
	return err
}

// compare holds what a call gave against what it must give.
func (p *player) compare(one step, found any, err error) error {
	var ofScenario wrong
	if errors.As(err, &ofScenario) {
		return ofScenario.error
	}
	name := errorName(err)
	if name != one.Fails {
		return fmt.Errorf("%q was expected, and it gave %q (%v)", one.Fails, name, err)
	}
	if err != nil || one.Gives == nil {
		return nil
	}
	return p.match(one.Gives, found)
}

func errorName(err error) string {
	var failed *strongroom.Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &failed):
		return failed.Name
	}
	return err.Error()
}
