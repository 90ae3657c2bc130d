# frozen_string_literal: true

module Strongroom
  # The library: its functions, structs and numbers.
  #
  # It is looked for in this order, and nowhere else:
  #
  # 1. the file that the environment variable `STRONGROOM_LIBRARY` names, by an absolute path; if it is set, nothing else;
  # 2. the directory `library` beside this file, where a gem for this platform carries it;
  # 3. the library that the system's loader knows by its soname, such as `libstrongroom.so.1`.
  #
  # @api private
  module Native
    VARIABLE = "STRONGROOM_LIBRARY"
  end
  private_constant :Native
end

require_relative "native/constants"
require_relative "native/structs"
require_relative "native/functions"
require_relative "native/load"
