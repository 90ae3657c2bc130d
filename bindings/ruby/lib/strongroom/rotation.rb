# frozen_string_literal: true

module Strongroom
  # Replacing values while the old ones are still in use, and what is to be done when. A part of {Operations}.
  module Rotation
    # Writes the next version of a secret that is there, which is current at once, and retires the version before: it is
    # readable by number and accepted until the grace is over, and then never again. A version that is in grace already
    # stays so until its own time.
    #
    # @param path [String]
    # @param value [String, SecretBytes, nil] bytes as they are, whatever their encoding
    # @param grace [Numeric, String] whole seconds, or a text such as `"1h30m"`; 0 retires the version before at once
    # @param generate [Generator, nil] makes the value instead
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @param metadata what {Writing#put} takes beside the value, such as `expect:` and `note:`
    # @return [Rotated]
    # @raise [NotFoundError]
    # @raise [ExpiredError] if the secret has expired, unless this says when it does instead
    # @raise [ConflictError]
    # @raise [LimitExceededError]
    # @raise [IdempotencyConflictError]
    def rotate(path, value = nil, grace: 0, generate: nil, idempotency_key: nil, **metadata)
      grace_seconds = Times.whole_seconds(grace)
      Changes.with(**metadata) do |changes|
        with_new_value(value, generate, :strongroom_rotate, :strongroom_rotate_generated) do |function, *new|
          write_rotated(idempotency_key, function, *Text.pair(path), *new, grace_seconds, changes)
        end
      end
    end

    # The current version of a secret and those in grace, the newest first: what whoever checks a value is to accept. With a
    # block, the values are wiped at its end.
    #
    # @param path [String]
    # @yieldparam secrets [Array<Secret>]
    # @return [Array<Secret>] or what the block returns
    # @raise [NotFoundError]
    # @raise [ExpiredError]
    def accepted(path, &block)
      return read_accepted(path) unless block

      Interrupts.lend(-> { read_accepted(path) }, ->(secrets) { secrets.each(&:wipe) }, &block)
    end

    # Of which version of a secret this is the value, without showing any. All accepted versions are compared, and how long
    # that takes does not depend on where they differ.
    #
    # @param path [String]
    # @param candidate [String, SecretBytes]
    # @return [Integer, nil] the number of the newest accepted one; nil for none
    # @raise [NotFoundError]
    # @raise [ExpiredError]
    def verify_any(path, candidate)
      version = FFI::Buffer.new(:uint64)
      SecretBytes.lend(candidate) do |bytes, length|
        Call.call(:strongroom_verify_any, @handle, *Text.pair(path), bytes, length, version)
      end
      number = version.get_uint64(0)
      number unless number.zero?
    end

    # Retires a version that is not the current one now, whether it was in grace or readable by number.
    #
    # @param path [String]
    # @param version [Integer]
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [VersionInfo]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    # @raise [InvalidArgumentError] of the current version
    # @raise [IdempotencyConflictError]
    def revoke_version(path, version, idempotency_key: nil)
      change_version(idempotency_key, :strongroom_revoke_version, path, version)
    end

    # What is to be done within a time from now, and what is overdue: secrets that expire or have expired, those to be
    # rotated, and those that a sweep removes from the trash.
    #
    # @param within [Numeric, String] whole seconds, or a text such as `"30d"`
    # @return [Array<Due>] the earliest first
    def due(within:)
      Pages.items(:strongroom_page_due, Native::DueItem, :due, :strongroom_due, @handle, Times.whole_seconds(within))
    end

    private

    def write_rotated(key, function, *arguments)
      once(key) do |handle|
        done = Call.sized(Native::Rotated)
        Call.call(function, handle, *arguments, done)
        Items.rotated(done)
      end
    end

    def read_accepted(path)
      Call.with(:strongroom_accepted, @handle, *Text.pair(path), free: :strongroom_secrets_free) do |secrets|
        Array.new(Native.strongroom_secrets_len(secrets)) { |index| take_out(secrets, index) }
      end
    end
  end
end
