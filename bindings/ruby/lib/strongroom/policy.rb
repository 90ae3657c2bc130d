# frozen_string_literal: true

module Strongroom
  # How many versions a store keeps, how long its trash is, and the least cost of its passphrases: `store.policy`.
  #
  # A transaction has {#get}, {#at} and {#set}.
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
  end
end
