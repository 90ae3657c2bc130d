package strongroom

/*
#include "strongroom.h"

extern void strongroomGoEvent(strongroom_audit_event *event, uintptr_t handle);

static void told(const strongroom_audit_event *event, void *handle) {
	strongroomGoEvent((strongroom_audit_event *)event, (uintptr_t)handle);
}

// A cgo.Handle is a number, and not a pointer that Go could check.
static strongroom_status subscribe(strongroom_store *store, const char *under, size_t under_len, const strongroom_text *kinds,
		size_t kind_count, uintptr_t handle, strongroom_subscription **subscription, strongroom_error **error) {
	return strongroom_subscribe(store, under, under_len, kinds, kind_count, told, (void *)handle, NULL, subscription, error);
}
*/
import "C"

import (
	"runtime"
	"runtime/cgo"
	"sync"
)

// Subscription is being told of events: see [Store.Subscribe]. Keep it, and close it: one that is forgotten ends once nobody can reach it any
// more, which the function that it calls can, if that refers to it. It does not keep its store open.
type Subscription struct {
	listener *listener
	unused   runtime.Cleanup
}

// Subscribe calls tell with each event of the options, once it is durable, in the order of their numbers: in the goroutine that committed it,
// before its call returns. It is told of commits through this open store and those that [Store.As] made of it, and never of a value. Calls
// of tell never overlap.
//
// It may read the store. A write to the store from inside it is ErrReentrant, and so are closing the store and a read that is audited as
// [AuditReadsStrict]. Writes of other goroutines wait until it returns: it must not wait for one. What takes long, it hands to another goroutine. What must
// not be missed although the program did not run is to be had from [Store.Changes].
//
// If it panics, the commit stands, its caller notices nothing, and the subscription ends: [Subscription.Err] tells. It must not end its
// goroutine, as runtime.Goexit and the FailNow of tests do: the program would end with a panic, as the locks of the library were held for good.
//
// It fails with ErrInvalidArgument for a path or a kind that breaks a rule.
func (s *Store) Subscribe(tell func(AuditEvent), options ...EventOption) (*Subscription, error) {
	if tell == nil {
		return nil, refusal(C.STRONGROOM_E_INVALID_ARGUMENT, "there is no function to be told")
	}
	made := &listener{tell: tell}
	made.self = cgo.NewHandle(made)
	var begun *C.strongroom_subscription
	err := withEvents(options, func(which eventFilter) error {
		return s.call(func(on *C.strongroom_store, failed **C.strongroom_error) C.strongroom_status {
			return C.subscribe(
				on, which.under, which.underLength, which.kinds, which.kindCount, C.uintptr_t(made.self), &begun, failed)
		})
	})
	if err != nil {
		made.self.Delete()
		return nil, err
	}
	if err := made.begin(begun); err != nil {
		return nil, err
	}
	subscription := &Subscription{listener: made}
	// It may wait for a function of the program, and other clean-ups must not.
	subscription.unused = runtime.AddCleanup(subscription, func(forgotten *listener) { go func() { _ = forgotten.end() }() }, made)
	return subscription, nil
}

// Close ends the subscription; it does nothing if that has ended. If its function runs in another goroutine just now, it waits until that has
// returned, unless another Close waits already. The function may close its own, and is then not called again.
func (s *Subscription) Close() error {
	err := s.listener.end()
	s.unused.Stop()
	runtime.KeepAlive(s)
	return err
}

// Err is why the subscription ended without Close: what its function panicked with, and that itself for errors.Is if it is an error. It is nil
// where there was no panic.
func (s *Subscription) Err() error {
	s.listener.lock.Lock()
	defer s.listener.lock.Unlock()
	return s.listener.panicked
}

// listener is what a subscription calls, and what came of that. It does not lead to its Subscription, which else would never be forgotten.
type listener struct {
	tell func(AuditEvent)
	self cgo.Handle

	lock sync.Mutex
	// subscribed is nil before it began in the library, and once it ends there.
	subscribed *C.strongroom_subscription
	hasEnded   bool
	panicked   error
}

// begin takes over what the library gave. By then the function may have been called, and have panicked.
func (l *listener) begin(subscribed *C.strongroom_subscription) error {
	l.lock.Lock()
	l.subscribed = subscribed
	ended := l.hasEnded
	l.lock.Unlock()
	if ended {
		return l.end()
	}
	return nil
}

// end ends it in the library, once.
func (l *listener) end() error {
	l.lock.Lock()
	subscribed := l.subscribed
	l.subscribed, l.hasEnded = nil, true
	l.lock.Unlock()
	if subscribed == nil {
		return nil
	}
	// Not under the lock: it waits for the function, which may end it too.
	var failed *C.strongroom_error
	if err := failure(C.strongroom_unsubscribe(&subscribed, &failed), failed); err != nil {
		return err
	}
	l.self.Delete()
	return nil
}
