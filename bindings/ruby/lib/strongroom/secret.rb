# frozen_string_literal: true

module Strongroom
  # A version of a secret. At the end of a block its value is wiped; without one, by {#wipe} or when it is
  # garbage-collected.
  class Secret
    include Uncopied

    # What is known of a secret is read from memory of the library's, which no other thread may free meanwhile.
    LOCK = Mutex.new
    private_constant :LOCK

    # @return [SecretBytes] the value, wiped with the secret or by its own `wipe`
    attr_reader :value

    # @return [Integer] the number of the version that was read
    attr_reader :version

    # Takes an object of the library's over.
    # @api private
    def self.taken(handle, process)
      new(handle, process)
    end

    # The bytes of a secret of the library's.
    # @api private
    def self.bytes_of(handle)
      length = Native.strongroom_secret_len(handle)
      SecretBytes.filled(length) do |memory|
        Native.memcpy(memory, Native.strongroom_secret_data(handle), length)
        length
      end
    end

    # @api private
    def initialize(handle, process)
      @handle = handle
      @process = process
      @value = Secret.bytes_of(handle)
      @version = Native.strongroom_secret_version(handle)
      @finalizer = Finalizer.free(self, process, :strongroom_secret_free, handle)
    end
    private_class_method :new

    # What was known of the secret when it was read, whichever version that was.
    #
    # @return [SecretInfo]
    # @raise [ClosedError] if the secret was wiped, unless this was looked at before
    def info
      @info ||= LOCK.synchronize do
        info = Call.sized(Native::SecretInfo)
        Call.call(:strongroom_secret_describe, open_handle, info)
        Items.secret_info(info)
      end
    end

    # @return [Time] when the version that was read was written
    # @raise [ClosedError] if the secret was wiped, unless this was looked at before
    def version_created_at
      @version_created_at ||= Times.from_ms(Native.strongroom_secret_version_created_at(open_handle))
    end

    # Wipes the value.
    # @return [nil]
    def wipe
      Interrupts.held do
        value.wipe
        LOCK.synchronize { release }
      end
      nil
    end

    # @return [String] never the value
    def inspect
      "#<Secret: version #{version}>"
    end
    alias to_s inspect

    # @api private
    def pretty_print(printer)
      printer.text(inspect)
    end

    private

    def release
      handle = @handle
      @handle = nil
      return unless handle

      @finalizer.done
      # A forked child leaves the library alone; its copy of the value is wiped.
      Call.free_object(:strongroom_secret_free, handle) if Process.pid == @process
    end

    def open_handle
      @handle || raise(ClosedError, "this secret was wiped")
    end
  end
end
