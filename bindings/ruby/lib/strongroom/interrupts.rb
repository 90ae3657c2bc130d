# frozen_string_literal: true

module Strongroom
  # What other threads do to this one: `Thread#raise`, `Thread#kill` and timeouts.
  #
  # It can come between any two steps, also in an `ensure`. Whatever has to be freed, ended or wiped would stay behind if it
  # came between the call that gives it out and the place that knows of it.
  #
  # @api private
  module Interrupts
    NEVER = { Object => :never }.freeze
    private_constant :NEVER

    module_function

    # Holds them back until the end of the block.
    def held(&block)
      Thread.handle_interrupt(NEVER, &block)
    end

    # Yields what `make` makes, and has `finish` end it behind the block, wherever this thread is interrupted.
    def lend(make, finish)
      made = nil
      held { made = make.call }
      yield made
    ensure
      held { finish.call(made) } if made
    end

    # As lend, for what a forked child that leaves the block leaves to its parent.
    def lend_here(make, finish, &block)
      process = Process.pid
      lend(make, ->(made) { finish.call(made) if Process.pid == process }, &block)
    end
  end
  private_constant :Interrupts
end
