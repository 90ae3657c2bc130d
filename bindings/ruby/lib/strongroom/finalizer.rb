# frozen_string_literal: true

module Strongroom
  # What happens to an object of the library's, or to secret bytes, whose owner was garbage-collected: a net under
  # `close` and `wipe`. None of these holds its owner, which would then live for ever. They run in any thread, which may be
  # interrupted.
  #
  # A forked child leaves the library alone: a thread that is not there may have held one of its locks.
  #
  # @api private
  class Finalizer
    class << self
      # Frees an object in the process that made it. What `keep` is lives until then.
      def free(owner, process, free, handle, keep = nil)
        new(owner, freer(process, free, handle, keep))
      end

      # Wipes memory, in a forked child too, whose copy it is.
      def wipe(owner, memory)
        new(owner, wiper(memory))
      end

      private

      def freer(process, free, handle, _keep) # The proc holds this too.
        proc { Interrupts.held { Call.free_object(free, handle) } if Process.pid == process }
      end

      def wiper(memory)
        proc { Interrupts.held { Native.strongroom_wipe(memory, memory.size) } }
      end
    end

    def initialize(owner, work)
      @work = work
      ObjectSpace.define_finalizer(owner, self)
    end

    # What Ruby calls.
    def call(_number)
      @work&.call
    end

    # Nothing is left to do. To undefine it would take those of others away as well, and without its own a WeakRef gives
    # whatever object comes to lie in the place of this one.
    def done
      @work = nil
    end
  end
  private_constant :Finalizer
end
