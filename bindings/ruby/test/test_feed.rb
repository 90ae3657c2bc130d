# frozen_string_literal: true

require_relative "helper"
require "minitest/mock"
require "timeout"

# Being told of changes, and coming back for them.
class TestFeed < Minitest::Test
  include Helper

  # Raised by blocks.
  class StopError < StandardError
  end

  def test_a_subscription_is_told_what_is_durable
    in_memory do |store|
      told = []
      subscription = store.subscribe { |event| told << [event, Thread.current, store.audit.get(event.id).durable?] }
      refute_predicate subscription, :closed?
      store["a/b"] = "secret value"
      store.transaction { |tx| %w[c d].each { |path| tx[path] = "1" } }
      writer = Thread.new { store.with(reason: "why") { |other| other.delete("c") } }.tap(&:join)
      assert_equal store.changes, told.map(&:first)
      assert_equal [["secret.created", "a/b"], %w[secret.created c], %w[secret.created d], %w[secret.deleted c]],
                   told.map { |event, *| [event.type, event.path] }
      assert_equal [Thread.current, Thread.current, Thread.current, writer], told.map { |one| one[1] }
      assert(told.all?(&:last))
      assert_equal "why", told.last.first.reason
      assert_predicate told.first.first, :frozen?
      refute_includes told.inspect, "secret value"
      assert_equal "#<Strongroom::Subscription>", subscription.inspect
    end
  end

  def test_a_subscription_is_told_what_it_asks_for
    in_memory do |store|
      told = Hash.new { |all, name| all[name] = [] }
      { one: { types: "secret.updated" }, some: { types: ["secret.*"], under: "a" }, all: {} }.each do |name, which|
        store.subscribe(**which) { |event| told[name] << "#{event.type} #{event.path}" }
      end
      store["a/b"] = "1"
      store["a/b"].wipe
      store["ab"] = "2"
      store["a/b"] = "3"
      created, updated = "secret.created a/b", "secret.updated a/b"
      assert_equal({ one: [updated], some: [created, "secret.accessed a/b", updated],
                     all: [created, "secret.created ab", updated] }, told)
    end
  end

  def test_what_breaks_a_rule_is_refused
    in_memory do |store|
      assert_raises(ArgumentError) { store.subscribe }
      assert_raises(Strongroom::InvalidArgumentError) { store.subscribe(types: "no such") { nil } }
      assert_raises(Strongroom::InvalidArgumentError) { store.subscribe(under: "/") { nil } }
      assert_raises(TypeError) { store.subscribe(types: 7) { nil } }
      assert_raises(Strongroom::InvalidArgumentError) { store.changes(types: ["no such"]) }
      [0, 1001].each { |limit| assert_raises(Strongroom::LimitExceededError) { store.changes(limit: limit) } }
      assert_raises(RangeError) { store.changes(after: -1) }
      assert_raises(RangeError) { store.wait_changes(0, timeout: -1) }
      assert_raises(TypeError) { store.wait_changes("0", timeout: 1) }
      assert_empty store.subscriptions
      store.lock
      assert_raises(Strongroom::LockedError) { store.subscribe { nil } }
      assert_raises(Strongroom::LockedError) { store.wait_changes(0, timeout: 1) }
    end
  end

  def test_closing_ends_it_also_twice
    in_memory do |store|
      told = 0
      subscription = store.subscribe { told += 1 }
      store["a"] = "1"
      2.times { assert_nil subscription.close }
      assert_predicate subscription, :closed?
      store["a"] = "2"
      assert_equal 1, told
      assert_raises(TypeError) { subscription.dup }
    end
  end

  def test_a_block_closes_its_own_subscription
    in_memory do |store|
      told = []
      subscription = store.subscribe do |event|
        subscription.close
        told << event.path
      end
      store.transaction { |tx| %w[a b].each { |path| tx[path] = "1" } }
      assert_equal ["a"], told
      assert_predicate subscription, :closed?
      assert_nil subscription.close
    end
  end

  def test_closing_waits_for_the_block_in_another_thread
    in_memory do |store|
      inside, go, steps = Queue.new, Queue.new, []
      subscription = store.subscribe do
        inside << true
        go.pop
        steps << :told
      end
      writer = Thread.new { store["a"] = "1" }
      inside.pop
      closer = Thread.new do
        subscription.close
        steps << :closed
      end
      assert_nil closer.join(0.05)
      go << true
      [writer, closer].each(&:join)
      assert_equal %i[told closed], steps
    end
  end

  def test_the_end_of_the_store_is_the_end_of_its_subscriptions
    store = nil
    assert_frees_all do
      store = Strongroom::Store.in_memory
      subscriptions = [store.subscribe { nil }, store.with(reason: "x") { |other| other.subscribe { nil } }]
      assert_equal [false, false], subscriptions.map(&:closed?)
      store.close
      assert_equal [true, true], subscriptions.map(&:closed?)
      subscriptions.each(&:close)
    end
    assert_raises(Strongroom::ClosedError) { store.subscribe { nil } }
  end

  def test_a_close_that_fails_ends_subscriptions_as_well
    folder do |folder|
      store = Strongroom::Store.create("#{folder}/store", raw_key: "k" * 32, write_wait_seconds: 0)
      store["a"] = "1"
      store["a"].wipe # an event that waits for the close
      subscription = store.subscribe { nil }
      while_compacting(store) { assert_raises(Strongroom::InUseError) { store.close } }
      assert_equal [true, true, []], [store.closed?, subscription.closed?, store.subscriptions.keys]
      assert_nil subscription.close
    end
  end

  def test_a_store_that_is_not_closed_keeps_its_subscriptions
    in_memory do |store|
      told = []
      subscription = store.subscribe { |event| told << event.path }
      store.transaction do |transaction|
        assert_raises(Strongroom::ReentrantError) { store.close }
        transaction["a"] = "1"
      end
      assert_equal [["a"], false, false], [told, subscription.closed?, store.closed?]
    end
  end

  def test_a_block_does_not_close_the_store
    in_memory do |store|
      raised = []
      subscription = store.subscribe do
        store.close
      rescue Strongroom::Error => error
        raised << error.class
      end
      store["a"] = "1"
      store.with(reason: "why") { |other| other["b"] = "2" }
      assert_equal [Strongroom::ReentrantError] * 2, raised
      assert_equal [false, false], [store.closed?, subscription.closed?]
      assert_operator store["b"], :==, "2"
    end
  end

  def test_a_close_that_is_interrupted_ends_subscriptions_as_well
    store = Strongroom::Store.in_memory
    subscription = store.subscribe { nil }
    close, handle = NATIVE.method(:strongroom_close), store.handle
    interrupted = lambda do |cell, *others|
      # A store of another test may become garbage just now, and be closed here as well.
      ours = CALL.handle_in(cell) == handle
      close.call(cell, *others).tap { Thread.current.raise(StopError) if ours }
    end
    NATIVE.stub(:strongroom_close, interrupted) { assert_raises(StopError) { store.close } }
    assert_equal [true, true], [store.closed?, subscription.closed?]
  end

  def test_a_store_that_stays_open_keeps_what_nobody_else_keeps
    in_memory do |store|
      told = []
      make_garbage { 20.times { |index| store.subscribe { told << index } } }
      store["a"] = "1"
      assert_equal (0...20).to_a, told.sort
    end
  end

  def test_garbage_goes_with_its_subscriptions
    before = settled
    make_garbage do
      10.times do
        store = Strongroom::Store.in_memory
        store.subscribe(types: "*") { |event| [store, event] }
        store["a"] = "1"
        store["a"].wipe
      end
    end
    # Ruby may still see one of them on some stack.
    assert_operator Strongroom.live_objects, :<=, before + 6
  end

  def test_a_block_reads_and_does_not_write
    in_memory do |store|
      found = []
      store.subscribe(types: "secret.created") do |event|
        found << store[event.path].reveal
        [-> { store["b"] = "1" }, -> { store.transaction }, -> { store.delete("a") }].each do |write|
          write.call
        rescue Strongroom::Error => error
          found << error.class
        end
      end
      store["a"] = "1"
      assert_equal ["1", *[Strongroom::ReentrantError] * 3], found
      assert_equal ["a"], store.keys
    end
  end

  [StopError, NoMemoryError, NotImplementedError].each do |error|
    define_method("test_#{error.name.split("::").last}_ends_the_subscription_and_not_the_change") do
      in_memory do |store|
        others = 0
        subscription = store.subscribe { raise error, "enough" }
        store.subscribe { others += 1 }
        assert_equal 1, store.put("a", "1").version
        store["a"] = "2"
        assert_equal 2, others
        assert_predicate subscription, :closed?
        assert_equal "enough", subscription.error.message
        raised = assert_raises(error) { subscription.close }
        assert_same subscription.error, raised
        assert_nil subscription.close
      end
    end
  end

  [Interrupt, SystemExit].each do |error|
    define_method("test_#{error}_is_heard_behind_the_change") do
      in_memory do |store|
        subscription = store.subscribe { raise error, "enough" }
        raised = assert_raises(error) { store["a"] = "1" }
        assert_same subscription.error, raised
        assert_predicate subscription, :closed?
        store["a"] = "2"
        assert_equal 2, store.info("a").version
      end
    end
  end

  def test_nothing_leaves_a_block_through_c
    in_memory do |store|
      ways = [proc { throw :enough }, breaking, returning, proc { Thread.exit }]
      ways.each do |way|
        subscription = store.subscribe(&way)
        went_on = Thread.new { catch(:enough) { store.put("a", "1").version } }.value
        assert_equal store.info("a").version, went_on
        assert_predicate subscription, :closed?
      end
    end
  end

  def test_what_other_threads_do_waits_for_the_end_of_the_call
    in_memory do |store|
      inside, steps = Queue.new, []
      store.subscribe do
        inside << true
        sleep 0.01 until Thread.pending_interrupt?
        steps << :told
      end
      ends = [:kill.to_proc, ->(thread) { thread.raise(StopError) }]
      ends.each_with_index do |finish, index|
        thread = Thread.new do
          store["a#{index}"] = "1"
          steps << :went_on
        end
        thread.report_on_exception = false
        inside.pop
        finish.call(thread)
        index.zero? ? thread.join : assert_raises(StopError) { thread.join }
      end
      assert_equal %i[told told], steps
      assert_equal %w[a0 a1], store.keys
    end
  end

  # One that was interrupted while it waited for others must not be unwound as its block begins.
  def test_threads_that_are_killed_while_they_write_let_the_others_go_on
    random = Random.new(seed)
    in_memory do |store|
      told = []
      subscription = store.subscribe { |event| told << event.sequence }
      150.times do
        threads = Array.new(3) { |index| Thread.new { loop { store["a#{index}"] = "1" } } }
        sleep random.rand(0.004)
        threads.each(&:kill).each { |thread| flunk "seed #{seed}" unless thread.join(END_SECONDS) }
      end
      refute_predicate subscription, :closed?, "seed #{seed}"
      assert_equal (1..store.latest_change).to_a, told, "seed #{seed}"
    end
  end

  def test_many_threads_write_subscribe_and_close
    in_memory do |store|
      always = []
      store.subscribe { |event| always << event.sequence }
      threads = Array.new(4) do |number|
        Thread.new do
          30.times do |round|
            told = []
            subscription = store.subscribe(under: "t#{number}") { |event| told << event.path }
            store["t#{number}/#{round}"] = "1"
            subscription.close
            raise "told #{told}" unless told == ["t#{number}/#{round}"]
          end
        end
      end
      threads.each(&:value)
      assert_equal (1..120).to_a, always
      GC.start
    end
  end

  def test_a_forked_child_leaves_the_subscription_of_its_parent_alone
    in_memory do |store|
      told = 0
      subscription = store.subscribe { told += 1 }
      child = fork do
        2.times { subscription.close }
        exit!(subscription.closed? ? 7 : 8)
      end
      assert_equal 7, Process.wait2(child).last.exitstatus
      store["a"] = "1"
      assert_equal 1, told
    end
  end

  def test_changes_come_in_order_and_without_reads
    folder do |folder|
      file = "#{folder}/store"
      Strongroom::Store.create(file, raw_key: "k" * 32) do |store|
        assert_equal [0, []], [store.latest_change, store.changes]
        5.times { |index| store["a/#{index}"] = "1" }
        store["a/0"].wipe
        store["b"] = "1"
      end
      Strongroom::Store.open(file, raw_key: "k" * 32) do |store|
        assert_equal [1, 2, 3, 4, 5, 7], store.changes.map(&:sequence)
        assert_equal 7, store.latest_change
        assert_equal [3, 4], store.changes(after: 2, limit: 2).map(&:sequence)
        assert_equal ["b"], store.changes(under: "b").map(&:path)
        assert_equal ["a/0"], store.changes(types: "secret.accessed").map(&:path)
        assert_equal (1..7).to_a, store.changes(types: %w[secret.accessed secret.created]).map(&:sequence)
        assert_empty store.changes(after: 7)
        assert_predicate store.changes, :frozen?
      end
    end
  end

  def test_waiting_tells_whether_something_came
    in_memory do |store|
      refute store.wait_changes(0, timeout: 0)
      began = monotonic
      refute store.wait_changes(0, timeout: 0.25)
      assert_includes 0.24..30, monotonic - began
      waiter = Thread.new { [store.wait_changes(0, timeout: 60), store.wait_changes(1, timeout: nil)] }
      sleep 0.15
      store["a"] = "1"
      sleep 0.15
      store["a"] = "2"
      assert_equal [true, true], waiter.value
      assert store.wait_changes(1, timeout: 0)
    end
  end

  def test_waiting_is_interrupted
    in_memory do |store|
      began = monotonic
      assert_raises(Timeout::Error) { Timeout.timeout(0.05) { store.wait_changes(0, timeout: 60) } }
      thread = Thread.new { store.wait_changes(0, timeout: nil) }
      thread.report_on_exception = false
      sleep 0.05
      thread.raise(StopError)
      assert_raises(StopError) { thread.value }
      assert_raises(StopIteration) { Timeout.timeout(0.05, StopIteration) { store.wait_changes(0, timeout: 60) } }
      assert_operator monotonic - began, :<, 30
    end
  end

  def test_ctrl_c_ends_waiting
    # A program that was started in the background may be one that Ctrl-C does not reach, and so is what it starts.
    program = 'trap(:INT, "DEFAULT"); require "strongroom"; store = Strongroom::Store.in_memory; ' \
              'begin; puts "ready"; $stdout.flush; store.wait_changes(0, timeout: 60); rescue Interrupt; puts :heard; end'
    IO.popen({ "STRONGROOM_LIBRARY" => NATIVE::FILE }, [RbConfig.ruby, "-I#{PACKAGE}/lib", "-e", program]) do |child|
      assert_equal "ready\n", child.gets
      sleep 0.1
      Process.kill(:INT, child.pid)
      assert_equal "heard\n", Timeout.timeout(120) { child.read }
    end
  end

  def test_closing_and_locking_end_waiting
    { close: Strongroom::ClosedError, lock: Strongroom::LockedError }.each do |ending, error|
      store = Strongroom::Store.in_memory
      waiter = Thread.new { store.wait_changes(0, timeout: 60) }
      waiter.report_on_exception = false
      sleep 0.05
      store.public_send(ending)
      assert_raises(error) { Timeout.timeout(120) { waiter.value } }
      store.close
    end
  end

  private

  # Calls the block, which closes the store, while another thread writes it anew through another handle.
  def while_compacting(store)
    inside, go = Queue.new, Queue.new
    writer = Thread.new do
      store.with(reason: "why") { |other| other.compact(progress: ->(*) { (inside << true) && go.pop }) }
    end
    writer.report_on_exception = false
    inside.pop
    yield
  ensure
    go.close
    assert_raises(Strongroom::ClosedError) { writer.value }
  end

  def breaking
    proc { break }
  end

  def returning
    proc { return :returned }
  end

  def monotonic
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end
end
