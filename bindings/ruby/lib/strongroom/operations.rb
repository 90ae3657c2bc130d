# frozen_string_literal: true

module Strongroom
  # Every operation on secrets. A {Store} and a {Transaction} have them in common: on a store each call is a commit of its
  # own, and durable when it returns; in a transaction all of them are one. `Enumerable` goes through what is known of the
  # live secrets.
  #
  # Each may raise {ClosedError}, {LockedError}, {PoisonedError}, {TamperedError}, {IoError} and {ForkedError}; each that
  # writes also {ReadOnlyError}, {InUseError}, {ReentrantError} and {DiskFullError}. What breaks a rule is an
  # {InvalidArgumentError}, what is of a wrong type a `TypeError`, a number that C would cut off a `RangeError`.
  module Operations
    include Enumerable
    include Uncopied
    include Reading
    include Writing
    include Versions
    include Rotation
    include Signing
    include Trash
    include Listing
    include Mapping
    include Once

    # @api private
    attr_reader :handle

    # @return [String] not what is inside
    def inspect
      "#<#{self.class}>"
    end

    private

    # Takes a handle of the library's over. What `keep` is lives as long.
    def take_over(handle, keep = nil)
      @handle = handle
      @process = Process.pid
      @replayed = false
      @finalizer = Finalizer.free(self, @process, :strongroom_close, handle, keep)
    end

    # Closes a store, or rolls a transaction back; does nothing if it has ended. With a block, that is called if it ends now,
    # also where it does with an error: C then takes the handle out of the cell.
    def end_handle
      Interrupts.held do
        cell = Call.cell(@handle)
        Call.call(:strongroom_close, cell)
      rescue ClosedError
        nil
      ensure
        if Call.handle_in(cell).zero?
          @finalizer.done
          yield if block_given?
        end
      end
    end
  end
end
