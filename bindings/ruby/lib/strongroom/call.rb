# frozen_string_literal: true

module Strongroom
  # Calls of the library: what fails is raised, and what is given out is freed.
  #
  # @api private
  module Call
    HANDLE_BYTES = FFI.type_size(:size_t)

    module_function

    # Calls a function whose last parameter is the error. This thread may be interrupted as the call returns: what was given
    # out then is freed, here and below.
    def call(function, *arguments)
      error = cell
      status = invoke(function, *arguments, error)
      raise failure(status, handle_in(error)) unless status.zero?
    ensure
      # Ruby may look for interrupts where anything else is called first.
      Interrupts.held { free_object(:strongroom_error_free, handle_in(error)) } if error
    end

    # A call that may commit may call the block of a subscription, which nothing may interrupt: a thread that is killed would
    # unwind the frames of C. So it is held back where a call may wait.
    def invoke(function, *arguments)
      return Native.__send__(function, *arguments) unless Native::FUNCTIONS.fetch(function).last

      Interrupts.held { Native.__send__(function, *arguments) }
    end

    # Calls a function that returns a status and has no error.
    def plain(function, *arguments)
      status = Native.__send__(function, *arguments)
      raise failure(status, 0) unless status.zero?
    end

    # Calls a function that gives an object out before the error, and yields its handle to whoever takes it over. If
    # that does not come to its end, the object is freed.
    def obtain(function, *arguments, free:)
      object = cell
      taken = false
      call(function, *arguments, object)
      made = yield handle_in(object)
      taken = true
      made
    ensure
      Interrupts.held { free_object(free, handle_in(object)) } if object && !taken
    end

    # As obtain, with an object that is freed at the end of the block in any case.
    def with(function, *arguments, free:)
      object = cell
      call(function, *arguments, object)
      yield handle_in(object)
    ensure
      Interrupts.held { free_object(free, handle_in(object)) } if object
    end

    # Room for a handle, with none in it.
    def cell(handle = 0)
      FFI::Buffer.new(HANDLE_BYTES).put_uint64(0, handle)
    end

    def handle_in(cell)
      cell.get_uint64(0)
    end

    # What ends an object and takes the place of its handle.
    ENDING = %i[strongroom_close strongroom_unsubscribe].freeze

    # Frees an object.
    def free_object(free, handle)
      return if handle.zero?

      ENDING.include?(free) ? Native.__send__(free, cell(handle), nil) : Native.__send__(free, handle)
    end

    # The exception of a status, with what its error object says. Without one it says what the kind means.
    def failure(status, error)
      kind = KINDS.fetch(status, UnknownError)
      return kind.new(code: status) if error.zero?

      details = JSON.parse(utf8(Native.strongroom_error_details(error)))
      kind.new(utf8(Native.strongroom_error_message(error)), code: status, details: details)
    end

    def utf8(text)
      text.force_encoding(Encoding::UTF_8)
    end

    # A struct that says its size.
    def sized(struct)
      made = struct.new
      made[:struct_size] = struct.size
      made
    end
  end
  private_constant :Call
end
