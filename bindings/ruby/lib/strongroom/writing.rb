# frozen_string_literal: true

module Strongroom
  # Writing secrets. A part of {Operations}.
  module Writing
    # Writes a secret: a new one, or the next version of one that is there. What is left out stays as it is.
    #
    # @param path [String]
    # @param value [String, SecretBytes] bytes as they are, whatever their encoding
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
    # @return [Written]
    # @raise [AlreadyExistsError]
    # @raise [ConflictError]
    # @raise [LimitExceededError]
    def put(path, value, expect: nil, tags: nil, add_tags: nil, remove_tags: nil, description: nil, tier: nil,
            content_type: nil, note: nil, max_versions: UNCHANGED, trash_days: UNCHANGED)
      said = { expect: expect, tags: tags, add_tags: add_tags, remove_tags: remove_tags, description: description,
               tier: tier, content_type: content_type, note: note, max_versions: max_versions, trash_days: trash_days }
      SecretBytes.lend(value) do |bytes, length|
        Changes.with(**said) { |changes| write(:strongroom_put, *Text.pair(path), bytes, length, changes) }
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
    # @param expect_meta_version [Integer, nil] writes only if the metadata have this number
    # @return [SecretInfo]
    # @raise [NotFoundError]
    # @raise [ConflictError]
    # @raise [LimitExceededError]
    def update(path, tags: nil, add_tags: nil, remove_tags: nil, description: nil, tier: nil, content_type: nil,
               max_versions: UNCHANGED, trash_days: UNCHANGED, expect_meta_version: nil)
      said = { tags: tags, add_tags: add_tags, remove_tags: remove_tags, description: description, tier: tier,
               content_type: content_type, max_versions: max_versions, trash_days: trash_days,
               expect_meta_version: expect_meta_version }
      Changes.with(**said) { |changes| Pages.secrets(:strongroom_update, @handle, *Text.pair(path), changes).first }
    end

    # Writes an older version once more, as a new one.
    #
    # @param path [String]
    # @param version [Integer]
    # @return [Written]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    def rollback(path, version)
      write(:strongroom_rollback, *Text.pair(path), Numbers.u64(version))
    end

    # Gives a secret another path. Its id and its versions stay; their values are sealed anew.
    #
    # @param path [String]
    # @param new [String]
    # @param allow_large [Boolean] needed where the values have more than 64 MiB
    # @return [Written]
    # @raise [NotFoundError]
    # @raise [AlreadyExistsError]
    # @raise [LimitExceededError]
    def rename(path, new, allow_large: false)
      write(:strongroom_rename, *Text.pair(path), *Text.pair(new), Numbers.flag(allow_large))
    end

    # Gives everything below a namespace another one, all or nothing.
    #
    # @param old [String]
    # @param new [String]
    # @param allow_large [Boolean] needed where the values have more than 64 MiB
    # @return [Integer] the number of secrets
    # @raise [NotFoundError]
    # @raise [AlreadyExistsError]
    # @raise [LimitExceededError]
    def rename_prefix(old, new, allow_large: false)
      renamed = FFI::Buffer.new(:uint64)
      names = *Text.pair(old), *Text.pair(new)
      Call.call(:strongroom_rename_prefix, @handle, *names, Numbers.flag(allow_large), renamed)
      renamed.get_uint64(0)
    end

    private

    def write(function, *arguments)
      done = Call.sized(Native::Written)
      Call.call(function, @handle, *arguments, done)
      Items.written(done)
    end
  end
end
