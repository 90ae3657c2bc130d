# frozen_string_literal: true

module Strongroom
  # The structs of C as the records of this package.
  #
  # @api private
  module Items
    NO_FREE_BYTES = 2**64 - 1

    module_function

    # A copy of a text of the library's.
    def text(borrowed)
      length = borrowed[:len]
      length.zero? ? "" : Call.utf8(borrowed[:data].get_bytes(0, length))
    end

    # A text in a struct, up to its NUL.
    def chars(array)
      Call.utf8(array.to_ptr.get_string(0))
    end

    # A number that may be inherited.
    def inherited(number)
      number == Native::INHERITED ? nil : number
    end

    # Tags, and labels in the form of tags.
    def tags(first, count)
      Array.new(count) do |index|
        tag = Native::Tag.new(first + (index * Native::Tag.size))
        [text(tag[:key]), text(tag[:value])]
      end.to_h.freeze
    end

    def secret_info(info)
      SecretInfo.new(
        id: text(info[:id]), path: text(info[:path]), version: info[:version], meta_version: info[:meta_version],
        tier: Names.of(Names::TIERS, info[:tier]), description: text(info[:description]),
        tags: tags(info[:tags], info[:tag_count]), content_type: text(info[:content_type]),
        max_versions: inherited(info[:max_versions]), trash_days: inherited(info[:trash_days]), size_class: info[:size_class],
        on_expiry: Names.of(Names::ON_EXPIRY, info[:on_expiry]), rotate_every: period(info[:rotate_every]),
        replayed: false, **secret_times(info)
      )
    end

    # Seconds between rotations, of which 0 says that there are none.
    def period(seconds)
      seconds.zero? ? nil : seconds
    end

    def secret_times(info)
      { created_at: Times.from_ms(info[:created_at]), updated_at: Times.from_ms(info[:updated_at]),
        accessed_at: Times.from_ms_or_nil(info[:accessed_at]), expires_at: Times.from_ms_or_nil(info[:expires_at]),
        rotation_due_at: Times.from_ms_or_nil(info[:rotation_due_at]),
        deleted_at: Times.from_ms_or_nil(info[:deleted_at]), purge_at: Times.from_ms_or_nil(info[:purge_at]) }
    end

    def version_info(info)
      VersionInfo.new(
        number: info[:number], size: info[:size], state: Names.of(Names::VERSION_STATES, info[:state]),
        author: Names.of(Names::AUTHORS, info[:author]), note: text(info[:note]),
        created_at: Times.from_ms(info[:created_at]), deleted_at: Times.from_ms_or_nil(info[:deleted_at]),
        until: Times.from_ms_or_nil(info[:until]), replayed: false
      )
    end

    def written(done)
      Written.new(id: chars(done[:id]), path: chars(done[:path]), version: done[:version],
                  tier: Names.of(Names::TIERS, done[:tier]), created_at: Times.from_ms(done[:created_at]),
                  updated_at: Times.from_ms(done[:updated_at]), replayed: false)
    end

    def rotated(done)
      Rotated.new(id: chars(done[:id]), path: chars(done[:path]), tier: Names.of(Names::TIERS, done[:tier]),
                  old_version: done[:old_version], new_version: done[:version],
                  old_expires_at: Times.from_ms(done[:old_expires_at]), created_at: Times.from_ms(done[:created_at]),
                  updated_at: Times.from_ms(done[:updated_at]), replayed: false)
    end

    def due(item)
      Due.new(path: text(item[:path]), id: text(item[:id]), reason: Names.of(Names::DUE_REASONS, item[:reason]),
              at: Times.from_ms(item[:at]))
    end

    def deleted(done)
      Deleted.new(id: chars(done[:id]), deleted_at: Times.from_ms(done[:deleted_at]),
                  purge_at: Times.from_ms(done[:purge_at]), replayed: false)
    end

    # What a change gave, with the remark that it had been made before; a number has no room for that.
    def replayed(done)
      done.is_a?(Struct) ? done.class.new(**done.to_h, replayed: true) : done
    end

    def swept(done)
      Swept.new(secrets: done[:secrets], versions: done[:versions], more: done[:more] != 0,
                held_back: done[:held_back] != 0, expiring: done[:expiring], expired: done[:expired],
                audit_events: done[:audit_events])
    end

    def namespace(item)
      Namespace.new(path: text(item[:path]), secrets: item[:secrets])
    end

    def namespace_stats(item)
      NamespaceStats.new(name: text(item[:path]), secrets: item[:secrets], versions: item[:versions],
                         value_bytes: item[:value_bytes])
    end

    COUNTS = %i[live_secrets live_versions live_value_bytes trash_secrets trash_versions trash_value_bytes file_bytes
                used_bytes].freeze

    def stats(counts, namespaces)
      Stats.new(**COUNTS.to_h { |name| [name, counts[name]] }, namespaces: namespaces)
    end

    def tag_count(item)
      TagCount.new(name: text(item[:name]), secrets: item[:secrets])
    end

    # What a verification counted, also that of a copy.
    def verified(done)
      Verified.new(**Verified.members.to_h { |name| [name, done[name]] })
    end

    def copied(done)
      Copied.new(generation: done[:generation], file_len: done[:file_len], verified: verified(done))
    end

    def health(condition, copies_beside)
      free = condition[:free_bytes]
      Health.new(
        status: Names.of(Names::HEALTH, condition[:status]), format_version: condition[:format_version],
        in_place: condition[:in_place] != 0, clock_jumped: condition[:clock_jumped] != 0,
        clock_behind: Times.seconds(condition[:clock_behind_ms]), generation: condition[:generation],
        free_bytes: free == NO_FREE_BYTES ? nil : free, pending_sweep: condition[:pending_sweep],
        last_backup_at: Times.from_ms_or_nil(condition[:last_backup_at]),
        last_verified_at: Times.from_ms_or_nil(condition[:last_verified_at]), copies_beside: copies_beside
      )
    end

    def open_report(opened)
      discarded = opened[:discarded_generation]
      OpenReport.new(
        discarded_generation: discarded.zero? ? nil : discarded, clock_behind: Times.seconds(opened[:clock_behind_ms]),
        unreadable_superblock: opened[:unreadable_superblock] != 0, verified: opened[:verified] != 0,
        pin: Names.of(Names::PINS, opened[:pin]), kdf_upgrade: opened[:kdf_upgrade] != 0,
        unreadable_header: opened[:unreadable_header] != 0
      )
    end

    def memory_status(memory)
      MemoryStatus.new(**MemoryStatus.members.to_h { |name| [name, memory[name] != 0] })
    end

    def slot(item)
      cost = KdfCost.new(memory_kib: item[:kdf_memory_kib], passes: item[:kdf_passes], lanes: item[:kdf_lanes])
      Slot.new(
        id: text(item[:id]), label: text(item[:label]), kind: Names.of(Names::SLOT_KINDS, item[:kind]),
        created_at: Times.from_ms(item[:created_at]), last_used_at: Times.from_ms_or_nil(item[:last_used_at]),
        kdf: cost.memory_kib.zero? ? nil : cost, unlocked_this_handle: item[:unlocked_this_handle] != 0
      )
    end

    # A retention of a page, which says what it is for.
    def retention(item)
      retention_of(item, text(item[:under]))
    end

    def retention_of(item, under)
      Retention.new(under: under, max_versions: inherited(item[:max_versions]), trash_days: inherited(item[:trash_days]))
    end

    def kdf_cost(cost)
      KdfCost.new(memory_kib: cost[:memory_kib], passes: cost[:passes], lanes: cost[:lanes])
    end

    # A text that is empty if there is none.
    def text_or_nil(borrowed)
      found = text(borrowed)
      found unless found.empty?
    end

    EVENT_TEXTS = %i[path secret_id slot_id actor reason request_id].freeze

    def audit_event(event)
      version = event[:version]
      AuditEvent.new(
        sequence: event[:sequence], generation: event[:generation], id: text(event[:id]), type: text(event[:kind]),
        labels: tags(event[:labels], event[:label_count]), version: version.zero? ? nil : version,
        time: Times.from_ms(event[:time]), count: event[:count], error: error_name(event[:status]),
        durable: event[:durable] != 0, **EVENT_TEXTS.to_h { |name| [name, text_or_nil(event[name])] }
      )
    end

    # The name of the error of a status.
    def error_name(status)
      KINDS.fetch(status, UnknownError)::NAME.to_sym unless status.zero?
    end

    def audit_verified(done)
      kept = done[:kept]
      AuditVerified.new(events: done[:events], first: done[:first], head: chars(done[:head]),
                        kept: kept == Native::PIN_NONE ? nil : Names.of(Names::PINS, kept))
    end

    def audit_exported(done)
      AuditExported.new(events: done[:events], head: chars(done[:head]))
    end

    def audit_policy(policy)
      reads = Names::TIERS.values.to_h { |tier| [tier, Names.of(Names::AUDIT_READS, policy[tier])] }
      days, bytes = %i[keep_days keep_bytes].map { |name| policy[name] == Native::FOR_GOOD ? nil : policy[name] }
      AuditPolicy.new(reads: reads.freeze, days: days, bytes: bytes)
    end

    # The name of something that a build can do, whether it is a limit, and which.
    def capability(item)
      [text(item[:name]).freeze, item[:is_limit] != 0, item[:value]]
    end
  end
  private_constant :Items
end
