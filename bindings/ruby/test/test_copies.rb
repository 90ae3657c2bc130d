# frozen_string_literal: true

require_relative "helper"
require "timeout"

# Copies, and the procs that are told how far they are.
class TestCopies < Minitest::Test
  include Helper
  Store = Strongroom::Store

  # Raised by procs.
  class StopError < StandardError
  end

  def test_backups
    on_disk do |store, file|
      store["a"] = "1"
      told = []
      copied = store.backup("#{file}.copy", progress: ->(done, total) { told << [done, total] })
      assert_equal 1, copied.verified.secrets
      assert_equal File.size("#{file}.copy"), copied.file_len
      refute_empty told
      assert(told.all? { |done, total| done <= total })
      assert_equal ["#{file}.copy"], store.health.copies_beside
      assert_instance_of Time, store.health.last_backup_at
      Store.open("#{file}.copy", passphrase: "open sesame", read_only: true) { |copy| assert_operator copy["a"], :==, "1" }
    end
  end

  def test_copies_that_replace_the_store
    on_disk do |store, file|
      20.times { |index| store["a"] = index.chr * 1000 }
      assert_equal 1, store.compact.verified.secrets
      store.slots.add_recovery_code
      assert_raises(Strongroom::InvalidArgumentError) { store.purge }
      assert_operator store.purge(drop_other_slots: true).generation, :>, 0
      assert_equal 1, store.slots.list.size
      store.rekey(passphrase: "new", label: "after", kdf: Strongroom::KdfCost.new(memory_kib: 64 * 1024, passes: 3, lanes: 4))
      assert_equal([[:passphrase, "after"]], store.slots.list.map { |slot| [slot.kind, slot.label] })
      assert_equal 1000, store["a"].bytesize
      store.close
      assert_raises(Strongroom::WrongKeyError) { Store.open(file, passphrase: "open sesame") }
      Store.open(file, passphrase: "new").close
    end
  end

  COPIES = { backup: ->(store, file, progress) { store.backup("#{file}.copy", progress: progress) },
             compact: ->(store, _, progress) { store.compact(progress: progress) },
             purge: ->(store, _, progress) { store.purge(progress: progress) },
             rekey: ->(store, _, progress) { store.rekey(passphrase: "new", kdf: CHEAP, progress: progress) } }.freeze

  COPIES.each do |name, copy|
    [StopError, Interrupt, SystemExit, NoMemoryError].each do |error|
      define_method("test_#{name}_is_cancelled_by_#{error.name.split("::").last}") do
        untouched do |store, file|
          raised = assert_raises(error) { copy.call(store, file, ->(_, _) { raise error, "enough" }) }
          assert_equal "enough", raised.message
        end
      end
    end

    define_method("test_#{name}_is_cancelled_by_a_throw") do
      untouched do |store, file|
        assert_raises(Strongroom::CancelledError) do
          catch(:enough) { copy.call(store, file, ->(_, _) { throw :enough }) }
        end
      end
    end
  end

  def test_break_and_return_cannot_go_through_c
    untouched do |store, file|
      assert_raises(Strongroom::CancelledError) { returning(store, file) }
      assert_raises(Strongroom::CancelledError, LocalJumpError) { [1].each { store.compact(progress: proc { break }) } }
    end
  end

  def test_a_thread_that_ends_itself_cancels
    untouched do |store|
      thread = Thread.new do
        Thread.current.report_on_exception = false
        store.compact(progress: proc { Thread.exit })
      end
      assert_raises(Strongroom::CancelledError) { thread.value }
    end
  end

  def test_a_thread_that_is_killed_cancels_and_ends
    untouched do |store|
      inside = Queue.new
      ended = []
      thread = Thread.new do
        store.compact(progress: proc { (inside << true) && sleep(0.01) until Thread.pending_interrupt? })
        ended << :went_on
      ensure
        ended << :ensured
      end
      inside.pop
      thread.kill
      assert_same thread, thread.join(120)
      assert_nil thread.value
      assert_equal [:ensured], ended
    end
  end

  def test_a_timeout_cancels_and_comes_out
    untouched do |store|
      waiting = proc { sleep(0.01) until Thread.pending_interrupt? }
      assert_raises(Timeout::Error) { Timeout.timeout(0.1) { store.compact(progress: waiting) } }
      assert_raises(StopError) { Timeout.timeout(0.1, StopError) { store.compact(progress: waiting) } }
    end
  end

  def test_a_proc_may_use_the_store
    on_disk do |store, file|
      store["a"] = "1"
      seen = []
      store.backup("#{file}.copy", progress: proc { seen << store["a"].reveal })
      assert_equal ["1"], seen.uniq
    end
  end

  def test_other_threads_use_the_store_while_a_proc_waits_for_them
    on_disk do |store, file|
      store["a"] = "1"
      store.backup("#{file}.copy", progress: proc { Thread.new { store["a"] = "2" }.join })
      assert_operator store["a"], :==, "2"
    end
  end

  def test_a_proc_is_let_go
    gone = []
    on_disk do |store, file|
      make_garbage do
        tellers = Array.new(10) { |index| ->(_, _) { index } }
        tellers.each_with_index do |tell, index|
          ObjectSpace.define_finalizer(tell, TestCopies.noting(gone))
          store.backup("#{file}.#{index}", progress: tell)
        end
        tellers.clear
      end
    end
    # Ruby may still see one of them on some stack.
    assert_operator gone.size, :>=, 7
  end

  def self.noting(gone)
    proc { |id| gone << id }
  end

  private

  # A store that is as it was behind the block.
  def untouched
    on_disk do |store, file|
      store["a"] = "1"
      pin = store.pin
      yield store, file
      assert_operator store["a"], :==, "1"
      assert_equal pin, store.pin
      assert_equal [File.basename(file)], Dir.children(File.dirname(file))
      store["a"] = "2"
    end
  end

  def returning(store, file)
    store.backup("#{file}.copy", progress: proc { return :returned })
  end
end
