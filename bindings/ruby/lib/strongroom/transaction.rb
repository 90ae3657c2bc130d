# frozen_string_literal: true

module Strongroom
  # Several writes that are one. It sees its own writes, and nobody else does before it is committed. Meanwhile other
  # threads read the state before, and their writes wait; the writes through the store of the thread that began it are a
  # {ReentrantError}.
  #
  # Made by {Store#transaction}. One without a block has to be ended; if it is garbage-collected it is rolled back.
  class Transaction
    include Operations

    # @api private
    def initialize(store)
      @ended = false
      @once = store.once?
      Call.obtain(:strongroom_begin, store.handle, free: :strongroom_close) { |handle| take_over(handle, store) }
    end

    # Commits at the end of the block, unless it was ended inside; whatever else leaves the block rolls back.
    # @api private
    def self.run(store)
      Interrupts.lend_here(-> { new(store) }, :abort.to_proc) do |begun|
        result = yield begun
        begun.commit unless begun.ended?
        result
      end
    end

    # Makes everything it changed durable, at once. Whatever the outcome it has ended; behind an error nothing is changed, but behind an
    # {IoError} only opening the store again tells.
    #
    # @return [nil]
    # @raise [InvalidArgumentError] if a change inside failed
    # @raise [ClosedError] if it has ended
    def commit
      Interrupts.held do
        @ended = true
        Call.call(:strongroom_commit, Call.cell(@handle))
      ensure
        @finalizer.done
      end
    end

    # Undoes everything. Does nothing if it has ended.
    #
    # @return [nil]
    def abort
      @ended = true
      end_handle
    end

    # @return [Boolean] whether it was committed or rolled back
    def ended?
      @ended
    end

    private

    # Whether the handle that began it has a key.
    def once?
      @once
    end

    # A transaction says what the handle says that began it, and no key of a single call.
    def with_key(key)
      return yield(@handle) if key.nil?

      raise InvalidArgumentError, "a transaction takes no idempotency keys: what it changes happens together; give the key " \
                                  "to a change of the store"
    end
  end
end
