# frozen_string_literal: true

module Strongroom
  # Which secrets a list shows, on its way to C. nil leaves a test out.
  #
  # @api private
  class Query
    # Yields a query object that asks so, until the end of the block.
    def self.with(under, **asked)
      Call.with(:strongroom_query_new, *Text.pair_or_nil(under), free: :strongroom_query_free) do |query|
        new(query).ask(**asked)
        yield query
      end
    end

    def initialize(handle)
      @handle = handle
    end

    def ask(tags:, has_tags:, without_tags:, tier:, state:, sort:, updated_since:, recursive:, limit:, cursor: nil,
            count: false)
      ask_tags(tags, has_tags, without_tags)
      ask_names(tier, state, sort)
      call(:strongroom_query_updated_since, Times.to_ms(updated_since)) unless updated_since.nil?
      call(:strongroom_query_one_level) unless recursive
      call(:strongroom_query_limit, Numbers.u64(limit)) unless limit.nil?
      call(:strongroom_query_count, Numbers.flag(count))
      call(:strongroom_query_after, *Text.pair(cursor)) unless cursor.nil?
    end

    private

    def call(function, *arguments)
      Call.call(function, @handle, *arguments)
    end

    def ask_tags(tags, has, without)
      Text.tag_pairs(tags || []).each { |key, value| call(:strongroom_query_tag, *Text.pair(key), *Text.pair(value)) }
      Text.labels(has || []).each { |key| call(:strongroom_query_has_tag, *Text.pair(key)) }
      Text.labels(without || []).each { |key| call(:strongroom_query_without_tag, *Text.pair(key)) }
    end

    def ask_names(tier, state, sort)
      call(:strongroom_query_tier, Names.number(Names::TIERS, tier, "tier")) unless tier.nil?
      call(:strongroom_query_state, Names.number(Names::STATES, state, "state")) unless state.nil?
      call(:strongroom_query_sort, Names.number(Names::SORTS, sort, "sort")) unless sort.nil?
    end
  end
  private_constant :Query
end
