# frozen_string_literal: true

module Strongroom
  # Taking single versions away, and back. A part of {Operations}.
  module Versions
    # Deletes one version: it cannot be read, and can be restored for as many days as the trash has.
    #
    # @param path [String]
    # @param version [Integer]
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [VersionInfo]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    # @raise [IdempotencyConflictError]
    def delete_version(path, version, idempotency_key: nil)
      change_version(idempotency_key, :strongroom_delete_version, path, version)
    end

    # Restores a deleted version; of one that is not deleted it changes nothing.
    #
    # @param path [String]
    # @param version [Integer]
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [VersionInfo]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    # @raise [IdempotencyConflictError]
    def restore_version(path, version, idempotency_key: nil)
      change_version(idempotency_key, :strongroom_restore_version, path, version)
    end

    # Destroys the value of one version for good.
    #
    # @param path [String]
    # @param version [Integer]
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [VersionInfo]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    # @raise [IdempotencyConflictError]
    def destroy_version(path, version, idempotency_key: nil)
      change_version(idempotency_key, :strongroom_destroy_version, path, version)
    end

    private

    def change_version(key, function, path, version)
      once(key) { |handle| Pages.versions(function, handle, *Text.pair(path), Numbers.u64(version)).first }
    end
  end
end
