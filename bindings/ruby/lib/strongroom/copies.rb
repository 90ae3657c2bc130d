# frozen_string_literal: true

module Strongroom
  # What a copy may do, and whom it tells how far it is, on its way to C.
  #
  # @api private
  module Copies
    # Calls a proc from C, through whose frames nothing of Ruby's may unwind: neither an exception nor `throw`, `break`,
    # `return` or the end of the thread. Whatever leaves the proc cancels the copy; an exception is kept for later.
    class Teller
      # @return [Exception, nil] what the proc raised
      attr_reader :error

      def initialize(progress)
        @progress = progress
      end

      # What C calls. What another thread does to this one meanwhile (Thread#raise, Thread#kill, a timeout) waits for the
      # end of the proc, because a kill and the throw of a timeout could not be kept for later. Then it cancels.
      def call(done, total)
        told = false
        @progress.call(done, total)
        told = true
        Thread.pending_interrupt? ? 1 : 0
      rescue Exception => error
        @error = error
        1
      ensure
        # This return is what stops a throw.
        return 1 unless told
      end
    end

    module_function

    # Makes a copy with options, which it yields. What another thread does to this one is heard behind the call.
    def make(progress: nil, drop_other_slots: false, label: nil, kdf: nil)
      teller = progress && Teller.new(checked(progress))
      options(teller, drop_other_slots, label, kdf) do |handle|
        copied = Call.sized(Native::Copied)
        Interrupts.held { yield handle, copied }
        Items.copied(copied)
      end
    rescue Error
      raise teller.error if teller&.error

      raise
    end

    def checked(progress)
      return progress if progress.respond_to?(:call)

      raise TypeError, "progress must be something to call, not #{progress.class}"
    end

    def options(teller, drop_other_slots, label, kdf)
      Call.with(:strongroom_copy_options_new, free: :strongroom_copy_options_free) do |options|
        callback = teller && function(teller)
        Call.call(:strongroom_copy_options_progress, options, callback, nil) if callback
        Call.call(:strongroom_copy_options_drop_other_slots, options, 1) if drop_other_slots
        slot(options, label, kdf) unless label.nil? && kdf.nil?
        yield options
      end
    end

    def function(teller)
      FFI::Function.new(:int32, %i[uint64 uint64 pointer]) { |done, total, _| teller.call(done, total) }
    end

    def slot(options, label, kdf)
      Call.call(:strongroom_copy_options_new_slot, options, *Text.pair_or_nil(label), Costs.struct_or_nil(kdf))
    end
  end
  private_constant :Copies
end
