# frozen_string_literal: true

module Strongroom
  # What happens to an object of the library's, or to secret bytes, whose owner was garbage-collected: a net under
  # `close` and `wipe`. None of these procs holds its owner, which would then live for ever. They run in any thread, which
  # may be interrupted.
  #
  # A forked child leaves the library alone: a thread that is not there may have held one of its locks.
  #
  # @api private
  module Finalize
    module_function

    # Frees an object in the process that made it. What `keep` is lives until then.
    def free(owner, process, free, handle, keep = nil)
      ObjectSpace.define_finalizer(owner, freer(process, free, handle, keep))
    end

    # Wipes memory, in a forked child too, whose copy it is.
    def wipe(owner, memory)
      ObjectSpace.define_finalizer(owner, wiper(memory))
    end

    def freer(process, free, handle, _keep) # The proc holds this too.
      proc { Interrupts.held { Call.free_object(free, handle) } if Process.pid == process }
    end

    def wiper(memory)
      proc { Interrupts.held { Native.strongroom_wipe(memory, memory.size) } }
    end

    # Nothing is left to do for this object.
    def done(owner)
      ObjectSpace.undefine_finalizer(owner)
    end
  end
  private_constant :Finalize
end
