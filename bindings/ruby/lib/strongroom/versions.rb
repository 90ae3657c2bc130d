# frozen_string_literal: true

module Strongroom
  # Taking single versions away, and back. A part of {Operations}.
  module Versions
    # Deletes one version: it cannot be read, and can be restored for as many days as the trash has.
    #
    # @param path [String]
    # @param version [Integer]
    # @return [VersionInfo]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    def delete_version(path, version)
      change_version(:strongroom_delete_version, path, version)
    end

    # Restores a deleted version; of one that is not deleted it changes nothing.
    #
    # @param path [String]
    # @param version [Integer]
    # @return [VersionInfo]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    def restore_version(path, version)
      change_version(:strongroom_restore_version, path, version)
    end

    # Destroys the value of one version for good.
    #
    # @param path [String]
    # @param version [Integer]
    # @return [VersionInfo]
    # @raise [NotFoundError]
    # @raise [DestroyedError]
    def destroy_version(path, version)
      change_version(:strongroom_destroy_version, path, version)
    end

    private

    def change_version(function, path, version)
      Pages.versions(function, @handle, *Text.pair(path), Numbers.u64(version)).first
    end
  end
end
