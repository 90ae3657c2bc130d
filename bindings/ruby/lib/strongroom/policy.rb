# frozen_string_literal: true

module Strongroom
  # How many versions a store keeps, how long its trash is, what of reads is audited, how long idempotency keys are
  # remembered, and the least cost of its passphrases: `store.policy`.
  #
  # A transaction has all of it but {#all} and {#kdf_floor}.
  class Policy
    # @api private
    def initialize(store)
      @store = store
    end

    # What is said of a namespace itself, or of the store.
    #
    # @param under [String, nil] a namespace; nil for the store
    # @return [Retention]
    def get(under = nil)
      found = Call.sized(Native::Retention)
      Call.call(:strongroom_policy_retention, @store.handle, *Text.pair_or_nil(under), found)
      Items.retention_of(found, under.to_s)
    end

    # What holds for a secret at a path of which itself nothing is said. Its `under` is empty.
    #
    # @param path [String]
    # @return [Retention]
    def at(path)
      found = Call.sized(Native::Retention)
      Call.call(:strongroom_policy_retention_at, @store.handle, *Text.pair(path), found)
      Items.retention_of(found, "")
    end

    # Says how many versions a namespace keeps, and how many days its trash; or the store. What is left out stays as it is.
    #
    # @param under [String, nil] a namespace; nil for the store
    # @param max_versions [Integer, nil] 0 for all, nil for what is inherited
    # @param trash_days [Integer, nil] nil for what is inherited
    # @return [nil]
    def set(under = nil, max_versions: UNCHANGED, trash_days: UNCHANGED)
      numbers = Changes.inheritable(max_versions), Changes.inheritable(trash_days)
      Call.call(:strongroom_policy_set_retention, @store.handle, *Text.pair_or_nil(under), *numbers)
    end

    # @return [Array<Retention>] every namespace of which something is said, by path; the store has an empty one
    def all
      Pages.items(:strongroom_page_retention, Native::Retention, :retention, :strongroom_policy_retentions, @store.handle)
    end

    # @return [AuditPolicy] what of reads is audited, and how long the audit log is kept
    def audit
      found = Call.sized(Native::AuditPolicy)
      Call.call(:strongroom_policy_audit, @store.handle, found)
      Items.audit_policy(found)
    end

    # Says what of reads is audited, and how long the audit log is kept. What is left out stays as it is. Changes are always
    # audited, this one too.
    #
    # Events of `:batched` reads wait in memory for the next commit, or until the store is closed or locked. That of a
    # `:strict` read is durable before the value is released, or nothing is released. Of reads that are `:off` there are no
    # events. A sweep removes what is older or more than is kept.
    #
    # @param reads [Symbol, Hash{Symbol => Symbol}, nil] `:batched`, `:strict` or `:off`, for all or by tier
    # @param days [Integer, nil] how long events are kept, 1 to 36,500; nil for good
    # @param bytes [Integer, nil] from how many bytes on the oldest events go; nil for never
    # @return [nil]
    def set_audit(reads: nil, days: UNCHANGED, bytes: UNCHANGED)
      Call.call(:strongroom_policy_set_audit, @store.handle, *reads_by_tier(reads), kept(days), kept(bytes))
    end

    # @return [Integer] for how many seconds a change with an idempotency key is remembered, see {Once}
    def idempotency_window
      seconds = FFI::Buffer.new(:uint64)
      Call.call(:strongroom_policy_idempotency_window, @store.handle, seconds)
      seconds.get_uint64(0)
    end

    # Sets for how long, from a minute to 30 days. What is remembered already is remembered for as long as was said then.
    #
    # @param duration [Numeric, String] whole seconds, or a text such as `"7d"`
    # @return [Numeric, String]
    def idempotency_window=(duration)
      Call.call(:strongroom_policy_set_idempotency_window, @store.handle, Times.whole_seconds(duration))
    end

    # @return [KdfCost] the least cost of the passphrases
    def kdf_floor
      cost = Native::KdfCost.new
      Call.call(:strongroom_policy_kdf_floor, @store.handle, cost)
      Items.kdf_cost(cost)
    end

    # Sets the least cost. A slot that costs less is wrapped anew after the first write of a handle that it unlocked.
    #
    # @param cost [KdfCost]
    # @return [KdfCost]
    # @raise [KdfLimitsError]
    def kdf_floor=(cost)
      Call.call(:strongroom_policy_set_kdf_floor, @store.handle, *Costs.numbers(cost))
    end

    private

    # How reads are audited, a number for each tier.
    def reads_by_tier(reads)
      said = reads.is_a?(Hash) ? reads : Names::TIERS.values.to_h { |tier| [tier, reads] }
      numbers = said.to_h { |tier, how| [Names.number(Names::TIERS, tier, "tier"), reads_number(how)] }
      Names::TIERS.keys.map { |tier| numbers.fetch(tier, Native::AUDIT_READS_UNCHANGED) }
    end

    def reads_number(how)
      how.nil? ? Native::AUDIT_READS_UNCHANGED : Names.number(Names::AUDIT_READS, how, "reads")
    end

    # How much of the log is kept, as a number of C.
    def kept(number)
      return Native::UNCHANGED if number == UNCHANGED

      number.nil? ? Native::FOR_GOOD : Numbers.u63(number)
    end
  end
end
