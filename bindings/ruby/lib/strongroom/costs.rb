# frozen_string_literal: true

module Strongroom
  # Costs of passphrases, on their way to C.
  #
  # @api private
  module Costs
    module_function

    # Memory, passes and lanes.
    def numbers(kdf)
      raise TypeError, "expected a KdfCost, not #{kdf.class}" unless kdf.is_a?(KdfCost)

      [Numbers.u32(kdf.memory_kib), Numbers.u32(kdf.passes), Numbers.u32(kdf.lanes)]
    end

    # A struct, or NULL.
    def struct_or_nil(kdf)
      return if kdf.nil?

      cost = Native::KdfCost.new
      cost[:memory_kib], cost[:passes], cost[:lanes] = numbers(kdf)
      cost
    end
  end
  private_constant :Costs
end
