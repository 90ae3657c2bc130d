# frozen_string_literal: true

module Strongroom
  # What a store is unlocked with, on its way to C.
  #
  # @api private
  module Keys
    # What makes a key of one thing alone.
    MAKERS = { passphrase: :strongroom_key_passphrase, raw_key: :strongroom_key_raw,
               recovery_code: :strongroom_key_recovery_code }.freeze

    module_function

    # Yields a key made of what was given: one thing, or a passphrase and a key file. It is wiped at the end.
    def with(passphrase: nil, key_file: nil, raw_key: nil, recovery_code: nil, &block)
      given = { passphrase: passphrase, key_file: key_file, raw_key: raw_key, recovery_code: recovery_code }.compact
      case given.keys
      when %i[key_file] then of_file(key_file, &block)
      when %i[passphrase key_file] then of_both(passphrase, key_file, &block)
      when %i[passphrase], %i[raw_key], %i[recovery_code] then of_bytes(*given.first, &block)
      else
        raise ArgumentError, "give one of passphrase:, key_file:, raw_key: and recovery_code:, or passphrase: and key_file:"
      end
    end

    def of_bytes(kind, credential, &block)
      SecretBytes.lend(credential) do |bytes, length|
        Call.with(MAKERS.fetch(kind), bytes, length, free: :strongroom_key_free, &block)
      end
    end

    def of_file(file, &block)
      Call.with(:strongroom_key_file, *Text.file(file), free: :strongroom_key_free, &block)
    end

    def of_both(passphrase, file)
      of_file(file) do |key|
        SecretBytes.lend(passphrase) { |bytes, length| Call.call(:strongroom_key_and_passphrase, key, bytes, length) }
        yield key
      end
    end
  end
  private_constant :Keys

  # Writes a new key file of 32 random bytes, for its owner only.
  #
  # @param file [String, #to_path]
  # @return [nil]
  # @raise [AlreadyExistsError] if there is a file
  # @raise [IoError]
  def self.create_key_file(file)
    Call.with(:strongroom_key_file_create, *Text.file(file), free: :strongroom_key_free) { nil }
  end
end
