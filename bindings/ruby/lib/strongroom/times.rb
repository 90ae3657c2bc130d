# frozen_string_literal: true

module Strongroom
  # Times and durations: Time in UTC and seconds here, milliseconds there.
  #
  # @api private
  module Times
    module_function

    def from_ms(milliseconds)
      Time.at(0, milliseconds, :millisecond, in: "UTC")
    end

    def from_ms_or_nil(milliseconds)
      milliseconds == Native::NO_TIME ? nil : from_ms(milliseconds)
    end

    # Milliseconds since the Unix epoch; a fraction is dropped. The least number of C is the sign for no time.
    def to_ms(time)
      Numbers.fitting(exact(time).floor, Native::NO_TIME + 1, 2**63 - 1)
    end

    def to_ms_or_none(time)
      time.nil? ? Native::NO_TIME : to_ms(time)
    end

    # Whole seconds since the Unix epoch; a fraction is dropped.
    def epoch_seconds(time)
      Numbers.i64(time.is_a?(Integer) ? time : (exact(time) / 1000).floor)
    end

    # Milliseconds since the Unix epoch; a fraction is made a whole one. For what has to be before a time: what the library
    # knows to be of a millisecond may have been anywhere in it.
    def to_ms_rounded_up(time)
      Numbers.i64(exact(time).ceil)
    end

    def exact(time)
      raise TypeError, "expected a Time, not #{time.class}" unless time.is_a?(Time)

      time.to_r * 1000
    end

    # A duration in whole milliseconds; RangeError if it is negative or endless.
    def duration_ms(seconds)
      raise TypeError, "expected seconds as a number, not #{seconds.class}" unless seconds.is_a?(Numeric)

      Numbers.u64((seconds * 1000).round)
    end

    # A duration in whole seconds, from a number of them or a text that the library reads.
    def whole_seconds(duration)
      case duration
      when String then Strongroom.parse_duration(duration)
      when Numeric
        whole = duration.to_i
        raise RangeError, "#{duration} is no whole number of seconds" unless whole == duration

        Numbers.u64(whole)
      else raise TypeError, "expected seconds as a number or a text such as \"90d\", not #{duration.class}"
      end
    end

    # Seconds between rotations, where 0 takes them away.
    def period(duration)
      duration.nil? ? 0 : whole_seconds(duration)
    end

    def seconds(milliseconds)
      milliseconds / 1000.0
    end

    # When a duration is over that begins now, for left_until.
    def from_now(duration)
      monotonic + seconds(duration_ms(duration))
    end

    # How many seconds are left, 0 if it is over.
    def left_until(time)
      [time - monotonic, 0].max
    end

    def monotonic
      Process.clock_gettime(Process::CLOCK_MONOTONIC)
    end
  end
  private_constant :Times
end
