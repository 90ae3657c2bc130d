# frozen_string_literal: true

require_relative "helper"

# Lists, counts and tags.
class TestListing < Minitest::Test
  include Helper

  def full
    in_memory do |store, clock|
      6.times do |index|
        tags = { "env" => index.odd? ? "prod" : "test", (index.even? ? "even" : "odd") => "" }
        store.put("team/#{index < 3 ? "db" : "mail"}/#{index}", index.to_s, tags: tags, tier: index == 5 ? :critical : nil)
        clock.advance(1)
      end
      store.put("alone", "x")
      yield store
    end
  end

  # Something that can be gone through a single time.
  def given_once(items)
    items = items.dup
    Class.new do
      include Enumerable

      define_method(:each) { |&block| block.call(items.shift) until items.empty? }
    end.new
  end

  def paths(page)
    page.items.map(&:path)
  end

  def test_pages_follow_each_other
    full do |store|
      first = store.list(limit: 3, count: true)
      assert_equal [3, 7, true], [first.items.size, first.total, first.has_more]
      second = store.list(limit: 10, cursor: first.next_cursor)
      assert_equal [4, nil, false, nil], [second.items.size, second.total, second.has_more, second.next_cursor]
      assert_equal paths(first) + paths(second), store.scan(limit: 2).map(&:path)
      assert_equal store.keys, store.scan(limit: 2).map(&:path)
      assert_raises(Strongroom::InvalidCursorError) { store.list(cursor: "made up") }
      assert_raises(Strongroom::LimitExceededError) { store.list(limit: 100_000) }
    end
  end

  # What ends a loop of Ruby's is the caller's own.
  def test_whatever_the_block_raises_comes_out
    full do |store|
      walks = [->(&block) { store.each(&block) }, ->(&block) { store.map(&block) }, ->(&block) { store.scan(limit: 2, &block) },
               ->(&block) { store.audit.each(limit: 2, &block) }, ->(&block) { store.audit.map(&block) }]
      walks.each do |walk|
        raised = assert_raises(StopIteration) { walk.call { raise StopIteration, "enough" } }
        assert_equal "enough", raised.message
      end
    end
  end

  def test_tests
    full do |store|
      assert_equal %w[team/db/0 team/db/1 team/db/2], paths(store.list("team/db"))
      assert_equal %w[team/db/1], paths(store.list("team/db", tags: { "env" => "prod" }))
      assert_equal %w[team/db/0 team/db/2 team/mail/4], paths(store.list(tags: ["even"]))
      assert_equal 3, store.list(has_tags: %w[env odd]).items.size
      assert_equal %w[alone], paths(store.list(without_tags: ["env"]))
      assert_equal %w[team/mail/5], paths(store.list(tier: :critical))
      assert_equal %w[alone team/mail/5], paths(store.list(updated_since: START + 5))
      assert_equal %w[alone team/mail/5], paths(store.list(sort: :updated, limit: 2))
      store.delete("alone")
      assert_equal %w[alone], paths(store.list(state: :trash))
      assert_equal 7, store.scan(state: :all).count
      assert_same store, store.scan("team") { |info| assert info.path.start_with?("team/") }
    end
  end

  # The store knows milliseconds: what happened within one is of its beginning.
  def test_a_fraction_of_a_millisecond_is_dropped_from_a_lower_bound
    in_memory do |store|
      before = START + Rational(999, 1_000_000)
      store["a"] = "1"
      assert_equal %w[a], paths(store.list(updated_since: before))
      assert_equal %w[a], store.scan(updated_since: before).map(&:path)
      assert_empty paths(store.list(updated_since: START + Rational(1, 1000)))
    end
  end

  # Each page asks anew, and so does each walk of an enumerator.
  def test_what_gives_its_items_once_is_good_for_every_page
    full do |store|
      [{ has_tags: %w[env] }, { without_tags: %w[odd] }, { tags: %w[even] }].each do |asked|
        expected = store.scan(**asked).map(&:path)
        assert_operator expected.size, :>=, 3
        assert_equal expected, store.scan(limit: 1, **asked.transform_values { |keys| given_once(keys) }).map(&:path)
        walk = store.scan(limit: 1, **asked.transform_values { |keys| given_once(keys) })
        assert_equal [expected, expected], [walk.map(&:path), walk.map(&:path)]
      end
      walk = store.audit.each(type: given_once(%w[secret.created]), limit: 2)
      assert_equal [7, 7], [walk.count, walk.count]
    end
  end

  def test_what_a_block_changes_is_not_asked_for
    full do |store|
      tags, keys, types = { "env" => "prod" }, %w[env], %w[secret.created]
      found = []
      store.scan(limit: 1, tags: tags, has_tags: keys) do |info|
        tags["other"] = "1"
        keys << "other"
        found << info.path
      end
      assert_equal %w[team/db/1 team/mail/3 team/mail/5], found
      assert_equal(7, store.audit.each(type: types, limit: 1) { types << "secret.deleted" }.count)
    end
  end

  def test_levels
    full do |store|
      page = store.list(recursive: false)
      assert_equal %w[alone], paths(page)
      assert_equal [Strongroom::Namespace.new(path: "team", secrets: 6)], page.namespaces
      assert_equal [["team/db", 3], ["team/mail", 3]], store.namespaces("team").map(&:to_a)
      assert_equal [Strongroom::Namespace.new(path: "team", secrets: 6)], store.namespaces
    end
  end

  def test_tags_are_counted
    full do |store|
      assert_equal [["env", 6], ["even", 3], ["odd", 3]], store.tag_keys.map(&:to_a)
      assert_equal [["prod", 3], ["test", 3]], store.tag_values("env").map(&:to_a)
    end
  end

  def test_stats
    full do |store|
      store.put("team/db/0", "longer")
      store.delete("alone")
      stats = store.stats
      assert_equal [6, 7, 12], [stats.live_secrets, stats.live_versions, stats.live_value_bytes]
      assert_equal [1, 1, 1], [stats.trash_secrets, stats.trash_versions, stats.trash_value_bytes]
      assert_equal [["team", 6, 7, 12]], stats.namespaces.map(&:to_a)
      assert_operator stats.file_bytes, :>=, stats.used_bytes
      assert_operator stats.used_bytes, :>, 0
      assert_equal %w[db mail], store.stats("team").namespaces.map(&:name)
    end
  end
end
