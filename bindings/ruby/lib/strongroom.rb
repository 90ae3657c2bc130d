# frozen_string_literal: true

require "ffi"
require "json"

# An embedded secret store: one sealed file, one library, no server.
#
# {Store} is where to begin.
module Strongroom
end

require_relative "strongroom/version"
require_relative "strongroom/error"
require_relative "strongroom/kinds"
require_relative "strongroom/native"
require_relative "strongroom/interrupts"
require_relative "strongroom/call"
require_relative "strongroom/finalize"
require_relative "strongroom/numbers"
require_relative "strongroom/times"
require_relative "strongroom/text"
require_relative "strongroom/names"
require_relative "strongroom/uncopied"
require_relative "strongroom/secret_bytes"
require_relative "strongroom/records"
require_relative "strongroom/items"
require_relative "strongroom/pages"
require_relative "strongroom/secret"
require_relative "strongroom/manual_clock"
require_relative "strongroom/keys"
require_relative "strongroom/costs"
require_relative "strongroom/options"
require_relative "strongroom/changes"
require_relative "strongroom/query"
require_relative "strongroom/copies"
require_relative "strongroom/policy"
require_relative "strongroom/slots"
require_relative "strongroom/reading"
require_relative "strongroom/writing"
require_relative "strongroom/versions"
require_relative "strongroom/trash"
require_relative "strongroom/listing"
require_relative "strongroom/mapping"
require_relative "strongroom/operations"
require_relative "strongroom/transaction"
require_relative "strongroom/store"
require_relative "strongroom/library"
