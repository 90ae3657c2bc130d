# frozen_string_literal: true

module Strongroom
  # Makes classes of what the operations of a store return: structs with keywords, whose objects are frozen.
  #
  # @api private
  module Record
    def self.of(*members)
      Struct.new(*members, keyword_init: true) do
        def initialize(**)
          super
          freeze
        end
      end
    end
  end
  private_constant :Record

  # What a change gives can tell whether it was made now.
  module Replayable
    # @return [Boolean] whether the change was not made, because it had been under the same idempotency key; see {Once}
    def replayed?
      replayed
    end
  end

  # What a guess at a passphrase costs: Argon2id with so much memory, so many passes and lanes.
  # @!attribute [r] memory_kib
  #   @return [Integer] memory in KiB
  # @!attribute [r] passes
  #   @return [Integer]
  # @!attribute [r] lanes
  #   @return [Integer]
  KdfCost = Record.of(:memory_kib, :passes, :lanes)

  # A cost that was found by measuring.
  # @!attribute [r] cost
  #   @return [KdfCost]
  # @!attribute [r] measured
  #   @return [Float] how many seconds one guess took here
  Calibration = Record.of(:cost, :measured)

  # What is known of a secret without its value.
  # @!attribute [r] id
  #   @return [String] `"sec_…"`, which stays when the secret is renamed
  # @!attribute [r] path
  #   @return [String] its path; in the trash, the one it had
  # @!attribute [r] version
  #   @return [Integer] the number of the current version
  # @!attribute [r] meta_version
  #   @return [Integer] the number of the metadata, for `expect_meta_version`
  # @!attribute [r] tier
  #   @return [Symbol] `:standard`, `:sensitive` or `:critical`
  # @!attribute [r] description
  #   @return [String]
  # @!attribute [r] tags
  #   @return [Hash{String => String}] frozen; a bare label has an empty value
  # @!attribute [r] content_type
  #   @return [String]
  # @!attribute [r] created_at
  #   @return [Time]
  # @!attribute [r] updated_at
  #   @return [Time]
  # @!attribute [r] accessed_at
  #   @return [Time, nil] when a value was last read, as far as it is known
  # @!attribute [r] expires_at
  #   @return [Time, nil] from when on no value of it is read
  # @!attribute [r] on_expiry
  #   @return [Symbol] what a sweep does then: `:block` leaves it as it is, `:trash` puts it into the trash
  # @!attribute [r] rotate_every
  #   @return [Integer, nil] how many seconds old the current version gets before it is to be rotated
  # @!attribute [r] rotation_due_at
  #   @return [Time, nil] when it gets that old
  # @!attribute [r] deleted_at
  #   @return [Time, nil] when it was put into the trash
  # @!attribute [r] purge_at
  #   @return [Time, nil] from when on a sweep removes it
  # @!attribute [r] max_versions
  #   @return [Integer, nil] how many versions are kept, 0 for all; nil for what the namespace or the store says
  # @!attribute [r] trash_days
  #   @return [Integer, nil] how many days it would stay in the trash; nil for what the namespace or the store says
  # @!attribute [r] size_class
  #   @return [Integer] bytes of the value, rounded up
  # @!attribute [r] replayed
  #   @return [Boolean] see {Replayable#replayed?}
  SecretInfo = Record.of(:id, :path, :version, :meta_version, :tier, :description, :tags, :content_type, :created_at,
                         :updated_at, :accessed_at, :expires_at, :on_expiry, :rotate_every, :rotation_due_at,
                         :deleted_at, :purge_at, :max_versions, :trash_days, :size_class, :replayed).include(Replayable)

  # What is known of a version without its value.
  # @!attribute [r] number
  #   @return [Integer]
  # @!attribute [r] size
  #   @return [Integer] bytes of its value, also after that was destroyed
  # @!attribute [r] state
  #   @return [Symbol] `:current`, `:superseded`, `:deleted`, `:destroyed`, `:grace` for one that is accepted beside the
  #     current one for a time, or `:retired` for one whose grace is over
  # @!attribute [r] author
  #   @return [Symbol] `:owner`
  # @!attribute [r] note
  #   @return [String]
  # @!attribute [r] created_at
  #   @return [Time]
  # @!attribute [r] deleted_at
  #   @return [Time, nil] when it was deleted or destroyed
  # @!attribute [r] until
  #   @return [Time, nil] until when a deleted one can be restored, or one in grace is accepted
  # @!attribute [r] replayed
  #   @return [Boolean] see {Replayable#replayed?}
  VersionInfo = Record.of(:number, :size, :state, :author, :note, :created_at, :deleted_at, :until,
                          :replayed).include(Replayable)

  # What a write did.
  # @!attribute [r] id
  #   @return [String]
  # @!attribute [r] path
  #   @return [String] as it is stored, in Unicode NFC
  # @!attribute [r] version
  #   @return [Integer] the number of the version that is current now
  # @!attribute [r] tier
  #   @return [Symbol]
  # @!attribute [r] created_at
  #   @return [Time]
  # @!attribute [r] updated_at
  #   @return [Time]
  # @!attribute [r] replayed
  #   @return [Boolean] see {Replayable#replayed?}
  Written = Record.of(:id, :path, :version, :tier, :created_at, :updated_at, :replayed).include(Replayable)

  # What a rotation did.
  # @!attribute [r] id
  #   @return [String]
  # @!attribute [r] path
  #   @return [String] as it is stored, in Unicode NFC
  # @!attribute [r] tier
  #   @return [Symbol]
  # @!attribute [r] old_version
  #   @return [Integer] the number of the version that was current
  # @!attribute [r] new_version
  #   @return [Integer] the number of the version that is current now
  # @!attribute [r] old_expires_at
  #   @return [Time] the first instant at which the old version is not accepted
  # @!attribute [r] created_at
  #   @return [Time]
  # @!attribute [r] updated_at
  #   @return [Time]
  # @!attribute [r] replayed
  #   @return [Boolean] see {Replayable#replayed?}
  Rotated = Record.of(:id, :path, :tier, :old_version, :new_version, :old_expires_at, :created_at, :updated_at,
                      :replayed).include(Replayable)

  # Something that is to be done with a secret.
  # @!attribute [r] path
  #   @return [String] where the secret is; of one in the trash, where it was
  # @!attribute [r] id
  #   @return [String]
  # @!attribute [r] reason
  #   @return [Symbol] `:expiry`, `:rotation`, or `:purge` for one in the trash, which cannot be restored from then on
  # @!attribute [r] at
  #   @return [Time]
  Due = Record.of(:path, :id, :reason, :at)

  # What a delete did.
  # @!attribute [r] id
  #   @return [String]
  # @!attribute [r] deleted_at
  #   @return [Time]
  # @!attribute [r] purge_at
  #   @return [Time] from when on a sweep removes it
  # @!attribute [r] replayed
  #   @return [Boolean] see {Replayable#replayed?}
  Deleted = Record.of(:id, :deleted_at, :purge_at, :replayed).include(Replayable)

  # What a sweep did.
  # @!attribute [r] secrets
  #   @return [Integer] secrets that were removed
  # @!attribute [r] versions
  #   @return [Integer] versions whose values were removed, those of the secrets among them
  # @!attribute [r] more
  #   @return [Boolean] whether more is due
  # @!attribute [r] held_back
  #   @return [Boolean] whether the clock went forward by more than a year at once: what would be due since then was left
  # @!attribute [r] expiring
  #   @return [Integer] secrets of which an event now says that they expire soon
  # @!attribute [r] expired
  #   @return [Integer] secrets of which an event now says that they have expired, those among them that went to the trash
  # @!attribute [r] audit_events
  #   @return [Integer] events of the audit log that were removed, as the policy says
  Swept = Record.of(:secrets, :versions, :more, :held_back, :expiring, :expired, :audit_events)

  # A namespace, and how many live secrets are in it at any depth.
  # @!attribute [r] path
  #   @return [String]
  # @!attribute [r] secrets
  #   @return [Integer]
  Namespace = Record.of(:path, :secrets)

  # A key or a value of tags, and how many live secrets bear it.
  # @!attribute [r] name
  #   @return [String]
  # @!attribute [r] secrets
  #   @return [Integer]
  TagCount = Record.of(:name, :secrets)

  # Some of the secrets that a list shows.
  # @!attribute [r] items
  #   @return [Array<SecretInfo>]
  # @!attribute [r] namespaces
  #   @return [Array<Namespace>] with `recursive: false` the namespaces directly below
  # @!attribute [r] next_cursor
  #   @return [String, nil] what to give as `cursor` for the next page; nil behind the last one
  # @!attribute [r] has_more
  #   @return [Boolean]
  # @!attribute [r] total
  #   @return [Integer, nil] how many secrets there are in all, on the first page with `count: true`
  Page = Record.of(:items, :namespaces, :next_cursor, :has_more, :total)

  # A namespace directly below the one that was asked for, by its name, and what is in it at any depth.
  # @!attribute [r] name
  #   @return [String]
  # @!attribute [r] secrets
  #   @return [Integer]
  # @!attribute [r] versions
  #   @return [Integer]
  # @!attribute [r] value_bytes
  #   @return [Integer]
  NamespaceStats = Record.of(:name, :secrets, :versions, :value_bytes)

  # Secrets, versions and bytes.
  # @!attribute [r] live_secrets
  #   @return [Integer]
  # @!attribute [r] live_versions
  #   @return [Integer]
  # @!attribute [r] live_value_bytes
  #   @return [Integer]
  # @!attribute [r] trash_secrets
  #   @return [Integer]
  # @!attribute [r] trash_versions
  #   @return [Integer]
  # @!attribute [r] trash_value_bytes
  #   @return [Integer]
  # @!attribute [r] file_bytes
  #   @return [Integer]
  # @!attribute [r] used_bytes
  #   @return [Integer] bytes of the file that hold rows
  # @!attribute [r] namespaces
  #   @return [Array<NamespaceStats>]
  Stats = Record.of(:live_secrets, :live_versions, :live_value_bytes, :trash_secrets, :trash_versions,
                    :trash_value_bytes, :file_bytes, :used_bytes, :namespaces)

  # What a verification counted.
  # @!attribute [r] blocks
  #   @return [Integer] blocks of 4 KiB that the last commit reaches; each one authenticated
  # @!attribute [r] unreachable_blocks
  #   @return [Integer] blocks that it does not reach; nothing reads them
  # @!attribute [r] secrets
  #   @return [Integer]
  # @!attribute [r] trashed
  #   @return [Integer]
  # @!attribute [r] versions
  #   @return [Integer] versions of all these, each opened that has a value
  # @!attribute [r] events
  #   @return [Integer] events of the audit log, whose chain holds
  Verified = Record.of(:blocks, :unreachable_blocks, :secrets, :trashed, :versions, :events)

  # What a copy holds, after it was verified.
  # @!attribute [r] generation
  #   @return [Integer] the number of the commit that it holds
  # @!attribute [r] file_len
  #   @return [Integer] its length in bytes, spare room included
  # @!attribute [r] verified
  #   @return [Verified]
  Copied = Record.of(:generation, :file_len, :verified)

  # How a store is.
  # @!attribute [r] status
  #   @return [Symbol] `:ok`, `:degraded`, `:locked`, `:poisoned` or `:damaged`
  # @!attribute [r] format_version
  #   @return [Integer] the version of the file format
  # @!attribute [r] in_place
  #   @return [Boolean] whether the file is still the one at its path
  # @!attribute [r] clock_jumped
  #   @return [Boolean] whether the clock went forward by more than a year at once, and nobody said that it is right
  # @!attribute [r] clock_behind
  #   @return [Float] how many seconds the clock stands behind the last time the store has seen
  # @!attribute [r] generation
  #   @return [Integer] the number of the last durable commit
  # @!attribute [r] free_bytes
  #   @return [Integer, nil] bytes that are free where the file lies; nil for a store in memory
  # @!attribute [r] pending_sweep
  #   @return [Integer] secrets and single versions that a sweep would remove
  # @!attribute [r] last_backup_at
  #   @return [Time, nil]
  # @!attribute [r] last_verified_at
  #   @return [Time, nil] when this handle last verified the store whole
  # @!attribute [r] copies_beside
  #   @return [Array<String>] paths of other files beside the store that carry its id
  Health = Record.of(:status, :format_version, :in_place, :clock_jumped, :clock_behind, :generation, :free_bytes,
                     :pending_sweep, :last_backup_at, :last_verified_at, :copies_beside)

  # What opening found out about the file.
  # @!attribute [r] discarded_generation
  #   @return [Integer, nil] the number of a commit that was cut off before it was acknowledged, and is not in the store
  # @!attribute [r] clock_behind
  #   @return [Float] how many seconds the clock stood behind the last time the store has seen
  # @!attribute [r] unreadable_superblock
  #   @return [Boolean] whether one of the two superblocks is unreadable
  # @!attribute [r] verified
  #   @return [Boolean] whether opening verified the store
  # @!attribute [r] pin
  #   @return [Symbol] `:none`, `:in_history`, or `:older_than_log`: take a new pin
  # @!attribute [r] kdf_upgrade
  #   @return [Boolean] whether the slot that unlocked costs less than the store's floor, and is wrapped anew with the first
  #     write
  # @!attribute [r] unreadable_header
  #   @return [Boolean] whether one of the two copies of the key header is unreadable; any change of a key slot writes both, and
  #     so does {Store#compact}
  OpenReport = Record.of(:discarded_generation, :clock_behind, :unreadable_superblock, :verified, :pin, :kdf_upgrade,
                         :unreadable_header)

  # How well the operating system protects the memory that holds the keys.
  # @!attribute [r] locked
  #   @return [Boolean] never written to swap
  # @!attribute [r] excluded_from_dumps
  #   @return [Boolean] left out of core dumps
  # @!attribute [r] wiped_on_fork
  #   @return [Boolean] empty in a forked child
  MemoryStatus = Record.of(:locked, :excluded_from_dumps, :wiped_on_fork)

  # A key slot: one way to unlock a store.
  # @!attribute [r] id
  #   @return [String]
  # @!attribute [r] label
  #   @return [String] what somebody called it; empty if nobody did
  # @!attribute [r] kind
  #   @return [Symbol] `:passphrase`, `:raw_key`, `:key_file`, `:passphrase_and_key_file` or `:recovery_code`
  # @!attribute [r] created_at
  #   @return [Time]
  # @!attribute [r] last_used_at
  #   @return [Time, nil] when it last unlocked a handle that wrote
  # @!attribute [r] kdf
  #   @return [KdfCost, nil] what a passphrase costs to try; nil if none is part of it
  # @!attribute [r] unlocked_this_handle
  #   @return [Boolean] whether this handle came in by it
  Slot = Record.of(:id, :label, :kind, :created_at, :last_used_at, :kdf, :unlocked_this_handle)

  # A new way in, to be written down: it is shown this once.
  # @!attribute [r] id
  #   @return [String] of its slot
  # @!attribute [r] code
  #   @return [SecretBytes]
  RecoveryCode = Record.of(:id, :code)

  # How many versions are kept, and how long the trash is.
  # @!attribute [r] under
  #   @return [String] the namespace it is for; empty for the store
  # @!attribute [r] max_versions
  #   @return [Integer, nil] 0 for all, nil for what is inherited
  # @!attribute [r] trash_days
  #   @return [Integer, nil] nil for what is inherited
  Retention = Record.of(:under, :max_versions, :trash_days)

  # What this build of the library can do, and what its limits are.
  # @!attribute [r] features
  #   @return [Array<String>]
  # @!attribute [r] limits
  #   @return [Hash{String => Integer}] frozen
  Capabilities = Record.of(:features, :limits)
end
