# frozen_string_literal: true

module Strongroom
  # How what an event tells of came out.
  module Outcome
    # @return [Boolean] whether it did not fail
    def success?
      error.nil?
    end

    # @return [Boolean] whether it is in the file; else it waits in memory for the next commit
    def durable?
      durable
    end
  end

  # What happened, when, to what, and through whom. It never holds a value.
  # @!attribute [r] sequence
  #   @return [Integer] its number: 1 for the first event of a store, and never used again
  # @!attribute [r] generation
  #   @return [Integer] the number of the commit that it is of
  # @!attribute [r] id
  #   @return [String] `"evt_…"`
  # @!attribute [r] type
  #   @return [String] such as `"secret.created"`
  # @!attribute [r] path
  #   @return [String, nil] where the secret was when this was over, or the namespace concerned
  # @!attribute [r] secret_id
  #   @return [String, nil]
  # @!attribute [r] slot_id
  #   @return [String, nil] the key slot that was added, removed or changed
  # @!attribute [r] actor
  #   @return [String, nil] `"owner:"` and the key slot that unlocked the handle; nil if that is not known
  # @!attribute [r] labels
  #   @return [Hash{String => String}] what the handle said of itself; frozen
  # @!attribute [r] reason
  #   @return [String, nil] why, if the handle said so
  # @!attribute [r] request_id
  #   @return [String, nil] if the handle said one
  # @!attribute [r] version
  #   @return [Integer, nil] the version written or read, or the number of the metadata that were; else what the type says
  # @!attribute [r] time
  #   @return [Time] of what happened several times, when it first did
  # @!attribute [r] count
  #   @return [Integer] how often
  # @!attribute [r] error
  #   @return [Symbol, nil] the name of the error that it failed with, such as `:not_found`
  # @!attribute [r] durable
  #   @return [Boolean] see {Outcome#durable?}
  AuditEvent = Record.of(:sequence, :generation, :id, :type, :path, :secret_id, :slot_id, :actor, :labels, :reason,
                         :request_id, :version, :time, :count, :error, :durable).include(Outcome)

  # A page of the audit log.
  # @!attribute [r] events
  #   @return [Array<AuditEvent>]
  # @!attribute [r] next_cursor
  #   @return [String, nil] for the next page; nil behind the last one
  # @!attribute [r] has_more
  #   @return [Boolean]
  AuditPage = Record.of(:events, :next_cursor, :has_more)

  # What following the chain of the audit log found in order.
  # @!attribute [r] events
  #   @return [Integer] events in the log
  # @!attribute [r] first
  #   @return [Integer] the number of the first of them: 1, unless the beginning of the log was removed by policy
  # @!attribute [r] head
  #   @return [String] where the log ends, as {Audit#head}
  # @!attribute [r] kept
  #   @return [Symbol, nil] of the head that was kept: `:in_history`, or `:older_than_log`: take a new one; nil if none was
  #     given
  AuditVerified = Record.of(:events, :first, :head, :kept)

  # What an export of the audit log holds.
  # @!attribute [r] events
  #   @return [Integer]
  # @!attribute [r] head
  #   @return [String] where it ends, as {Audit#head}
  AuditExported = Record.of(:events, :head)

  # What of reads is audited, and how long the audit log is kept.
  # @!attribute [r] reads
  #   @return [Hash{Symbol => Symbol}] by tier `:batched`, `:strict` or `:off`; frozen
  # @!attribute [r] days
  #   @return [Integer, nil] how many days events are kept; nil for good
  # @!attribute [r] bytes
  #   @return [Integer, nil] from how many bytes on the oldest events go; nil for never
  AuditPolicy = Record.of(:reads, :days, :bytes)
end
