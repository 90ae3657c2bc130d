# frozen_string_literal: true

module Strongroom
  # What calls say of themselves, on its way to C. nil says nothing.
  #
  # @api private
  module Context
    # Each text with the function that says it.
    SAYINGS = { reason: :strongroom_context_reason, request_id: :strongroom_context_request_id }.freeze

    module_function

    # Yields a context object that says so, until the end of the block.
    def with(labels, **said)
      Call.with(:strongroom_context_new, free: :strongroom_context_free) do |context|
        Text.tag_pairs(labels).each do |key, value|
          Call.call(:strongroom_context_label, context, *Text.pair(key), *Text.pair(value))
        end
        said.each { |name, text| Call.call(SAYINGS.fetch(name), context, *Text.pair(text)) unless text.nil? }
        yield context
      end
    end
  end
  private_constant :Context
end
