# frozen_string_literal: true

module Strongroom
  # Changes that happen once. A part of {Operations}.
  #
  # An idempotency key is one line of 1 to 255 bytes that names what is to be done, and not the attempt: the number of an
  # order, but not the time. The first change with a key is made, and its result remembered in the same commit, for as long
  # as {Policy#idempotency_window} says. The same change with the same key then changes nothing, also after the store was
  # opened again, and returns the same result, of which `replayed?` is true, as {#replayed?} is; with other arguments it is an
  # {IdempotencyConflictError}. What failed is not remembered. A key counts for one operation: a `put` and a `delete` may have
  # the same.
  #
  # A transaction takes no keys; what it changes happens together already.
  module Once
    # Whether the last change through this handle that did not fail was not made again. It is for `destroy` and
    # `rename_prefix`, whose results have no room for it. Threads that share a handle share this too: give each one of its own,
    # with {Store#with}.
    #
    # @return [Boolean]
    def replayed?
      @replayed
    end

    private

    # Yields the handle for a change, and gives the result of the block. With an idempotency key that is a handle which nobody
    # shares, because what it tells of being replayed is of its last change.
    def once(key)
      return yield(@handle).tap { @replayed = false } if key.nil? && !once?

      with_key(key) do |handle|
        done = yield handle
        answer = FFI::Buffer.new(:int32)
        Call.call(:strongroom_was_replayed, handle, answer)
        @replayed = replayed = !answer.get_int32(0).zero? # Another thread may change the one that is shared.
        replayed ? Items.replayed(done) : done
      end
    end
  end
end
