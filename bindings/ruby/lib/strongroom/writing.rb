# frozen_string_literal: true

module Strongroom
  # Writing secrets. A part of {Operations}.
  module Writing
    # Writes a secret: a new one, or the next version of one that is there. What is left out stays as it is.
    #
    # @param path [String]
    # @param value [String, SecretBytes, nil] bytes as they are, whatever their encoding
    # @param generate [Generator, nil] makes the value instead: nobody sees it before it is read
    # @param expect [Symbol, Integer, nil] `:absent` writes only where no secret is, `3` only over version 3
    # @param tags [Hash{String => String}, Array<String>, nil] values by key (a Symbol is
    #   fine), or bare labels, which are then all there are
    # @param add_tags [Hash{String => String}, Array<String>, nil] leaves the others
    # @param remove_tags [Array<String>, nil] leaves the others
    # @param description [String, nil]
    # @param tier [Symbol, nil] `:standard`, `:sensitive` or `:critical`
    # @param content_type [String, nil]
    # @param note [String, nil] of this version
    # @param max_versions [Integer, nil] how many are kept, 0 for all; nil for what the namespace or the store says
    # @param trash_days [Integer, nil] nil for what the namespace or the store says
    # @param expires_in [Numeric, String, nil] whole seconds after this write, or a text such as `"90d"`: from then on no
    #   value is read
    # @param expires_at [Time, nil] the same as a time, of which a fraction of a millisecond is dropped; nil takes it away
    # @param on_expiry [Symbol, nil] what a sweep does then: `:block` leaves it as it is, `:trash` puts it into the trash
    # @param rotate_every [Numeric, String, nil] how many whole seconds old a version gets, or a text such as `"90d"`, before
    #   {Rotation#due} lists the secret for rotation; nil takes it away
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [Written]
    # @raise [AlreadyExistsError]
    # @raise [ConflictError]
    # @raise [LimitExceededError]
    # @raise [IdempotencyConflictError]
    def put(path, value = nil, generate: nil, expect: nil, tags: nil, add_tags: nil, remove_tags: nil, description: nil,
            tier: nil, content_type: nil, note: nil, max_versions: UNCHANGED, trash_days: UNCHANGED, expires_in: nil,
            expires_at: UNCHANGED, on_expiry: nil, rotate_every: UNCHANGED, idempotency_key: nil)
      said = { expect: expect, tags: tags, add_tags: add_tags, remove_tags: remove_tags, description: description,
               tier: tier, content_type: content_type, note: note, max_versions: max_versions, trash_days: trash_days,
               expires_in: expires_in, expires_at: expires_at, on_expiry: on_expiry, rotate_every: rotate_every }
      Changes.with(**said) do |changes|
        with_new_value(value, generate, :strongroom_put, :strongroom_put_generated) do |function, *new|
          write(idempotency_key, function, *Text.pair(path), *new, changes)
        end
      end
    end

    # Changes what is known of a secret, without a new version. What is left out stays as it is; `""` takes a text away.
    #
    # @param path [String]
    # @param tags [Hash{String => String}, Array<String>, nil] values by key (a Symbol is
    #   fine), or bare labels, which are then all there are
    # @param add_tags [Hash{String => String}, Array<String>, nil] leaves the others
    # @param remove_tags [Array<String>, nil] leaves the others
    # @param description [String, nil]
    # @param tier [Symbol, nil]
    # @param content_type [String, nil]
    # @param max_versions [Integer, nil] nil for what the namespace or the store says
    # @param trash_days [Integer, nil] nil for what the namespace or the store says
    # @param expires_in [Numeric, String, nil] as in {#put}
    # @param expires_at [Time, nil] nil takes it away
    # @param on_expiry [Symbol, nil]
    # @param rotate_every [Numeric, String, nil] nil takes it away
    # @param expect_meta_version [Integer, nil] writes only if the metadata have this number
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [SecretInfo]
    # @raise [NotFoundError]
    # @raise [ConflictError]
    # @raise [LimitExceededError]
    # @raise [IdempotencyConflictError]
    def update(path, tags: nil, add_tags: nil, remove_tags: nil, description: nil, tier: nil, content_type: nil,
               max_versions: UNCHANGED, trash_days: UNCHANGED, expires_in: nil, expires_at: UNCHANGED, on_expiry: nil,
               rotate_every: UNCHANGED, expect_meta_version: nil, idempotency_key: nil)
      said = { tags: tags, add_tags: add_tags, remove_tags: remove_tags, description: description, tier: tier,
               content_type: content_type, max_versions: max_versions, trash_days: trash_days, expires_in: expires_in,
               expires_at: expires_at, on_expiry: on_expiry, rotate_every: rotate_every,
               expect_meta_version: expect_meta_version }
      Changes.with(**said) do |changes|
        once(idempotency_key) { |handle| Pages.secrets(:strongroom_update, handle, *Text.pair(path), changes).first }
      end
    end

    # Writes an older version once more, as a new one. It takes one that is retired too, whose value cannot be read any more: the
    # way back from a rotation to a wrong value.
    #
    # @param path [String]
    # @param version [Integer]
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [Written]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    # @raise [IdempotencyConflictError]
    def rollback(path, version, idempotency_key: nil)
      write(idempotency_key, :strongroom_rollback, *Text.pair(path), Numbers.u64(version))
    end

    # Gives a secret another path. Its id and its versions stay; their values are sealed anew.
    #
    # @param path [String]
    # @param new [String]
    # @param allow_large [Boolean] needed where the values have more than 64 MiB
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [Written]
    # @raise [NotFoundError]
    # @raise [AlreadyExistsError]
    # @raise [LimitExceededError]
    # @raise [IdempotencyConflictError]
    def rename(path, new, allow_large: false, idempotency_key: nil)
      write(idempotency_key, :strongroom_rename, *Text.pair(path), *Text.pair(new), Numbers.flag(allow_large))
    end

    # Gives everything below a namespace another one, all or nothing.
    #
    # @param old [String]
    # @param new [String]
    # @param allow_large [Boolean] needed where the values have more than 64 MiB
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [Integer] the number of secrets
    # @raise [NotFoundError]
    # @raise [AlreadyExistsError]
    # @raise [LimitExceededError]
    # @raise [IdempotencyConflictError]
    def rename_prefix(old, new, allow_large: false, idempotency_key: nil)
      names = *Text.pair(old), *Text.pair(new)
      once(idempotency_key) do |handle|
        renamed = FFI::Buffer.new(:uint64)
        Call.call(:strongroom_rename_prefix, handle, *names, Numbers.flag(allow_large), renamed)
        renamed.get_uint64(0)
      end
    end

    private

    # Yields which of two functions writes a new value, one that is given or one that is made, and what it takes of that.
    def with_new_value(value, generate, given, made)
      if generate.nil?
        SecretBytes.lend(value) { |bytes, length| yield given, bytes, length }
      elsif value.nil?
        Generator.lend(generate) { |generator| yield made, generator }
      else
        raise ArgumentError, "give a value or generate:, not both"
      end
    end

    def write(key, function, *arguments)
      once(key) do |handle|
        done = Call.sized(Native::Written)
        Call.call(function, handle, *arguments, done)
        Items.written(done)
      end
    end
  end
end
