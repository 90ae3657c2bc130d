# frozen_string_literal: true

module Strongroom
  # A clock for tests, which shows what the program says. Stores that are opened with it keep it as long as they need it.
  class ManualClock
    include Uncopied

    # @param start [Time] a fraction of a millisecond is dropped
    def initialize(start)
      Call.obtain(:strongroom_clock_new, Times.to_ms(start), free: :strongroom_clock_free) do |handle|
        @finalizer = Finalizer.free(self, Process.pid, :strongroom_clock_free, handle)
        @handle = handle
      end
    end

    # Sets the clock forward.
    #
    # @param seconds [Numeric]
    # @return [nil]
    def advance(seconds)
      Call.plain(:strongroom_clock_advance, @handle, Times.duration_ms(seconds))
    end

    # Sets the clock to a time, also back.
    #
    # @param time [Time]
    # @return [nil]
    def set(time)
      Call.plain(:strongroom_clock_set, @handle, Times.to_ms(time))
    end

    # @return [Time] the time it shows
    def now
      time = FFI::Buffer.new(:int64)
      Call.plain(:strongroom_clock_now, @handle, time)
      Times.from_ms(time.get_int64(0))
    end

    # Frees it, which being garbage-collected does as well; does nothing if it is closed. Stores that were opened with it
    # keep what it stands for.
    #
    # @return [nil]
    def close
      Call.plain(:strongroom_clock_free, @handle)
      @finalizer.done
      nil
    rescue ClosedError
      nil
    end

    # @api private
    attr_reader :handle

    # The handle of a clock.
    # @api private
    def self.handle_of(clock)
      raise TypeError, "expected a ManualClock, not #{clock.class}" unless clock.is_a?(ManualClock)

      clock.handle
    end
  end
end
