# frozen_string_literal: true

module Strongroom
  # How a store is created and opened, on its way to C. What is nil or false is left to the library.
  #
  # @api private
  class Options
    # Each option with the function that says it, and what becomes of its value.
    SAYINGS = {
      read_only: [:strongroom_options_read_only, Numbers.method(:flag)],
      write_wait_seconds: [:strongroom_options_write_wait_ms, Times.method(:duration_ms)],
      verify_up_to: [:strongroom_options_verify_up_to, Numbers.method(:u64)],
      cache_bytes: [:strongroom_options_cache_bytes, Numbers.method(:u64)],
      kdf: [:strongroom_options_kdf_cost, Costs.method(:numbers)],
      pin: [:strongroom_options_pin, Text.method(:pair)],
      environment: [:strongroom_options_environment, ->(name) { Names.number(Names::ENVIRONMENTS, name, "environment") }],
      clock: [:strongroom_options_clock, ManualClock.method(:handle_of)],
      allow_shared_mode: [:strongroom_options_allow_shared_mode, Numbers.method(:flag)],
      allow_network_fs: [:strongroom_options_allow_network_fs, Numbers.method(:flag)],
      require_locked_memory: [:strongroom_options_require_locked_memory, Numbers.method(:flag)]
    }.freeze

    # Yields an options object that says so, until the end of the block.
    def self.with(**said)
      Call.with(:strongroom_options_new, free: :strongroom_options_free) do |options|
        said.each do |name, value|
          say, convert = SAYINGS.fetch(name)
          Call.call(say, options, *convert.call(value)) if value
        end
        yield options
      end
    end
  end
  private_constant :Options
end
