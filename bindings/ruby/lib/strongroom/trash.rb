# frozen_string_literal: true

module Strongroom
  # The trash, and the way out of it. A part of {Operations}.
  module Trash
    # Moves a secret to the trash. Its path is free at once.
    #
    # @param path [String]
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [Deleted]
    # @raise [NotFoundError]
    # @raise [IdempotencyConflictError]
    def delete(path, idempotency_key: nil)
      once(idempotency_key) do |handle|
        done = Call.sized(Native::Deleted)
        Call.call(:strongroom_delete, handle, *Text.pair(path), done)
        Items.deleted(done)
      end
    end

    # Takes a secret out of the trash: by its id, or by the path it had, where the last deleted one is meant.
    #
    # @param path_or_id [String]
    # @param to [String, nil] where it comes back; nil for the path it had
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [Written]
    # @raise [NotFoundError]
    # @raise [AlreadyExistsError]
    # @raise [IdempotencyConflictError]
    def restore(path_or_id, to: nil, idempotency_key: nil)
      write(idempotency_key, :strongroom_restore, *Text.pair(path_or_id), *Text.pair_or_nil(to))
    end

    # Destroys a secret for good, with all its versions, live or in the trash: by its path, or by its id.
    #
    # @param path_or_id [String]
    # @param idempotency_key [String, nil] makes it happen once, see {Once}
    # @return [nil]
    # @raise [NotFoundError]
    # @raise [IdempotencyConflictError]
    def destroy(path_or_id, idempotency_key: nil)
      once(idempotency_key) { |handle| Call.call(:strongroom_destroy, handle, *Text.pair(path_or_id)) }
    end

    # Removes for good what is past its time in the trash, and what the policy says of the audit log.
    #
    # @param items [Integer] how many secrets and single versions at most
    # @param confirm_clock [Boolean] says that the clock is right, even if it went forward by more than a year at once
    # @return [Swept]
    def sweep(items: 1000, confirm_clock: false)
      done = Call.sized(Native::Swept)
      Call.call(:strongroom_sweep, @handle, Numbers.u64(items), Numbers.flag(confirm_clock), done)
      Items.swept(done)
    end
  end
end
