# frozen_string_literal: true

module Strongroom
  # Reading secrets. A part of {Operations}.
  module Reading
    # Reads the current version of a secret, or another one. With a block, the value is wiped at its end.
    #
    # @param path [String]
    # @param version [Integer, nil] nil for the current one
    # @yieldparam secret [Secret]
    # @return [Secret] or what the block returns
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    # @raise [ExpiredError]
    # @raise [VersionExpiredError] if the grace of that version is over
    def get(path, version: nil, &block)
      number = version_number(path, version)
      return read(path, number) unless block

      Interrupts.lend(-> { read(path, number) }, :wipe.to_proc, &block)
    end

    # Reads the current versions of several secrets, all of one state of the store. With a block, the values are wiped at its
    # end.
    #
    # @param paths [Enumerable<String>]
    # @yieldparam found [Array<Secret, Error>]
    # @return [Array<Secret, Error>] in the order of the paths a secret each, or the error that reading it gave; or what the
    #   block returns
    def get_many(paths, &block)
      names = Text.labels(paths).map { |path| Text.pair(path).first }
      return read_many(names) unless block

      Interrupts.lend(-> { read_many(names) }, ->(found) { found.grep(Secret).each(&:wipe) }, &block)
    end

    # Whether this is the current value of a secret, without showing it. How long it takes does not depend on where they
    # differ.
    #
    # @param path [String]
    # @param candidate [String, SecretBytes]
    # @return [Boolean]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    # @raise [ExpiredError]
    def matches?(path, candidate)
      answer = FFI::Buffer.new(:int32)
      SecretBytes.lend(candidate) do |bytes, length|
        Call.call(:strongroom_matches, @handle, *Text.pair(path), bytes, length, answer)
      end
      answer.get_int32(0) != 0
    end

    # What is known of a secret without its value.
    #
    # @param path [String]
    # @return [SecretInfo]
    # @raise [NotFoundError]
    def info(path)
      Pages.secrets(:strongroom_info, @handle, *Text.pair(path)).first
    end

    # What is known of the versions of a secret, from the oldest.
    #
    # @param path [String]
    # @return [Array<VersionInfo>]
    # @raise [NotFoundError]
    def versions(path)
      Pages.versions(:strongroom_versions, @handle, *Text.pair(path))
    end

    private

    # The number of a version for C, to which 0 is the current one; no secret has a version of that number.
    def version_number(path, version)
      return 0 if version.nil?

      number = Numbers.u64(version)
      raise NotFoundError, "the secret at #{info(path).path} has no version 0" if number.zero?

      number
    end

    def read(path, version)
      Call.obtain(:strongroom_get, @handle, *Text.pair(path), version, free: :strongroom_secret_free) do |found|
        Secret.taken(found, @process)
      end
    end

    def read_many(names)
      with_texts(names) do |texts|
        Call.with(:strongroom_get_many, @handle, texts, names.size, free: :strongroom_secrets_free) do |secrets|
          Array.new(names.size) { |index| take_out_or_error(secrets, index) }
        end
      end
    end

    def take_out(secrets, index)
      Call.obtain(:strongroom_secrets_take, secrets, index, free: :strongroom_secret_free) do |secret|
        Secret.taken(secret, @process)
      end
    end

    def take_out_or_error(secrets, index)
      take_out(secrets, index)
    rescue Error => error
      error
    end

    # Yields texts as C has them, one behind the other.
    def with_texts(names)
      array = FFI::MemoryPointer.new(Native::Text, [names.size, 1].max)
      bytes = names.map { |name| FFI::MemoryPointer.from_string(name) }
      names.zip(bytes).each_with_index do |(name, memory), index|
        text = Native::Text.new(array + (index * Native::Text.size))
        text[:data] = memory
        text[:len] = name.bytesize
      end
      yield array
    ensure
      bytes&.clear # Held until here, because the array alone would not keep them from being garbage-collected.
    end
  end
end
