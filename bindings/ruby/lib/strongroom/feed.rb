# frozen_string_literal: true

module Strongroom
  # What changed: told as it happens, and to whoever comes back for it. A part of {Store}.
  #
  # An event is what the audit log has of it. Types are such as `"secret.created"`, or `"secret.*"` for all of a group, with
  # which come reads; none is everything but reads.
  module Feed
    # The longest that a thread waits which does not notice what others do to it, in seconds.
    SLICE = 0.1
    private_constant :SLICE

    # Calls the block with each event once it is durable, in the order of their numbers: in the thread that committed it, before
    # its call returns, whatever handle of this open store it was made through. What a program must not miss although it was not
    # running, it takes from {#changes}.
    #
    # The block may read. Changing or closing the store from inside it is a {ReentrantError}, and changes of other threads wait until it
    # returns. A timeout, or another thread's `raise` or `kill`, waits for the end of the call that made the change.
    #
    # What the block raises ends the subscription: the change stands, and whoever made it notices nothing.
    # {Subscription#error} has the exception, and {Subscription#close} raises it. So it is with `break`, `throw` and `return`,
    # which cannot go on through C; some of them raise nothing. Only an Interrupt of Ctrl-C, another signal and `exit` are raised
    # as well where the change was made, behind it.
    #
    # @param types [String, Array<String>, nil] such as `"secret.created"`; of several any
    # @param under [String, nil] a path: what concerns it, or lies below it
    # @yieldparam event [AuditEvent]
    # @return [Subscription] to end it; until then, or until the store is closed, it goes on, whether this is kept or not
    # @raise [InvalidArgumentError] for a path or a type that breaks a rule
    def subscribe(types: nil, under: nil, &block)
      raise ArgumentError, "subscribe needs a block" unless block

      filtered(types, under) do |*filter|
        Interrupts.held { Subscription.new(@handle, whole, filter, &block) }
      end
    end

    # Durable events behind number `after`, in the order of their commits. A program that keeps the number of the last event that
    # it dealt with misses none, whoever wrote it.
    #
    # @param after [Integer] a number of an event, {AuditEvent#sequence}; with 0 it begins where the log does
    # @param limit [Integer] how many at most, 1 to 1,000
    # @param types [String, Array<String>, nil] such as `"secret.created"`; of several any
    # @param under [String, nil] a path: what concerns it, or lies below it
    # @return [Array<AuditEvent>] frozen
    # @raise [NotFoundError] if events behind `after` were removed from the log
    # @raise [LimitExceededError]
    # @raise [InvalidArgumentError] for a path or a type that breaks a rule
    def changes(after: 0, limit: 100, types: nil, under: nil)
      filtered(types, under) do |*filter|
        Pages.items(:strongroom_page_event, Native::AuditEvent, :audit_event, :strongroom_feed_read, @handle,
                    Numbers.u64(after), Numbers.u64(limit), *filter)
      end
    end

    # @return [Integer] the number of the last event that {#changes} has without types; 0 if there is none
    def latest_change
      sequence = FFI::Buffer.new(:uint64)
      Call.call(:strongroom_feed_latest, @handle, sequence)
      sequence.get_uint64(0)
    end

    # Waits until there is such an event behind number `after`, made through a handle of this open store. Other threads run
    # meanwhile, and timeouts, `Thread#raise` and Ctrl-C end it.
    #
    # @param after [Integer] a number of an event
    # @param timeout [Numeric, nil] for so many seconds at most; nil for good
    # @return [Boolean] whether there is one
    # @raise [ClosedError] also if the store is closed meanwhile
    # @raise [LockedError] also if the store is locked meanwhile
    def wait_changes(after, timeout:)
      number = Numbers.u64(after)
      ends = timeout && Times.from_now(timeout)
      begin
        left = ends ? Times.left_until(ends) : SLICE
        came = changed?(number, [left, SLICE].min)
      end until came || (ends && left <= SLICE)
      came
    end

    private

    def changed?(after, seconds)
      came = FFI::Buffer.new(:int32)
      Call.call(:strongroom_feed_wait, @handle, after, Times.duration_ms(seconds), came)
      came.get_int32(0) != 0
    end

    # Yields which events, as C takes it.
    def filtered(types, under)
      names = (types.is_a?(String) ? [types] : Text.labels(types || [])).map { |type| Text.pair(type).first }
      with_texts(names) { |texts| yield(*Text.pair_or_nil(under), texts, names.size) }
    end
  end
end
