# frozen_string_literal: true

module Strongroom
  # What calls say of themselves, on its way to C. nil says nothing.
  #
  # @api private
  class Context
    # Each text with the function that says it.
    SAYINGS = { reason: :strongroom_context_reason, request_id: :strongroom_context_request_id,
                idempotency_key: :strongroom_context_idempotency_key }.freeze

    # Keeps a copy, which nobody changes while handles are made with it.
    def initialize(labels: {}, **said)
      @labels = Text.tag_pairs(labels).map { |pair| pair.map(&:dup) }
      @said = said.transform_values(&:dup)
    end

    # The name of the one change that it is for.
    def idempotency_key
      @said[:idempotency_key]
    end

    # Yields a context object that says so, with another idempotency key if one is given, until the end of the block.
    def lend(idempotency_key = self.idempotency_key)
      Call.with(:strongroom_context_new, free: :strongroom_context_free) do |context|
        @labels.each { |key, value| Call.call(:strongroom_context_label, context, *Text.pair(key), *Text.pair(value)) }
        @said.merge(idempotency_key: idempotency_key).each do |name, text|
          Call.call(SAYINGS.fetch(name), context, *Text.pair(text)) unless text.nil?
        end
        yield context
      end
    end
  end
  private_constant :Context
end
