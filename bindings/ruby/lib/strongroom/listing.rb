# frozen_string_literal: true

module Strongroom
  # Looking around, without values. A part of {Operations}.
  module Listing
    # A page of secrets: those below a namespace that pass all the tests.
    #
    # @param under [String, nil] a namespace; nil for everything
    # @param tags [Hash{String => String}, Array<String>, nil] tags with their values, or bare labels
    # @param has_tags [Array<String>, nil] keys of tags, whatever the value
    # @param without_tags [Array<String>, nil] keys of tags
    # @param tier [Symbol, nil]
    # @param state [Symbol] `:live`, `:trash` or `:all`
    # @param sort [Symbol] `:path`, or `:updated` for the latest change first
    # @param updated_since [Time, nil] of this time or later; the store knows milliseconds, and a fraction of one is dropped
    # @param recursive [Boolean] false for what is directly in the namespace, and the namespaces directly below
    # @param limit [Integer, nil] how many to a page; nil for the library's default of 50
    # @param cursor [String, nil] continues behind the page that gave it
    # @param count [Boolean] has the first page say how many there are in all
    # @return [Page]
    # @raise [InvalidCursorError]
    # @raise [LimitExceededError]
    def list(under = nil, tags: nil, has_tags: nil, without_tags: nil, tier: nil, state: :live, sort: :path,
             updated_since: nil, recursive: true, limit: nil, cursor: nil, count: false)
      asked = { tags: tags, has_tags: has_tags, without_tags: without_tags, tier: tier, state: state, sort: sort,
                updated_since: updated_since, recursive: recursive, limit: limit, cursor: cursor, count: count }
      Query.with(under, **asked) { |query| Pages.listed(@handle, query, count) }
    end

    # All secrets that {#list} would show, page by page. Between pages nothing is held: a secret that is written meanwhile
    # may be shown or not.
    #
    # @param under [String, nil] as in {#list}, like the other parameters
    # @param limit [Integer] how many to a page
    # @yieldparam info [SecretInfo]
    # @return [Enumerator<SecretInfo>] without a block; else itself
    def scan(under = nil, tags: nil, has_tags: nil, without_tags: nil, tier: nil, state: :live, sort: :path,
             updated_since: nil, recursive: true, limit: 500, &block)
      tags, has_tags, without_tags = [tags, has_tags, without_tags].map { |texts| Text.kept(texts) }
      asked = { tags: tags, has_tags: has_tags, without_tags: without_tags, tier: tier, state: state, sort: sort,
                updated_since: updated_since, recursive: recursive, limit: limit }
      return enum_for(:scan, under, **asked) unless block

      more, cursor = true, nil
      while more # A loop would swallow a StopIteration of the block's.
        page = list(under, cursor: cursor, **asked)
        page.items.each(&block)
        more, cursor = page.has_more, page.next_cursor
      end
      self
    end

    # The namespaces directly below another one, or all the uppermost ones.
    #
    # @param under [String, nil]
    # @return [Array<Namespace>]
    def namespaces(under = nil)
      Pages.namespaces(:namespace, :strongroom_namespaces, @handle, *Text.pair_or_nil(under))
    end

    # @return [Array<TagCount>] every key of tags
    def tag_keys
      Pages.tag_counts(:strongroom_tag_keys, @handle)
    end

    # @param key [String]
    # @return [Array<TagCount>] every value of the tags of one key
    def tag_values(key)
      Pages.tag_counts(:strongroom_tag_values, @handle, *Text.pair(key))
    end

    # Counts secrets, versions and bytes below a namespace, or everywhere. It takes a look at each secret.
    #
    # @param under [String, nil]
    # @return [Stats]
    def stats(under = nil)
      counts = Call.sized(Native::Counts)
      found = Pages.namespaces(:namespace_stats, :strongroom_stats, @handle, *Text.pair_or_nil(under), counts)
      Items.stats(counts, found)
    end

    # @return [Policy] how many versions are kept, how long the trash is, and what passphrases cost at least
    def policy
      Policy.new(self)
    end
  end
end
