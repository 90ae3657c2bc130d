# frozen_string_literal: true

module Strongroom
  # Numbers on their way to C, which would cut off what does not fit. A RangeError for those, a TypeError for what is no
  # Integer.
  #
  # @api private
  module Numbers
    module_function

    def u32(value)
      fitting(value, 0, 2**32 - 1)
    end

    def u64(value)
      fitting(value, 0, 2**64 - 1)
    end

    def i64(value)
      fitting(value, -2**63, 2**63 - 1)
    end

    # A number that cannot be taken for one of the signs of C, which are negative.
    def u63(value)
      fitting(value, 0, 2**63 - 1)
    end

    def flag(value)
      value ? 1 : 0
    end

    def fitting(value, low, high)
      raise TypeError, "expected an Integer, not #{value.class}" unless value.is_a?(Integer)
      raise RangeError, "#{value} does not fit: it must be between #{low} and #{high}" unless value.between?(low, high)

      value
    end
  end
  private_constant :Numbers
end
