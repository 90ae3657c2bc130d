# frozen_string_literal: true

module Strongroom
  # An open store, made by {Store.create}, {Store.open} or {Store.in_memory}. Any number of threads may use it.
  #
  # The end of a block closes it; so does being garbage-collected. In a forked child it is refused with {ForkedError}: open it
  # again there. A child that leaves the block leaves the store to its parent.
  class Store
    include Operations
    include Feed

    # How often a file that others hold is looked at, in seconds.
    STEP = 0.02
    private_constant :STEP

    class << self
      # Creates a store that a passphrase unlocks, a key file, both together or a raw key of 32 random bytes, and opens it
      # for writing. An existing file is never replaced. With a block, the store is closed at its end.
      #
      # @param file [String, #to_path]
      # @param passphrase [String, SecretBytes, nil] UTF-8
      # @param key_file [String, #to_path, nil]
      # @param raw_key [String, SecretBytes, nil]
      # @param kdf [KdfCost, nil] what the passphrase costs to try
      # @param environment [Symbol, nil] what the store is for, `:live` or `:test`; it never changes
      # @param clock [ManualClock, nil]
      # @param write_wait_seconds [Numeric, nil] how long a write waits for that of another thread
      # @param cache_bytes [Integer, nil] how much memory holds sealed pages
      # @param allow_shared_mode [Boolean] accepts a file that others may read or replace
      # @param allow_network_fs [Boolean] accepts a file system on the network
      # @param require_locked_memory [Boolean] fails where the memory of the keys cannot be locked
      # @yieldparam store [Store]
      # @return [Store] or what the block returns
      # @raise [AlreadyExistsError]
      # @raise [FileRefusedError]
      # @raise [KdfLimitsError]
      # @raise [OutOfMemoryError]
      # @raise [DiskFullError]
      # @raise [IoError]
      def create(file, passphrase: nil, key_file: nil, raw_key: nil, kdf: nil, environment: nil, clock: nil,
                 write_wait_seconds: nil, cache_bytes: nil, allow_shared_mode: false, allow_network_fs: false,
                 require_locked_memory: false, &block)
        said = { kdf: kdf, environment: environment, clock: clock, write_wait_seconds: write_wait_seconds,
                 cache_bytes: cache_bytes, allow_shared_mode: allow_shared_mode, allow_network_fs: allow_network_fs,
                 require_locked_memory: require_locked_memory }
        given = { passphrase: passphrase, key_file: key_file, raw_key: raw_key }
        closing(-> { created(file, given, said) }, &block)
      end

      # Opens a store. With a block, it is closed at its end.
      #
      # @param file [String, #to_path]
      # @param passphrase [String, SecretBytes, nil] UTF-8
      # @param key_file [String, #to_path, nil]
      # @param raw_key [String, SecretBytes, nil]
      # @param recovery_code [String, SecretBytes, nil]
      # @param read_only [Boolean] such handles never write a byte, and share the file with others like them
      # @param pin [String, nil] from {#pin}: only a file opens that has that commit in its history
      # @param wait_seconds [Numeric, nil] how long to wait for another handle of the file to be closed; timeouts, `Thread#raise`
      #   and Ctrl-C end it
      # @param clock [ManualClock, nil]
      # @param write_wait_seconds [Numeric, nil] how long a write waits for that of another thread
      # @param verify_up_to [Integer, nil] a store of at most so many bytes is verified first
      # @param cache_bytes [Integer, nil] how much memory holds sealed pages
      # @param allow_shared_mode [Boolean] accepts a file that others may read or replace
      # @param allow_network_fs [Boolean] accepts a file system on the network
      # @param require_locked_memory [Boolean] fails where the memory of the keys cannot be locked
      # @yieldparam store [Store]
      # @return [Store] or what the block returns
      # @raise [NotFoundError]
      # @raise [NotAStoreError]
      # @raise [WrongKeyError]
      # @raise [TamperedError]
      # @raise [DamagedError]
      # @raise [UnsupportedFormatError]
      # @raise [KdfLimitsError]
      # @raise [RolledBackError]
      # @raise [WrongStoreError]
      # @raise [ForkedHistoryError]
      # @raise [InUseError]
      # @raise [ReadOnlyError]
      # @raise [FileRefusedError]
      # @raise [OutOfMemoryError]
      # @raise [IoError]
      def open(file, passphrase: nil, key_file: nil, raw_key: nil, recovery_code: nil, read_only: false, pin: nil,
               wait_seconds: nil, clock: nil, write_wait_seconds: nil, verify_up_to: nil, cache_bytes: nil,
               allow_shared_mode: false, allow_network_fs: false, require_locked_memory: false, &block)
        said = { read_only: read_only, pin: pin, clock: clock, write_wait_seconds: write_wait_seconds,
                 verify_up_to: verify_up_to, cache_bytes: cache_bytes, allow_shared_mode: allow_shared_mode,
                 allow_network_fs: allow_network_fs, require_locked_memory: require_locked_memory }
        given = { passphrase: passphrase, key_file: key_file, raw_key: raw_key, recovery_code: recovery_code }
        closing(-> { opened(file, given, said, wait_seconds) }, &block)
      end

      # A store without a file, and otherwise alike: for tests. It is gone when it is closed. With a block, that is at its
      # end.
      #
      # @param environment [Symbol, nil] what the store is for, `:live` or `:test`
      # @param clock [ManualClock, nil]
      # @param write_wait_seconds [Numeric, nil] how long a write waits for that of another thread
      # @yieldparam store [Store]
      # @return [Store] or what the block returns
      def in_memory(environment: nil, clock: nil, write_wait_seconds: nil, &block)
        said = { environment: environment, clock: clock, write_wait_seconds: write_wait_seconds }
        closing(-> { Options.with(**said) { |options| taken(:strongroom_in_memory, options) } }, &block)
      end

      private

      def created(file, given, said)
        with_key_and_options(given, said) { |key, options| taken(:strongroom_create, *Text.file(file), key, options) }
      end

      def opened(file, given, said, wait_seconds)
        with_key_and_options(given, said) do |key, options|
          while_in_use(wait_seconds) { taken(:strongroom_open, *Text.file(file), key, options) }
        end
      end

      def with_key_and_options(given, said)
        Keys.with(**given) { |key| Options.with(**said) { |options| yield key, options } }
      end

      # Tries again while others hold the file, which the library finds out before it derives a key. It waits here and not in C,
      # where an interrupt is not heard, and where Ruby sends so many signals because of it that a sleep may never end.
      #
      # Where interrupts are held back, one that came ends the waiting: it is heard once they are not any more.
      def while_in_use(wait_seconds)
        ends = Times.from_now(wait_seconds || 0)
        begin
          yield
        rescue InUseError
          left = Times.left_until(ends)
          raise if Thread.pending_interrupt? || left.zero?

          sleep([left, STEP].min)
          retry
        end
      end

      def taken(function, *arguments)
        Call.obtain(function, *arguments, free: :strongroom_close) { |handle| new(handle) }
      end

      def closing(make, &block)
        block ? Interrupts.lend_here(make, :close.to_proc, &block) : make.call
      end
    end
    private_class_method :new

    # @api private
    def initialize(handle, of = nil, says = Context.new)
      @of = of
      @says = says
      @subscriptions = {}.compare_by_identity
      take_over(handle, of)
    end

    # Closes the store, which ends its subscriptions; does nothing if it is closed. Calls of other threads come to their end.
    # Behind an error {#closed?} tells whether it is closed.
    #
    # @return [nil]
    # @raise [ReentrantError] if a transaction has not ended, and inside the block of a subscription; then nothing is closed
    # @raise [InUseError] if another thread writes; events of reads that waited for the close may be lost
    # @raise [DiskFullError] likewise
    # @raise [IoError] if the proof of an orderly close cannot be written; nothing acknowledged is lost
    # @raise [ForkedError] in a forked child
    def close
      end_handle { end_subscriptions }
    end

    # @return [Boolean] whether the store is closed, or this handle of it
    def closed?
      locked?
      @of ? @of.closed? : false
    rescue ClosedError
      true
    end

    # Begins a transaction. With a block, it is committed when the block comes to its end; an exception, or `break`, `return`
    # or `throw`, rolls it back. A forked child that comes to the end of the block gets a {ForkedError}, because it cannot
    # commit; one that leaves it otherwise leaves the transaction to its parent. Time goes on inside: each call happens at its own
    # time, and not at that of the commit.
    #
    # @yieldparam transaction [Transaction]
    # @return [Transaction] or what the block returns
    # @raise [ReentrantError] inside a transaction of the same thread
    # @raise [InUseError] if the writes of other threads do not end in time
    def transaction(&block)
      block ? Transaction.run(self, &block) : Transaction.new(self)
    end

    # Another handle of this store, whose calls say something of themselves, instead of what this one says: it stands in their
    # events in the audit log, and nothing is decided by it. Closing the other one leaves the store open; closing the store
    # closes both. With a block, the other one is closed at its end.
    #
    # @param labels [Hash{String => String}, Array<String>] such as `{ "app" => "backup" }`: tags in form
    # @param reason [String, nil] one line of at most 256 bytes
    # @param request_id [String, nil] what other logs know the calls by: one line of at most 128 bytes
    # @param idempotency_key [String, nil] makes every change through the other handle happen once, see {Once}
    # @yieldparam store [Store] the other handle
    # @return [Store] or what the block returns
    # @raise [InvalidArgumentError] if a text breaks a rule
    def with(labels: {}, reason: nil, request_id: nil, idempotency_key: nil, &block)
      says = Context.new(labels: labels, reason: reason, request_id: request_id, idempotency_key: idempotency_key)
      make = -> { says.lend { |context| saying(context, says) } }
      block ? Interrupts.lend_here(make, :close.to_proc, &block) : make.call
    end

    # Wipes the keys, and keeps the file from other handles. What needs the keys is then a {LockedError}, until
    # {#unlock}.
    #
    # @return [nil]
    def lock
      Call.call(:strongroom_lock, @handle)
    end

    # Unlocks a locked store, as {Store.open}. After the second wrong key in a row the next attempts wait.
    #
    # @param passphrase [String, SecretBytes, nil]
    # @param key_file [String, #to_path, nil]
    # @param raw_key [String, SecretBytes, nil]
    # @param recovery_code [String, SecretBytes, nil]
    # @return [nil]
    # @raise [WrongKeyError]
    # @raise [InvalidArgumentError] if it is not locked
    def unlock(passphrase: nil, key_file: nil, raw_key: nil, recovery_code: nil)
      given = { passphrase: passphrase, key_file: key_file, raw_key: raw_key, recovery_code: recovery_code }
      Keys.with(**given) { |key| Call.call(:strongroom_unlock, @handle, key) }
    end

    # @return [Boolean] whether the store is locked
    def locked?
      locked = FFI::Buffer.new(:int32)
      Call.call(:strongroom_is_locked, @handle, locked)
      locked.get_int32(0) != 0
    end

    # @return [Symbol] what the store is for, `:live` or `:test`, as was said when it was created
    def environment
      number = FFI::Buffer.new(:uint32)
      Call.call(:strongroom_environment, @handle, number)
      Names.of(Names::ENVIRONMENTS, number.get_uint32(0))
    end

    # @return [Float] how many seconds ago the store was last used: for programs that lock what nobody uses
    def idle
      milliseconds = FFI::Buffer.new(:uint64)
      Call.call(:strongroom_idle_ms, @handle, milliseconds)
      Times.seconds(milliseconds.get_uint64(0))
    end

    # @return [Slots] the ways into the store
    def slots
      Slots.new(self)
    end

    # @return [Audit] the audit log
    def audit
      Audit.new(self)
    end

    # @return [OpenReport] what opening found out about the file
    def open_report
      report = Call.sized(Native::Opened)
      Call.call(:strongroom_open_report, @handle, report)
      Items.open_report(report)
    end

    # @return [Health] how the store is, also if it is locked, poisoned or damaged
    def health
      condition = Call.sized(Native::Condition)
      beside = Pages.files(:strongroom_health, @handle, condition)
      Items.health(condition, beside)
    end

    # @return [MemoryStatus] how well the operating system protects the memory that holds the keys
    def memory_status
      memory = Call.sized(Native::Memory)
      Call.call(:strongroom_memory_status, @handle, memory)
      Items.memory_status(memory)
    end

    # Reads and authenticates everything the store reaches, opens every value and follows the chain of the audit log.
    #
    # @return [Verified]
    # @raise [TamperedError]
    # @raise [DamagedError]
    def verify
      done = Call.sized(Native::Verified)
      Call.call(:strongroom_verify, @handle, done)
      Items.verified(done)
    end

    # The last commit as a text to be kept outside of the file; it is no secret. A store that is opened with it is this one,
    # with that commit in its history, or it is refused.
    #
    # @return [String]
    def pin
      buffer = FFI::MemoryPointer.new(:char, Native::PIN_LEN)
      Call.call(:strongroom_pin, @handle, buffer, Native::PIN_LEN, nil)
      Call.utf8(buffer.get_string(0))
    end

    # Writes a verified copy, under the same keys, to a new file. Readers and writers go on meanwhile.
    #
    # `progress` is called now and then, here and in the other copies, with how much is done and of how much. What it raises
    # cancels the copy and comes out of the call. Leaving it by `throw`, `break` or `return` cancels as well: that cannot go
    # on through C, and becomes a {CancelledError}. A timeout, or another thread's `raise` or `kill`, waits until it returns;
    # then it cancels.
    #
    # @param file [String, #to_path]
    # @param progress [#call, nil]
    # @return [Copied]
    # @raise [AlreadyExistsError]
    # @raise [FileRefusedError]
    # @raise [CancelledError]
    def backup(file, progress: nil)
      name = Text.file(file)
      Copies.make(progress: progress) { |options, copied| Call.call(:strongroom_backup, @handle, *name, options, copied) }
    end

    # Gives free room back: replaces the file by a verified copy without it.
    #
    # @param progress [#call, nil] see {#backup}
    # @return [Copied]
    # @raise [CancelledError]
    def compact(progress: nil)
      Copies.make(progress: progress) { |options, copied| Call.call(:strongroom_compact, @handle, options, copied) }
    end

    # Seals everything anew under new random keys, in a new file that holds no block of the old one. The slot of this handle
    # goes along.
    #
    # @param drop_other_slots [Boolean] gives the other slots up, which cannot go along
    # @param progress [#call, nil] see {#backup}
    # @return [Copied]
    # @raise [InvalidArgumentError] if there are other slots, unless they are given up
    # @raise [CancelledError]
    def purge(drop_other_slots: false, progress: nil)
      Copies.make(progress: progress, drop_other_slots: drop_other_slots) do |options, copied|
        Call.call(:strongroom_purge, @handle, options, copied)
      end
    end

    # As {#purge}, and what is given is then all that opens the store.
    #
    # @param passphrase [String, SecretBytes, nil]
    # @param key_file [String, #to_path, nil]
    # @param raw_key [String, SecretBytes, nil]
    # @param label [String, nil] of the slot
    # @param kdf [KdfCost, nil] of the slot
    # @param progress [#call, nil] see {#backup}
    # @return [Copied]
    # @raise [KdfLimitsError]
    # @raise [OutOfMemoryError]
    # @raise [CancelledError]
    def rekey(passphrase: nil, key_file: nil, raw_key: nil, label: nil, kdf: nil, progress: nil)
      Keys.with(passphrase: passphrase, key_file: key_file, raw_key: raw_key) do |key|
        Copies.make(progress: progress, label: label, kdf: kdf) do |options, copied|
          Call.call(:strongroom_rekey, @handle, key, options, copied)
        end
      end
    end

    # What ends with this store. Another handle of it has none.
    # @api private
    attr_reader :subscriptions

    # The store that this is a handle of.
    # @api private
    def whole
      @of ? @of.whole : self
    end

    # Whether every change through this handle happens once.
    # @api private
    def once?
      !@says.idempotency_key.nil?
    end

    private

    def end_subscriptions
      @subscriptions.keys.each(&:finish)
      nil
    end

    # The handle lives on this store, which must not be closed before by being garbage-collected.
    def saying(context, says)
      Call.obtain(:strongroom_with, @handle, context, free: :strongroom_close) do |handle|
        self.class.__send__(:new, handle, self, says)
      end
    end

    # Yields a handle for one change, which says what this one says.
    def with_key(key, &block)
      @says.lend(key || @says.idempotency_key) do |context|
        Call.with(:strongroom_with, @handle, context, free: :strongroom_close, &block)
      end
    end
  end
end
