package conformance

import "github.com/strongroom/strongroom/bindings/go"

func rotate(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	grace, err := a.duration("grace_seconds")
	if err != nil {
		return nil, err
	}
	changes, err := a.changes()
	if err != nil {
		return nil, err
	}
	if a.has("generate") {
		done, err := on.RotateGenerated(a.text("path"), a.generator(), grace, changes...)
		return given(done, err, rotatedOf)
	}
	done, err := on.Rotate(a.text("path"), valueOf(a.at("value")), grace, changes...)
	return given(done, err, rotatedOf)
}

func accepted(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	found, err := on.Accepted(a.text("path"))
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, one := range found {
		made, err := secretOf(one)
		if err != nil {
			return nil, err
		}
		all = append(all, made)
	}
	return all, nil
}

func verifyAny(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	version, ok, err := on.VerifyAny(a.text("path"), valueOf(a.at("candidate")))
	if err != nil || !ok {
		return nil, err
	}
	return float64(version), nil
}

func due(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	within, err := a.duration("within")
	if err != nil {
		return nil, err
	}
	found, err := on.Due(within)
	return given(found, err, func(all []strongroom.Due) any { return allOf(all, dueOf) })
}

func parseDuration(_ *player, _ *strongroom.Operations, a arguments) (any, error) {
	duration, err := strongroom.ParseDuration(a.text("text"))
	return duration.Seconds(), err
}

func signPayload(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	return on.SignPayload(a.text("path"), valueOf(a.at("payload")))
}

func verifyPayload(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	check, err := on.VerifyPayload(a.text("path"), valueOf(a.at("payload")), a.text("signature"))
	return given(check, err, checkOf)
}

func signRequest(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	return on.SignRequest(a.text("path"), a.time("timestamp"), valueOf(a.at("body")))
}

func verifyRequest(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	check, err := on.VerifyRequest(a.text("path"), a.time("timestamp"), valueOf(a.at("body")), a.text("signature"))
	return given(check, err, checkOf)
}

// say plays the steps of a step through a handle of the same store, which says something of its calls.
func (p *player) say(one step) error {
	a := arguments{p, one.With}
	var said []strongroom.CallOption
	for key, value := range a.members("labels") {
		text, _ := value.(string)
		said = append(said, strongroom.Label(key, text))
	}
	if a.has("reason") {
		said = append(said, strongroom.Reason(a.text("reason")))
	}
	if a.has("request_id") {
		said = append(said, strongroom.RequestID(a.text("request_id")))
	}
	store, before := p.store, p.said
	same, err := store.As(said...)
	if err != nil {
		return err
	}
	p.store, p.said = same, said
	defer func() { p.store, p.said = store, before }()
	if err := p.play(one.Steps, nil); err != nil {
		_ = same.Close()
		return wrong{err}
	}
	return same.Close()
}
