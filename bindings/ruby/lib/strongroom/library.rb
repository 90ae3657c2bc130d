# frozen_string_literal: true

# What needs no store.
module Strongroom
  # As much memory as the library gives.
  NO_LIMIT = 2**32 - 1
  private_constant :NO_LIMIT

  # @return [String] the version of the library, such as "0.1.0"
  def self.library_version
    Call.utf8(Native.strongroom_version)
  end

  # How many objects of the library the process holds: those that were given out and not freed. For tests.
  #
  # @return [Integer]
  def self.live_objects
    Native.strongroom_live_objects
  end

  # What this build of the library can do, and what its limits are.
  #
  # @return [Capabilities]
  def self.capabilities
    found = Pages.items(:strongroom_page_capability, Native::Capability, :capability, :strongroom_capabilities)
    limits, features = found.partition { |_, is_limit, _| is_limit }
    Capabilities.new(features: features.map(&:first).freeze,
                     limits: limits.to_h { |name, _, value| [name, value] }.freeze)
  end

  # Reads a duration as people write it: `"90d"`, `"1h30m"`, `"300"`, or ISO 8601 as `"PT1H30M"`, without years and months.
  #
  # @param text [String]
  # @return [Integer] seconds
  # @raise [InvalidArgumentError]
  def self.parse_duration(text)
    seconds = FFI::Buffer.new(:uint64)
    Call.call(:strongroom_parse_duration, *Text.pair(text), seconds)
    seconds.get_uint64(0)
  end

  # Finds a cost at which unlocking with a passphrase takes about so long on this machine, by measuring; it takes about as
  # long as three unlocks.
  #
  # @param target_seconds [Numeric]
  # @param max_memory_kib [Integer, nil] nil for as much as the library gives
  # @return [Calibration]
  # @raise [KdfLimitsError]
  # @raise [OutOfMemoryError]
  def self.calibrate(target_seconds: 0.5, max_memory_kib: nil)
    cost = Native::KdfCost.new
    memory = max_memory_kib.nil? ? NO_LIMIT : Numbers.u32(max_memory_kib)
    microseconds = FFI::Buffer.new(:uint64)
    Call.call(:strongroom_calibrate, Times.duration_ms(target_seconds), memory, cost, microseconds)
    Calibration.new(cost: Items.kdf_cost(cost), measured: microseconds.get_uint64(0) / 1_000_000.0)
  end
end
