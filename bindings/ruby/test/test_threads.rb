# frozen_string_literal: true

require_relative "helper"
require "minitest/mock"
require "timeout"

# Many threads on one store, and threads that are interrupted.
class TestThreads < Minitest::Test
  include Helper

  COSTLY = Strongroom::KdfCost.new(memory_kib: 64 * 1024, passes: 6, lanes: 1)

  def test_other_threads_run_while_a_key_is_derived
    shares = shares_stood_still(NATIVE.method(:strongroom_open)) { |share| share < 0.5 }
    assert_operator shares.last, :<, 0.5, "another thread stood still for these parts of the call: #{shares}"
  end

  # What the test above would see if the call did not let other threads run.
  def test_other_threads_stand_still_in_a_call_that_holds_them
    holding = FFI::Function.new(:int32, NATIVE::FUNCTIONS.fetch(:strongroom_open)[1],
                                NATIVE::LIBRARY.find_function("strongroom_open"), blocking: false)
    shares = shares_stood_still(holding) { |share| share >= 0.5 }
    assert_operator shares.last, :>=, 0.5, "another thread stood still for these parts of the call: #{shares}"
  end

  def test_many_threads_read_while_one_writes
    in_memory do |store|
      store["a"] = "0"
      stop = false
      readers = Array.new(8) { Thread.new { read_until(store) { stop } } }
      1.upto(99) { |number| store["a"] = number.to_s }
      stop = true
      readers.each(&:value)
    end
  end

  def test_closing_under_readers_gives_closed_errors
    store = Strongroom::Store.in_memory(**PATIENT)
    store["a"] = "x" * 1000
    ready = Queue.new
    readers = Array.new(8) do
      Thread.new do
        ready << true
        loop do
          store.get("a") { |secret| raise "cut off" unless secret.value.bytesize == 1000 }
          store.get_many(%w[a b]) { |found| raise "cut off" unless found.size == 2 }
        end
      rescue Strongroom::Error => error
        error
      end
    end
    8.times { ready.pop }
    sleep 0.01
    store.close
    assert_equal [Strongroom::ClosedError] * 8, readers.map { |reader| reader.value.class }
  end

  def test_writers_of_several_threads_wait_for_each_other
    in_memory do |store|
      store["count"] = "0"
      writers = Array.new(4) do |number|
        Thread.new do
          20.times do
            store.transaction { |tx| tx["count"] = (Integer(tx["count"].reveal) + 1).to_s }
            store["writer/#{number}"] = "x"
          end
        end
      end
      writers.each(&:value)
      assert_operator store["count"], :==, "80"
    end
  end

  def test_one_secret_is_used_and_wiped_by_many_threads
    50.times do
      secret = Strongroom::SecretBytes.new("abc" * 1000)
      users = Array.new(4) do
        Thread.new do
          100.times { raise "torn" unless secret == "abc" * 1000 }
        rescue Strongroom::ClosedError
          :closed
        end
      end
      secret.wipe
      users.each(&:value)
      assert secret.wiped?
    end
  end

  def test_what_is_known_of_a_secret_is_read_while_others_wipe_it
    in_memory do |store|
      store.put("a", "1", description: "d" * 4000, tags: { "x" => "y" * 60 })
      200.times do
        secret = store.get("a")
        readers = Array.new(3) do
          Thread.new do
            info = secret.info
            raise "torn" unless info.description == "d" * 4000
          rescue Strongroom::ClosedError
            :closed
          end
        end
        secret.wipe
        readers.each(&:value)
      end
    end
  end

  # Wherever a thread is interrupted, nothing that it was given stays behind.
  def test_threads_that_are_killed_leave_nothing_behind
    random = Random.new(seed)
    on_disk do |store, file|
      store["a"] = "1"
      before = settled
      200.times do
        thread = Thread.new { loop { use(store, file) } }
        thread.report_on_exception = false
        sleep random.rand(0.004)
        random.rand < 0.5 ? thread.kill : thread.raise(Interrupt)
        begin
          flunk "seed #{seed}" unless thread.join(END_SECONDS)
        rescue Interrupt
          nil
        end
      end
      assert_operator settled, :<=, before, "seed #{seed}"
      store["a"] = "2"
    end
  end

  def test_a_timeout_lets_the_file_go
    folder do |folder|
      file = "#{folder}/store"
      Strongroom::Store.create(file, passphrase: "p", kdf: COSTLY).close
      5.times do |index|
        assert_raises(Timeout::Error) { Timeout.timeout(0.001 + (index * 0.02)) { open_and_sleep(file) } }
      end
      Strongroom::Store.open(file, passphrase: "p").close
    end
  end

  private

  def open_and_sleep(file)
    Strongroom::Store.open(file, passphrase: "p").close
    sleep
  end

  # Looks until it finds what the block asks for. Other processes make either thread stand still as well, but not each time.
  def shares_stood_still(call)
    folder do |folder|
      shares = []
      shares << share_stood_still(folder, call) until shares.size == 50 || (shares.any? && yield(shares.last))
      return shares
    end
  end

  # For which part of this call another thread stood still. What comes before and behind it in opening and closing
  # holds nobody, and may take any time.
  def share_stood_still(folder, call)
    file = "#{folder}/store"
    Strongroom::Store.create(file, passphrase: "p", kdf: COSTLY).close unless File.exist?(file)
    share = nil
    measured = lambda do |*arguments|
      status = nil
      gap, took = longest_gap { status = call.call(*arguments) }
      share = gap / took
      status
    end
    NATIVE.stub(:strongroom_open, measured) { Strongroom::Store.open(file, passphrase: "p").close }
    share
  end

  # The longest time that another thread stood still during the block, and how long the block took.
  def longest_gap
    gap = 0.0
    stop = false
    ticking = Queue.new
    ticker = Thread.new do
      last = now
      ticking << true
      until stop
        # Looked at once, or the time between two looks would be in no gap.
        at = now
        gap = [gap, at - last].max
        last = at
        Thread.pass
      end
      [gap, now - last].max
    end
    ticking.pop
    began = now
    yield
    took = now - began
    stop = true
    [ticker.value, took]
  end

  def now
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  def read_until(store)
    last = 0
    until yield
      store.get("a") do |secret|
        number = Integer(secret.value.reveal)
        raise "went back" if number < last || secret.info.version < secret.version

        last = number
      end
    end
  end

  def use(store, file)
    store.get("a") { |secret| secret.info.path }
    store.put("b", "2", tags: ["x"])
    store.list(count: true)
    store.get_many(%w[a missing]) { |found| found }
    store.transaction { |tx| tx["c"] = "3" }
    store.stats
    store.key?("missing")
    Strongroom::Store.open(file, passphrase: "open sesame")
  rescue Strongroom::InUseError
    nil
  end
end
