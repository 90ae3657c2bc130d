package conformance

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/strongroom/strongroom/bindings/go"
)

// auditOptions are the arguments of a query of the audit log.
func (a arguments) auditOptions() []strongroom.AuditOption {
	var all []strongroom.AuditOption
	say := func(name string, option func() strongroom.AuditOption) {
		if a.at(name) != nil {
			all = append(all, option())
		}
	}
	for _, kind := range a.texts("kinds") {
		all = append(all, strongroom.Kind(kind))
	}
	say("under", func() strongroom.AuditOption { return strongroom.Under(a.text("under")) })
	say("actor", func() strongroom.AuditOption { return strongroom.Actor(a.text("actor")) })
	say("secret", func() strongroom.AuditOption { return strongroom.OfSecret(a.text("secret")) })
	say("request_id", func() strongroom.AuditOption { return strongroom.OfRequest(a.text("request_id")) })
	say("since", func() strongroom.AuditOption { return strongroom.Since(a.time("since")) })
	say("until", func() strongroom.AuditOption { return strongroom.Until(a.time("until")) })
	say("success", func() strongroom.AuditOption {
		if a.is("success") {
			return strongroom.Succeeded()
		}
		return strongroom.Failed()
	})
	say("limit", func() strongroom.AuditOption { return strongroom.Limit(uint(a.number("limit"))) })
	say("cursor", func() strongroom.AuditOption { return strongroom.After(a.text("cursor")) })
	if a.is("newest_first") {
		all = append(all, strongroom.NewestFirst())
	}
	return all
}

func audit(p *player, _ *strongroom.Operations, a arguments) (any, error) {
	page, err := p.store.Audit().Query(a.auditOptions()...)
	return given(page, err, func(page *strongroom.AuditPage) any {
		return object{
			"events": allOf(page.Events, eventOf), "next_cursor": textOrNone(page.NextCursor), "has_more": page.HasMore,
		}
	})
}

func auditGet(p *player, _ *strongroom.Operations, a arguments) (any, error) {
	event, err := p.store.Audit().Get(a.text("id"))
	return given(event, err, eventOf)
}

func auditHead(p *player, _ *strongroom.Operations, _ arguments) (any, error) {
	return p.store.Audit().Head()
}

func auditVerify(p *player, _ *strongroom.Operations, a arguments) (any, error) {
	done, err := p.store.Audit().Verify(a.text("head"))
	return given(done, err, func(done strongroom.AuditVerified) any {
		made := object{"events": float64(done.Events), "first": float64(done.First), "head": done.Head, "kept": nil}
		if done.Kept != strongroom.PinNone {
			made["kept"] = done.Kept.String()
		}
		return made
	})
}

func auditExport(p *player, _ *strongroom.Operations, _ arguments) (any, error) {
	folder, err := os.MkdirTemp(filepath.Dir(p.file), "export-")
	if err != nil {
		return nil, err
	}
	done, err := p.store.Audit().Export(filepath.Join(folder, "audit.jsonl"))
	return given(done, err, func(done strongroom.AuditExported) any {
		return object{"events": float64(done.Events), "head": done.Head}
	})
}

func auditPolicy(_ *player, on *strongroom.Operations, _ arguments) (any, error) {
	found, err := on.Policy().Audit()
	return given(found, err, func(found strongroom.AuditPolicy) any {
		return object{
			"reads": object{
				"standard": found.Standard.String(), "sensitive": found.Sensitive.String(), "critical": found.Critical.String(),
			},
			"days": forGoodOf(found.KeepDays), "bytes": forGoodOf(found.KeepBytes),
		}
	})
}

// forGoodOf is a number of an audit policy as scenarios write it.
func forGoodOf(number int64) any {
	if number == strongroom.ForGood {
		return nil
	}
	return float64(number)
}

var auditReads = map[string]strongroom.AuditReads{
	"batched": strongroom.AuditReadsBatched, "strict": strongroom.AuditReadsStrict, "off": strongroom.AuditReadsOff,
}

func setAuditPolicy(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	all := auditReads[a.text("reads")]
	policy := strongroom.AuditPolicy{Standard: all, Sensitive: all, Critical: all}
	for tier, reads := range map[string]*strongroom.AuditReads{
		"standard": &policy.Standard, "sensitive": &policy.Sensitive, "critical": &policy.Critical,
	} {
		if said, ok := a.members("reads")[tier].(string); ok {
			*reads = auditReads[said]
		}
	}
	policy.KeepDays, policy.KeepBytes = a.forGood("days"), a.forGood("bytes")
	return nil, on.Policy().SetAudit(policy)
}

// forGood is a number of an audit policy: null is for good, and one that is not said is unchanged.
func (a arguments) forGood(name string) int64 {
	switch {
	case !a.has(name):
		return strongroom.Unchanged
	case a.at(name) == nil:
		return strongroom.ForGood
	}
	return int64(a.number(name))
}

func eventOf(from strongroom.AuditEvent) any {
	labels := object{}
	for key, value := range from.Labels {
		labels[key] = value
	}
	made := object{
		"sequence": float64(from.Sequence), "id": from.ID, "kind": from.Kind, "path": textOrNone(from.Path),
		"secret_id": textOrNone(from.SecretID), "slot_id": textOrNone(from.SlotID), "actor": textOrNone(from.Actor),
		"reason": textOrNone(from.Reason), "request_id": textOrNone(from.RequestID), "labels": labels,
		"version": float64(from.Version), "time": seconds(from.Time), "count": float64(from.Count), "error": nil,
		"durable": from.Durable,
	}
	var failed *strongroom.Error
	if errors.As(from.Err, &failed) {
		made["error"] = failed.Name
	}
	return made
}

func textOrNone(text string) any {
	if text == "" {
		return nil
	}
	return text
}
