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

    # Milliseconds since the Unix epoch; a fraction is dropped.
    def to_ms(time)
      Numbers.i64(exact(time).floor)
    end

    # Milliseconds since the Unix epoch; a fraction is made a whole one.
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

    def seconds(milliseconds)
      milliseconds / 1000.0
    end
  end
  private_constant :Times
end
