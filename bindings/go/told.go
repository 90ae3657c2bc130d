package strongroom

// #include "strongroom.h"
import "C"

import (
	"fmt"
	"runtime/cgo"
)

//export strongroomGoEvent
func strongroomGoEvent(event *C.strongroom_audit_event, handle C.uintptr_t) {
	cgo.Handle(handle).Value().(*listener).told(auditEvent(event))
}

// told calls the function of the program, on the thread that committed: so the library knows that a write comes from inside.
func (l *listener) told(event AuditEvent) {
	l.lock.Lock()
	ended := l.hasEnded
	l.lock.Unlock()
	if ended {
		return
	}
	returned := false
	defer func() {
		if !returned {
			l.fail(recover())
		}
	}()
	l.tell(event)
	returned = true
}

// fail ends the subscription of a function that did not return. A panic must not go through the frames of the library.
func (l *listener) fail(panicked any) {
	if panicked == nil {
		// Nothing stops runtime.Goexit, which would leave those frames for good; and nobody catches the panic of another goroutine.
		go panic("strongroom: the function of a subscription ended its goroutine")
		select {}
	}
	err := fmt.Errorf("strongroom: the function of a subscription panicked: %v", panicked)
	if cause, ok := panicked.(error); ok {
		err = fmt.Errorf("strongroom: the function of a subscription panicked: %w", cause)
	}
	l.lock.Lock()
	l.panicked = err
	l.lock.Unlock()
	// It cannot fail: the handle is one that was not closed.
	_ = l.end()
}
