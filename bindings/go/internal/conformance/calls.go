package conformance

import (
	"time"

	"github.com/strongroom/strongroom/bindings/go"
)

// played is a call as a scenario makes it: on a store, or on a transaction.
type played = func(p *player, on *strongroom.Operations, a arguments) (any, error)

// calls are what a scenario can call.
var calls map[string]played

func init() {
	calls = map[string]played{
		"put": put,
		"get": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			secret, err := on.GetVersion(a.text("path"), a.number("version"))
			if err != nil {
				return nil, err
			}
			return secretOf(secret)
		},
		"info": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			info, err := on.Info(a.text("path"))
			return given(info, err, infoOf)
		},
		"update": update,
		"versions": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			all, err := on.Versions(a.text("path"))
			return given(all, err, func(all []*strongroom.VersionInfo) any { return allOf(all, versionOf) })
		},
		"rollback": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			done, err := on.Rollback(a.text("path"), a.number("version"))
			return given(done, err, writtenOf)
		},
		"rename": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			done, err := on.Rename(a.text("path"), a.text("to"))
			return given(done, err, writtenOf)
		},
		"rename_prefix": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			count, err := on.RenamePrefix(a.text("path"), a.text("to"))
			return float64(count), err
		},
		"delete": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			done, err := on.Delete(a.text("path"))
			return given(done, err, func(done *strongroom.Deleted) any {
				return object{
					"id": done.ID, "deleted_at": seconds(done.DeletedAt), "purge_at": seconds(done.PurgeAt), "replayed": done.Replayed,
				}
			})
		},
		"restore":         restore,
		"delete_version":  version((*strongroom.Operations).DeleteVersion),
		"restore_version": version((*strongroom.Operations).RestoreVersion),
		"destroy_version": version((*strongroom.Operations).DestroyVersion),
		"revoke_version":  version((*strongroom.Operations).RevokeVersion),
		"rotate":          rotate,
		"accepted":        accepted,
		"verify_any":      verifyAny,
		"due":             due,
		"sign_payload":    signPayload,
		"verify_payload":  verifyPayload,
		"sign_request":    signRequest,
		"verify_request":  verifyRequest,
		"generate":        generate,
		"parse_duration":  parseDuration,
		"destroy": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			return nil, on.Destroy(a.text("secret"))
		},
		"list": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			page, err := on.List(a.filters()...)
			return given(page, err, pageOf)
		},
		"get_many": getMany,
		"matches": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			return on.Matches(a.text("path"), valueOf(a.at("candidate")))
		},
		"namespaces": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			all, err := on.Namespaces(a.text("under"))
			return given(all, err, func(all []strongroom.Namespace) any { return allOf(all, namespaceOf) })
		},
		"tag_keys": func(_ *player, on *strongroom.Operations, _ arguments) (any, error) {
			all, err := on.TagKeys()
			return given(all, err, func(all []strongroom.TagCount) any { return allOf(all, tagCountOf) })
		},
		"tag_values": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			all, err := on.TagValues(a.text("key"))
			return given(all, err, func(all []strongroom.TagCount) any { return allOf(all, tagCountOf) })
		},
		"audit":            audit,
		"audit_get":        auditGet,
		"audit_head":       auditHead,
		"audit_verify":     auditVerify,
		"audit_export":     auditExport,
		"audit_policy":     auditPolicy,
		"set_audit_policy": setAuditPolicy,
		"changes":          changes,
		"latest_change":    latestChange,
		"wait_changes":     waitChanges,
		"subscribe":        subscribe,
		"told":             told,
		"unsubscribe":      unsubscribe,
		"idempotency_window": func(_ *player, on *strongroom.Operations, _ arguments) (any, error) {
			window, err := on.Policy().IdempotencyWindow()
			return window.Seconds(), err
		},
		"set_idempotency_window": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			return nil, on.Policy().SetIdempotencyWindow(time.Duration(a.number("seconds")) * time.Second)
		},
		"sweep": sweep,
		"stats": stats,
		"policy_get": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			found, err := on.Policy().Retention(a.text("under"))
			return given(found, err, retentionOf)
		},
		"policy_at": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			found, err := on.Policy().RetentionAt(a.text("path"))
			return given(found, err, retentionOf)
		},
		"policy_set": func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
			versions, days := a.kept("max_versions", strongroom.Unchanged), a.kept("trash_days", strongroom.Unchanged)
			return nil, on.Policy().SetRetention(a.text("under"), versions, days)
		},
		"verify": func(p *player, _ *strongroom.Operations, _ arguments) (any, error) {
			done, err := p.store.Verify()
			return given(done, err, func(done *strongroom.Verified) any {
				return object{
					"secrets": float64(done.Secrets), "trashed": float64(done.Trashed),
					"versions": float64(done.Versions), "events": float64(done.Events),
				}
			})
		},
		"environment": func(p *player, _ *strongroom.Operations, _ arguments) (any, error) {
			environment, err := p.store.Environment()
			return environment.String(), err
		},
		"lock": func(p *player, _ *strongroom.Operations, _ arguments) (any, error) { return nil, p.store.Lock() },
		"unlock": func(p *player, _ *strongroom.Operations, _ arguments) (any, error) {
			return nil, p.store.Unlock(strongroom.WithRawKey(rawKey))
		},
		"begin_again": func(p *player, _ *strongroom.Operations, _ arguments) (any, error) {
			_, err := p.store.Put("begin-again", nil)
			return nil, err
		},
		"reopen": func(p *player, _ *strongroom.Operations, _ arguments) (any, error) { return nil, p.reopen() },
		"advance": func(p *player, _ *strongroom.Operations, a arguments) (any, error) {
			return nil, p.clock.Advance(time.Duration(a.number("seconds")) * time.Second)
		},
	}
}

