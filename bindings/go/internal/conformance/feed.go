package conformance

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// collector is a subscription of a scenario, and what it was told.
type collector struct {
	subscription *strongroom.Subscription
	lock         sync.Mutex
	events       []strongroom.AuditEvent
}

// eventOptions are the arguments that say which events are told.
func (a arguments) eventOptions() []strongroom.EventOption {
	all := []strongroom.EventOption{strongroom.Under(a.text("under"))}
	for _, kind := range a.texts("kinds") {
		all = append(all, strongroom.Kind(kind))
	}
	return all
}

func eventsOf(events []strongroom.AuditEvent) any { return allOf(events, eventOf) }

func changes(p *player, _ *strongroom.Operations, a arguments) (any, error) {
	limit := 100
	if a.has("limit") {
		limit = int(a.number("limit"))
	}
	events, err := p.store.Changes(a.number("after"), limit, a.eventOptions()...)
	return given(events, err, eventsOf)
}

func latestChange(p *player, _ *strongroom.Operations, _ arguments) (any, error) {
	sequence, err := p.store.LatestChange()
	return float64(sequence), err
}

func waitChanges(p *player, _ *strongroom.Operations, a arguments) (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Duration(a.number("timeout_ms"))*time.Millisecond)
	defer cancel()
	err := p.store.WaitChanges(ctx, a.number("after"))
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil
	}
	return err == nil, err
}

func subscribe(p *player, _ *strongroom.Operations, a arguments) (any, error) {
	made := &collector{}
	subscription, err := p.store.Subscribe(func(event strongroom.AuditEvent) {
		made.lock.Lock()
		defer made.lock.Unlock()
		made.events = append(made.events, event)
	}, a.eventOptions()...)
	if err != nil {
		return nil, err
	}
	made.subscription = subscription
	p.collectors[a.text("name")] = made
	return nil, nil
}

func (p *player) collector(a arguments) (*collector, error) {
	if found, ok := p.collectors[a.text("name")]; ok {
		return found, nil
	}
	return nil, wrong{fmt.Errorf("no subscription has the name %s", a.text("name"))}
}

func told(p *player, _ *strongroom.Operations, a arguments) (any, error) {
	from, err := p.collector(a)
	if err != nil {
		return nil, err
	}
	from.lock.Lock()
	defer from.lock.Unlock()
	events := from.events
	from.events = nil
	return eventsOf(events), from.subscription.Err()
}

// unsubscribe ends a subscription; what it was told before can still be asked for.
func unsubscribe(p *player, _ *strongroom.Operations, a arguments) (any, error) {
	from, err := p.collector(a)
	if err != nil {
		return nil, err
	}
	return nil, from.subscription.Close()
}

// unsubscribeAll ends what a scenario did not.
func (p *player) unsubscribeAll() (err error) {
	for _, one := range p.collectors {
		err = errors.Join(err, one.subscription.Close())
	}
	return err
}
