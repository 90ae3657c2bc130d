# frozen_string_literal: true

module Strongroom
  # Which events of the audit log are told, on its way to C. nil leaves a test out.
  #
  # @api private
  class AuditQuery
    # Each test with the function that asks it, and what becomes of its value.
    TESTS = {
      under: [:strongroom_audit_query_under, Text.method(:pair)],
      actor: [:strongroom_audit_query_actor, Text.method(:pair)],
      secret: [:strongroom_audit_query_secret, Text.method(:pair)],
      request_id: [:strongroom_audit_query_request_id, Text.method(:pair)],
      since: [:strongroom_audit_query_since, Times.method(:to_ms)],
      until: [:strongroom_audit_query_until, Times.method(:to_ms_rounded_up)],
      success: [:strongroom_audit_query_success, Numbers.method(:flag)],
      limit: [:strongroom_audit_query_limit, Numbers.method(:u64)],
      cursor: [:strongroom_audit_query_after, Text.method(:pair)]
    }.freeze

    # Yields a query object that asks so, until the end of the block.
    def self.with(type: nil, newest_first: false, **asked)
      Call.with(:strongroom_audit_query_new, free: :strongroom_audit_query_free) do |query|
        types = type.is_a?(String) ? [type] : Text.labels(type || [])
        types.each { |one| Call.call(:strongroom_audit_query_kind, query, *Text.pair(one)) }
        Call.call(:strongroom_audit_query_newest_first, query) if newest_first
        asked.each do |name, value|
          ask, convert = TESTS.fetch(name)
          Call.call(ask, query, *convert.call(value)) unless value.nil?
        end
        yield query
      end
    end
  end
  private_constant :AuditQuery
end
