# frozen_string_literal: true

module Strongroom
  # Being told of events, made by {Store#subscribe}. It ends when it is closed, when its store is, and when something other
  # than the end of the block leaves the block.
  class Subscription
    include Uncopied

    # Every subscription that lives, by its number, which is what C knows of it. This keeps none alive, and C may call for one
    # that is gone.
    LIVING = ObjectSpace::WeakMap.new
    # What C calls, as long as the process lives.
    TELL = FFI::Function.new(:void, %i[pointer pointer]) { |event, number| LIVING[number.address]&.tell(event) }
    # What is meant for the program, and not for whoever changes a secret just now.
    FOR_THE_PROGRAM = [SignalException, SystemExit].freeze
    private_constant :LIVING, :TELL, :FOR_THE_PROGRAM

    # @return [Exception, nil] what the block raised
    attr_reader :error

    # @api private
    def initialize(handle, store, filter, &block)
      @store = store # Which must not be closed before by being garbage-collected.
      @block = block
      @process = Process.pid
      @ended = false
      begin_on(handle, filter)
      finish if @ended # The block may have been left, or the store closed, before there was a handle.
    end

    # Ends it; does nothing if it has ended. If the block runs in another thread just now, this waits until it has returned; the
    # block may close its own subscription.
    #
    # @return [nil]
    # @raise [Exception] what the block raised, once
    def close
      finish
      error, @unraised = @unraised, nil
      raise error if error
    end

    # @return [Boolean] whether it has ended
    def closed?
      @ended
    end

    # Ends it, and raises nothing. A forked child leaves that of its parent alone.
    # @api private
    def finish
      @ended = true
      @store.subscriptions.delete(self)
      return if @handle.nil? || Process.pid != @process

      Call.call(:strongroom_unsubscribe, Call.cell(@handle))
      @finalizer.done
    rescue ClosedError
      nil
    end

    # Calls the block from C, through whose frames nothing of Ruby's may unwind, as in {Copies}: what leaves the block ends the
    # subscription. What other threads do to this one waits for the end of the call that C is in.
    # @api private
    def tell(event)
      told = @ended
      @block.call(Items.audit_event(Native::AuditEvent.new(event))) unless told
      told = true
    rescue Exception => error
      failed(error)
    ensure
      # This return is what stops a throw.
      return told ? nil : finish
    end

    # @return [String] not what is inside
    def inspect
      "#<#{self.class}>"
    end

    private

    def begin_on(handle, filter)
      LIVING[object_id] = self
      @store.subscriptions[self] = true
      Call.obtain(:strongroom_subscribe, handle, *filter, TELL, FFI::Pointer.new(object_id), nil,
                  free: :strongroom_unsubscribe) do |given|
        @finalizer = Finalizer.free(self, @process, :strongroom_unsubscribe, given)
        @handle = given
      end
    ensure
      @store.subscriptions.delete(self) unless @handle
    end

    def failed(error)
      @error = @unraised = error
      # That waits for the end of the call too.
      Thread.current.raise(error) if FOR_THE_PROGRAM.any? { |kind| error.is_a?(kind) }
    end
  end
end
