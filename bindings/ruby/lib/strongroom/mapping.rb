# frozen_string_literal: true

module Strongroom
  # What a Hash from paths to values would do, and what `Enumerable` needs. A part of {Operations}.
  module Mapping
    # The current value.
    #
    # @param path [String]
    # @return [SecretBytes, nil] nil where no secret is; see {#fetch}
    # @raise [DestroyedError]
    # @raise [ExpiredError]
    def [](path)
      fetch(path, nil)
    end

    # The current value, or what is given for one that is missing.
    #
    # @overload fetch(path)
    #   @raise [NotFoundError] which is a `KeyError`
    # @overload fetch(path, otherwise)
    # @overload fetch(path)
    #   @yieldparam path [String]
    # @param path [String]
    # @return [SecretBytes] or what was given, or what the block returns
    # @raise [DestroyedError]
    # @raise [ExpiredError]
    def fetch(path, *otherwise)
      raise ArgumentError, "expected a path and at most one value" if otherwise.size > 1

      read_value(path)
    rescue NotFoundError
      return yield(path) if block_given?
      raise if otherwise.empty?

      otherwise.first
    end

    # Writes a secret, as `put`.
    #
    # @param path [String]
    # @param value [String, SecretBytes]
    def []=(path, value)
      put(path, value)
    end

    # @param path [String]
    # @return [Boolean] whether there is a live secret at a path
    def key?(path)
      info(path)
      true
    rescue NotFoundError
      false
    end
    alias has_key? key?
    alias include? key?
    alias member? key?

    # @return [Array<String>] the paths of all live secrets, in order
    def keys
      map(&:path)
    end

    # What is known of each live secret, in the order of their paths; see `scan`.
    #
    # @yieldparam info [SecretInfo]
    # @return [Enumerator<SecretInfo>] without a block; else itself
    def each(&block)
      return enum_for(:each) { size } unless block

      scan(&block)
    end

    # @return [Integer] how many live secrets there are; it takes a look at each of them
    def size
      list(limit: 1, count: true).total
    end
    alias length size

    # @return [Boolean] whether there is no live secret
    def empty?
      list(limit: 1).items.empty?
    end

    private

    # What most values fit in.
    ROOM = 256
    private_constant :ROOM

    def read_value(path)
      name = Text.pair(path)
      length = FFI::Buffer.new(:size_t)
      large = nil
      small = SecretBytes.filled(ROOM) do |memory|
        arguments = [@handle, *name, 0, memory, ROOM, length, nil, nil, 0]
        Call.with(:strongroom_read, *arguments, free: :strongroom_secret_free) do |secret|
          next length.get_uint64(0) if secret.zero?

          large = Secret.bytes_of(secret)
          0
        end
      end
      large || small
    end
  end
end
