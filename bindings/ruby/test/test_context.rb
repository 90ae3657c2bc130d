# frozen_string_literal: true

require_relative "helper"

# Handles of a store that say something of their calls.
class TestContext < Minitest::Test
  include Helper

  def test_another_handle_is_of_the_same_store
    in_memory do |store|
      result = store.with(labels: { app: "backup", "night" => "" }, reason: "nightly", request_id: "7") do |nightly|
        assert_instance_of Strongroom::Store, nightly
        refute_same store, nightly
        nightly["a"] = "1"
        nightly.transaction { |tx| tx.rotate("a", "2", grace: 60) }
        assert_operator store["a"], :==, "2"
        assert_operator nightly.verify.events, :>=, 2
        :done
      end
      assert_equal :done, result
      store.with(labels: %w[bare]) { |other| assert_equal ["a"], other.keys }
      store.with { |other| other.with(reason: "again") { |another| assert_operator another["a"], :==, "2" } }
    end
  end

  def test_the_end_of_a_block_closes_the_other_handle_alone
    in_memory do |store|
      kept = []
      assert_raises(ZeroDivisionError) { store.with { |other| (kept << other) && (1 / 0) } }
      catch(:enough) { store.with { |other| (kept << other) && throw(:enough) } }
      kept << store.with { |other| other }
      assert_equal [true] * 3, kept.map(&:closed?)
      kept.each { |other| assert_raises(Strongroom::ClosedError) { other["a"] } }
      refute store.closed?
      store["a"] = "1"
    end
  end

  def test_closing_the_store_closes_the_others
    assert_frees_all do
      store = Strongroom::Store.in_memory
      one = store.with(reason: "one")
      two = one.with(reason: "two")
      store.close
      [one, two].each do |other|
        assert other.closed?
        assert_raises(Strongroom::ClosedError) { other.put("a", "1") }
        2.times { assert_nil other.close }
      end
    end
  end

  def test_a_handle_keeps_its_store
    folder do |folder|
      other = Strongroom::Store.create("#{folder}/store", raw_key: "k" * 32).with(reason: "kept")
      make_garbage { Array.new(1000) { "garbage" * 10 } }
      other["a"] = "1"
      assert_operator other["a"], :==, "1"
      other.instance_variable_get(:@of).close
      other.close
    end
  end

  def test_handles_that_nobody_closes_are_freed
    in_memory do |store|
      before = settled
      make_garbage { 50.times { store.with(labels: { "a" => "b" }) } }
      assert_operator Strongroom.live_objects, :<, before + 25
    end
  end

  def test_many_threads_say_different_things
    in_memory do |store|
      threads = Array.new(4) do |number|
        Thread.new { store.with(labels: { "thread" => number.to_s }) { |own| 10.times { own["t/#{number}"] = "x" } } }
      end
      threads.each(&:value)
      assert_equal 4, store.size
    end
  end

  def test_locking_locks_all
    on_disk do |store|
      store.with(reason: "lock") do |other|
        other.lock
        assert store.locked?
        assert_raises(Strongroom::LockedError) { store["a"] }
        other.unlock(passphrase: "open sesame")
      end
      store["a"] = "1"
    end
  end

  def test_texts_that_break_a_rule_are_refused
    in_memory do |store|
      { Strongroom::InvalidArgumentError => [{ reason: "x" * 257 }, { reason: "two\nlines" }, { request_id: "x" * 129 },
                                             { labels: { "" => "empty" } }, { labels: { "a=b" => "" } }, { reason: "\xFF" }],
        TypeError => [{ reason: 7 }, { request_id: :seven }, { labels: "app" }, { labels: { "a" => 1 } }, { labels: nil }],
        ArgumentError => [{ colour: "red" }] }.each do |kind, wrong|
        wrong.each { |said| assert_raises(kind) { store.with(**said) { flunk } } }
      end
      store.with(reason: "x" * 256, request_id: "x" * 128) { |other| other["a"] = "1" }
      refute_respond_to store.transaction.tap(&:abort), :with
    end
  end
end