func put(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	changes, err := a.changes()
	if err != nil {
		return nil, err
	}
	if a.has("generate") {
		done, err := on.PutGenerated(a.text("path"), a.generator(), changes...)
		return given(done, err, writtenOf)
	}
	done, err := on.Put(a.text("path"), valueOf(a.at("value")), changes...)
	return given(done, err, writtenOf)
}

func update(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	changes, err := a.changes()
	if err != nil {
		return nil, err
	}
	info, err := on.Update(a.text("path"), changes...)
	return given(info, err, infoOf)
}

func restore(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	if a.has("to") {
		done, err := on.RestoreTo(a.text("secret"), a.text("to"))
		return given(done, err, writtenOf)
	}
	done, err := on.Restore(a.text("secret"))
	return given(done, err, writtenOf)
}

func version(
	do func(*strongroom.Operations, string, uint64) (*strongroom.VersionInfo, error),
) func(*player, *strongroom.Operations, arguments) (any, error) {
	return func(_ *player, on *strongroom.Operations, a arguments) (any, error) {
		info, err := do(on, a.text("path"), a.number("version"))
		return given(info, err, versionOf)
	}
}

func getMany(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	found, err := on.GetMany(a.texts("paths")...)
	if err != nil {
		return nil, err
	}
	all := []any{}
	for _, one := range found {
		made, err := foundOf(one)
		if err != nil {
			return nil, err
		}
		all = append(all, made)
	}
	return all, nil
}

func sweep(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	items := uint(1000)
	if a.has("items") {
		items = uint(a.number("items"))
	}
	var options []strongroom.SweepOption
	if a.is("confirm_clock") {
		options = append(options, strongroom.ConfirmClock())
	}
	done, err := on.Sweep(items, options...)
	return given(done, err, func(done *strongroom.Swept) any {
		return object{
			"secrets": float64(done.Secrets), "versions": float64(done.Versions),
			"more": done.More, "held_back": done.HeldBack,
			"expiring": float64(done.Expiring), "expired": float64(done.Expired),
			"audit_events": float64(done.AuditEvents),
		}
	})
}

func stats(_ *player, on *strongroom.Operations, a arguments) (any, error) {
	found, err := on.Stats(a.text("under"))
	return given(found, err, func(found *strongroom.Stats) any {
		usage := func(secrets, versions, bytes uint64) any {
			return object{"secrets": float64(secrets), "versions": float64(versions), "value_bytes": float64(bytes)}
		}
		return object{
			"live":  usage(found.LiveSecrets, found.LiveVersions, found.LiveValueBytes),
			"trash": usage(found.TrashSecrets, found.TrashVersions, found.TrashValueBytes),
		}
	})
}

func retentionOf(from strongroom.Retention) any {
	return object{"max_versions": kept(from.MaxVersions), "trash_days": kept(from.TrashDays)}
}
