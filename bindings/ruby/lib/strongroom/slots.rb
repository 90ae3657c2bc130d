# frozen_string_literal: true

module Strongroom
  # The key slots of a store, the ways into it: `store.slots`.
  #
  # What adds one returns its id, and may raise {AlreadyExistsError}, {LimitExceededError}, {KdfLimitsError} and
  # {OutOfMemoryError}. A `label` is what you call it; `kdf`, of at least the store's floor, is what its passphrase costs to
  # try.
  class Slots
    # @api private
    def initialize(store)
      @store = store
    end

    # @return [Array<Slot>] all slots
    def list
      Pages.items(:strongroom_page_slot, Native::Slot, :slot, :strongroom_slots_list, @store.handle)
    end

    # Adds a slot that a passphrase opens.
    #
    # @param passphrase [String, SecretBytes]
    # @param label [String, nil]
    # @param kdf [KdfCost, nil]
    # @return [String] its id
    def add_passphrase(passphrase, label: nil, kdf: nil)
      Keys.with(passphrase: passphrase) { |key| add(key, label, kdf) }
    end

    # Adds a slot that a key file opens, or only a key file and a passphrase together.
    #
    # @param key_file [String, #to_path]
    # @param passphrase [String, SecretBytes, nil]
    # @param label [String, nil]
    # @param kdf [KdfCost, nil]
    # @return [String] its id
    def add_key_file(key_file, passphrase: nil, label: nil, kdf: nil)
      Keys.with(key_file: key_file, passphrase: passphrase) { |key| add(key, label, kdf) }
    end

    # Adds a slot that a key of 32 random bytes opens.
    #
    # @param raw_key [String, SecretBytes]
    # @param label [String, nil]
    # @return [String] its id
    def add_raw_key(raw_key, label: nil)
      Keys.with(raw_key: raw_key) { |key| add(key, label, nil) }
    end

    # Adds a slot with a new recovery code of 256 bits, to be written down: it is shown this once.
    #
    # @param label [String, nil]
    # @return [RecoveryCode]
    def add_recovery_code(label: nil)
      slot = Native::SlotId.new
      arguments = @store.handle, *Text.pair_or_nil(label), slot
      Call.with(:strongroom_slots_add_recovery_code, *arguments, free: :strongroom_secret_free) do |code|
        RecoveryCode.new(id: Items.chars(slot[:text]), code: Secret.bytes_of(code))
      end
    end

    # Replaces a passphrase by another one. When it returns, the old one opens nothing any more.
    #
    # @param old [String, SecretBytes]
    # @param new [String, SecretBytes]
    # @return [nil]
    # @raise [WrongKeyError] if the old one opens no slot
    def change_passphrase(old, new)
      Keys.with(passphrase: old) do |old_key|
        Keys.with(passphrase: new) do |new_key|
          Call.call(:strongroom_slots_change_passphrase, @store.handle, old_key, new_key)
        end
      end
    end

    # Removes a slot.
    #
    # @param id [String]
    # @param leave_raw_keys_only [Boolean] whether it may be the last one that a person can use
    # @return [nil]
    # @raise [NotFoundError]
    # @raise [InvalidArgumentError] if it is the last
    def remove(id, leave_raw_keys_only: false)
      Call.call(:strongroom_slots_remove, @store.handle, *Text.pair(id), Numbers.flag(leave_raw_keys_only))
    end

    # The id of the slot that this opens: a way to try a recovery code before it is needed. It counts as no use.
    #
    # @param passphrase [String, SecretBytes, nil]
    # @param key_file [String, #to_path, nil]
    # @param raw_key [String, SecretBytes, nil]
    # @param recovery_code [String, SecretBytes, nil]
    # @return [String]
    # @raise [WrongKeyError] if it opens none
    def check(passphrase: nil, key_file: nil, raw_key: nil, recovery_code: nil)
      given = { passphrase: passphrase, key_file: key_file, raw_key: raw_key, recovery_code: recovery_code }
      slot = Native::SlotId.new
      Keys.with(**given) { |key| Call.call(:strongroom_slots_check, @store.handle, key, slot) }
      Items.chars(slot[:text])
    end

    private

    def add(key, label, kdf)
      slot = Native::SlotId.new
      Call.call(:strongroom_slots_add, @store.handle, key, *Text.pair_or_nil(label), Costs.struct_or_nil(kdf), slot)
      Items.chars(slot[:text])
    end
  end
end
