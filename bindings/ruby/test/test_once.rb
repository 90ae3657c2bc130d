# frozen_string_literal: true

require_relative "helper"

# Changes with idempotency keys, which happen once.
class TestOnce < Minitest::Test
  include Helper

  # Every change, on a store that is made for it; with what makes it another call.
  CHANGES = {
    put: [["a", "2"], ["a", "3"]],
    update: [["a", { description: "d" }], ["a", { description: "e" }]],
    rotate: [["a", "2", { grace: 60 }], ["a", "2", { grace: 61 }]],
    rollback: [["b", 1], ["b", 2]],
    rename: [%w[a c], %w[a d]],
    rename_prefix: [%w[in on], %w[in out]],
    delete: [["a"], ["b"]],
    restore: [["gone"], ["gone", { to: "back" }]],
    destroy: [["a"], ["b"]],
    delete_version: [["b", 1], ["b", 2]],
    restore_version: [["b", 1], ["b", 2]],
    destroy_version: [["b", 1], ["b", 2]],
    revoke_version: [["b", 1], ["b", 2]]
  }.freeze
  # Those whose results are a number, or nothing.
  SILENT = %i[rename_prefix destroy].freeze

  CHANGES.each do |name, (same, other)|
    define_method("test_#{name}_happens_once") do
      in_memory do |store|
        fill(store)
        first = change(store, name, same)
        refute_predicate store, :replayed?
        before = state(store)
        again = change(store, name, same)
        SILENT.include?(name) ? assert_equal([first], [again]) : check_replayed(first, again)
        assert_predicate store, :replayed?
        assert_equal before, state(store)
        error = assert_raises(Strongroom::IdempotencyConflictError) { change(store, name, other) }
        assert_equal [14, "idempotency_conflict", false], [error.code, error.name, error.retryable?]
        assert_equal before, state(store)
      end
    end
  end

  def test_a_change_is_remembered_behind_opening_again
    folder do |folder|
      clock = Strongroom::ManualClock.new(START)
      options = { raw_key: "k" * 32, clock: clock }
      token = Strongroom::Generator.token
      first = Strongroom::Store.create("#{folder}/store", **options) do |store|
        store.put("a", generate: token, idempotency_key: "1")
      end
      Strongroom::Store.open("#{folder}/store", **options) do |store|
        value = store["a"].reveal
        assert_equal first.to_h.merge(replayed: true), store.put("a", generate: token, idempotency_key: "1").to_h
        assert_operator store["a"], :==, value
        clock.advance(86_399)
        assert store.put("a", generate: token, idempotency_key: "1").replayed?
        clock.advance(2)
        refute store.put("a", generate: token, idempotency_key: "1").replayed?
        assert_equal 2, store.info("a").version
      end
    ensure
      clock&.close
    end
  end

  def test_the_window_can_be_set
    in_memory do |store, clock|
      assert_equal 86_400, store.policy.idempotency_window
      store.policy.idempotency_window = "7d"
      assert_equal 7 * 86_400, store.policy.idempotency_window
      store.policy.idempotency_window = 60
      store.put("a", "1", idempotency_key: "1")
      clock.advance(59)
      assert store.put("a", "1", idempotency_key: "1").replayed?
      clock.advance(1)
      refute store.put("a", "1", idempotency_key: "1").replayed?
      [59, 31 * 86_400].each do |wrong|
        assert_raises(Strongroom::InvalidArgumentError) { store.policy.idempotency_window = wrong }
      end
      assert_raises(RangeError) { store.policy.idempotency_window = 60.5 }
      assert_raises(TypeError) { store.policy.idempotency_window = nil }
      store.transaction { |tx| tx.policy.idempotency_window = tx.policy.idempotency_window + 1 }
      assert_equal 61, store.policy.idempotency_window
    end
  end

  def test_what_failed_is_not_remembered
    in_memory do |store|
      assert_raises(Strongroom::NotFoundError) { store.delete("a", idempotency_key: "1") }
      store["a"] = "1"
      refute store.delete("a", idempotency_key: "1").replayed?
      assert store.delete("a", idempotency_key: "1").replayed?
    end
  end

  def test_a_key_counts_for_one_operation
    in_memory do |store|
      refute store.put("a", "1", idempotency_key: "1").replayed?
      refute store.delete("a", idempotency_key: "1").replayed?
      refute store.restore("a", idempotency_key: "1").replayed?
      assert_equal [false] * 3, [store.put("a", "1"), store.info("a"), store.versions("a").first].map(&:replayed?)
    end
  end

  def test_a_handle_can_have_a_key_of_its_own
    in_memory do |store|
      store.with(idempotency_key: "1", reason: "why") do |once|
        assert_equal [false, true], Array.new(2) { once.put("a", "1").replayed? }
        assert_raises(Strongroom::IdempotencyConflictError) { once["a"] = "2" }
        refute once.put("a", "2", idempotency_key: "2").replayed?
        once.transaction { |tx| assert tx.put("a", "1").replayed? }
        once.with { |plain| 2.times { refute plain.put("a", "1").replayed? } }
      end
      # The conflict is among them.
      assert_equal ["why", "why", "why", nil, nil], store.audit.map(&:reason)
    end
  end

  def test_a_handle_tells_whether_its_last_change_was_replayed
    in_memory do |store|
      refute_predicate store, :replayed?
      store["a"] = "1"
      said = Array.new(2) { store.destroy("a", idempotency_key: "1").then { store.replayed? } }
      assert_equal [false, true], said
      assert_raises(Strongroom::NotFoundError) { store.delete("none") }
      assert_predicate store, :replayed?
      store["in/b"] = "1"
      refute_predicate store, :replayed?
      store.with(idempotency_key: "2") do |once|
        refute_predicate once, :replayed?
        once.rename_prefix("in", "on")
        once.transaction do |tx|
          refute_predicate tx, :replayed?
          tx.rename_prefix("in", "on")
          assert_predicate tx, :replayed?
        end
        refute_predicate once, :replayed?
      end
      refute_predicate store, :replayed?
    end
  end

  def test_what_a_handle_says_stays_with_a_key
    in_memory do |store|
      labels = { "app" => +"backup" }
      store.with(labels: labels, reason: "nightly", request_id: "7") do |nightly|
        labels["app"] << "!"
        nightly.put("a", "1", idempotency_key: "1")
      end
      event = store.audit.first
      assert_equal [{ "app" => "backup" }, "nightly", "7"], [event.labels, event.reason, event.request_id]
    end
  end

  def test_a_transaction_takes_no_keys
    in_memory do |store|
      fill(store)
      CHANGES.each do |name, (same, _)|
        store.transaction do |tx|
          error = assert_raises(Strongroom::InvalidArgumentError) { change(tx, name, same) }
          assert_match(/a transaction takes no idempotency keys/, error.message)
          refute tx.put("other", "1").replayed?
          tx.abort
        end
      end
    end
  end

  def test_keys_that_break_a_rule_are_refused
    in_memory do |store|
      ["", "x" * 256, "two\nlines"].each do |wrong|
        assert_raises(Strongroom::InvalidArgumentError) { store.put("a", "1", idempotency_key: wrong) }
      end
      assert_raises(TypeError) { store.put("a", "1", idempotency_key: 7) }
      assert store.empty?
      store.put("a", "1", idempotency_key: "x" * 255)
    end
  end

  def test_of_many_threads_one_makes_the_change
    in_memory do |store|
      store.with(idempotency_key: "1") do |shared|
        threads = Array.new(8) { Thread.new { shared.put("a", "1").replayed? } }
        assert_equal 1, threads.map(&:value).count(false)
      end
      assert_equal 1, store.info("a").version
    end
  end

  def test_handles_of_single_calls_are_freed
    in_memory do |store|
      assert_frees_all do
        10.times { store.put("a", "1", idempotency_key: "1") }
        10.times { assert_raises(Strongroom::IdempotencyConflictError) { store.put("a", "2", idempotency_key: "1") } }
      end
    end
  end

  private

  def fill(store)
    store["a"] = "1"
    3.times { |number| store["b"] = number.to_s }
    store["in/side"] = "1"
    store["gone"] = "1"
    store.delete("gone")
  end

  def check_replayed(first, again)
    assert_equal [false, true], [first.replayed?, again.replayed?]
    assert_equal first.to_h.merge(replayed: true), again.to_h
    assert_instance_of first.class, again
    assert_predicate again, :frozen?
  end

  def change(on, name, arguments)
    *positional, named = arguments.last.is_a?(Hash) ? arguments : [*arguments, {}]
    on.public_send(name, *positional, **named, idempotency_key: "order-4711")
  end

  # All that a change could change.
  def state(store)
    store.scan(state: :all).map { |info| [info, info.deleted_at ? [] : store.versions(info.path)] }
  end
end
