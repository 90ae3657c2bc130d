# frozen_string_literal: true

require_relative "helper"

# Several writes that are one.
class TestTransactions < Minitest::Test
  include Helper

  def test_a_transaction_is_seen_whole_or_not_at_all
    in_memory do |store|
      result = store.transaction do |tx|
        tx.put("a", "1")
        tx["b"] = "2"
        assert_operator tx["a"], :==, "1"
        assert_equal 2, tx.size
        refute store.key?("a")
        :done
      end
      assert_equal :done, result
      assert_operator store["b"], :==, "2"
    end
  end

  def test_an_exception_rolls_back
    in_memory do |store|
      store["a"] = "1"
      assert_raises(ZeroDivisionError) do
        store.transaction do |tx|
          tx.delete("a")
          tx["b"] = (1 / 0).to_s
        end
      end
      assert_equal ["a"], store.keys
    end
  end

  def test_leaving_the_block_early_rolls_back
    in_memory do |store|
      store.transaction do |tx|
        tx["a"] = "1"
        break
      end
      catch(:enough) do
        store.transaction do |tx|
          tx["a"] = "1"
          throw :enough
        end
      end
      return_from(store)
      thread = Thread.new do
        store.transaction do |tx|
          tx["a"] = "1"
          Thread.exit
        end
      end
      thread.join
      assert_empty store
      store.transaction do |tx|
        tx["a"] = "1"
        next
      end
      assert_equal ["a"], store.keys
    end
  end

  def test_it_can_end_early
    in_memory do |store|
      store.transaction do |tx|
        tx["a"] = "1"
        tx.commit
        assert_raises(Strongroom::ClosedError) { tx["b"] = "1" }
      end
      assert_operator store["a"], :==, "1"
      kept = store.transaction do |tx|
        tx["a"] = "2"
        tx.abort
        tx.abort
        tx
      end
      assert_operator store["a"], :==, "1"
      assert_raises(Strongroom::ClosedError) { kept.get("a") }
      assert_raises(Strongroom::ClosedError) { kept.commit }
    end
  end

  def test_one_without_a_block_is_ended_by_hand
    in_memory do |store|
      tx = store.transaction
      tx["a"] = "1"
      tx.commit
      assert store.key?("a")
    end
  end

  def test_a_change_that_failed_cannot_be_committed
    in_memory do |store|
      assert_raises(Strongroom::InvalidArgumentError) do
        store.transaction do |tx|
          tx["a"] = "1"
          begin
            tx.put("a", "2", expect: :absent)
          rescue Strongroom::AlreadyExistsError
            nil
          end
        end
      end
      assert_empty store
      store["a"] = "1"
    end
  end

  def test_garbage_is_rolled_back
    stores = Array.new(20) { Strongroom::Store.in_memory(write_wait_seconds: 0) }
    make_garbage { stores.each { |store| store.transaction["a"] = "1" } }
    # Ruby may still see one of them on some stack.
    free = stores.select { |store| writable?(store) }
    assert_operator free.size, :>=, 15
    assert_equal [["b"]], free.map(&:keys).uniq
    free.each(&:close)
  end

  def test_the_store_refuses_writes_of_the_same_thread
    in_memory do |store|
      store.transaction do |tx|
        assert_raises(Strongroom::ReentrantError) { store["a"] = "1" }
        assert_raises(Strongroom::ReentrantError) { store.close }
        assert_raises(Strongroom::ReentrantError) { store.transaction }
        tx["a"] = "2"
      end
      assert_operator store["a"], :==, "2"
    end
  end

  def test_policy_is_part_of_it
    in_memory do |store|
      store.transaction do |tx|
        tx.policy.set("a", max_versions: 1)
        assert_equal 1, tx.policy.get("a").max_versions
        assert_nil store.policy.get("a").max_versions
      end
      assert_equal 1, store.policy.get("a").max_versions
    end
  end

  # A store that is closed before its transaction has ended refuses, and would never be closed.
  def test_garbage_of_both_is_ended_in_order
    before = settled
    make_garbage { 50.times { Strongroom::Store.in_memory.transaction["a"] = "1" } }
    # Ruby may still see one of them on some stack.
    assert_operator Strongroom.live_objects - before, :<=, 10
  end

  private

  def writable?(store)
    store["b"] = "2"
  rescue Strongroom::InUseError
    false
  end

  def return_from(store)
    store.transaction do |tx|
      tx["a"] = "1"
      return
    end
  end
end
