# frozen_string_literal: true

module Strongroom
  # Changes that happen once. A part of {Operations}.
  #
  # An idempotency key is one line of 1 to 255 bytes that names what is to be done, and not the attempt: the number of an
  # order, but not the time. The first change with a key is made, and its result remembered in the same commit, for as long
  # as {Policy#idempotency_window} says. The same change with the same key then changes nothing, also after the store was
  # opened again, and returns the same result, of which `replayed?` is true; with other arguments it is an
  # {IdempotencyConflictError}. What failed is not remembered. A key counts for one operation: a `put` and a `delete` may have
  # the same.
  #
  # A transaction takes no keys; what it changes happens together already.
  module Once
    private

    # Yields the handle for a change, and gives the result of the block. With an idempotency key that is a handle which nobody
    # shares, because what it tells of being replayed is of its last change.
    def once(key)
      return yield(@handle) if key.nil? && !once?

      with_key(key) do |handle|
        done = yield handle
        replayed = FFI::Buffer.new(:int32)
        Call.call(:strongroom_was_replayed, handle, replayed)
        replayed.get_int32(0).zero? ? done : Items.replayed(done)
      end
    end
  end
end
