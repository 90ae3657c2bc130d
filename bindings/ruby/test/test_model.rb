# frozen_string_literal: true

require_relative "helper"

# Random histories against a Hash, the same each time. STRONGROOM_SEED is for others.
class TestModel < Minitest::Test
  include Helper

  PATHS = ["a", "a/b", "a/c", "d/e/f", "ü"].freeze
  STEPS = %i[put put put_on_condition get delete restore rename begin_transaction end_transaction].freeze

  # So few versions that short histories come beyond them.
  KEPT = 2

  def test_random_histories
    @destroyed = 0
    20.times { |index| play(seed + index) }
    assert_operator @destroyed, :>, 0, "no version was asked for that is gone"
  end

  private

  def play(seed)
    @random = Random.new(seed)
    @live = {}
    @trash = []
    @transaction = nil
    in_memory do |store, clock|
      @store = store
      @clock = clock
      store.policy.set(max_versions: KEPT)
      40.times do
        __send__(STEPS.sample(random: @random))
        agree
      end
    ensure
      @transaction&.abort # Or closing the store would raise, and hide what failed.
    end
  rescue StandardError, Minitest::Assertion => error
    raise error.class, "seed #{seed}: #{error.message}", error.backtrace
  end

  def on
    @transaction || @store
  end

  def path
    PATHS.sample(random: @random)
  end

  def value
    @random.rand < 0.5 ? @random.bytes(@random.rand(2000)) : ["", "text", "ünï\0"].sample(random: @random)
  end

  def put
    at = path
    @random.rand(1..(KEPT + 1)).times { write(at) }
  end

  def write(at, **said)
    written = value
    versions = (@live[at] || []) + [written]
    assert_equal versions.size, on.put(at, written, **said).version
    @live = @live.merge(at => versions)
  end

  # A transaction in which a call failed cannot be committed, so there none does.
  def refused(*kinds, &block)
    assert_raises(*kinds, &block) unless @transaction
  end

  def put_on_condition
    at = path
    expect = [:absent, 1, 2, 3].sample(random: @random)
    if expect == (@live[at]&.size || :absent)
      write(at, expect: expect)
    else
      refused(Strongroom::AlreadyExistsError, Strongroom::ConflictError) { on.put(at, "x", expect: expect) }
    end
  end

  def get
    at = path
    version = @random.rand(1..4)
    versions = @live.fetch(at, [])
    expected = versions[version - 1]
    if version <= versions.size - KEPT
      assert_raises(Strongroom::DestroyedError) { on.get(at, version: version) }
      @destroyed += 1
    elsif expected
      on.get(at, version: version) do |secret|
        assert_operator secret.value, :==, expected
        assert_equal version, secret.version
      end
    else
      assert_raises(Strongroom::NotFoundError) { on.get(at, version: version) }
    end
  end

  def delete
    at = path
    return refused(Strongroom::NotFoundError) { on.delete(at) } unless @live.key?(at)

    @clock.advance(0.001) # Which is the last deleted one is told by the time.
    on.delete(at)
    @trash += [[at, @live[at]]]
    @live = @live.reject { |kept, _| kept == at }
  end

  def restore
    at = path
    index = @trash.rindex { |was_at, _| was_at == at }
    return if index.nil? || @live.key?(at)

    on.restore(at)
    @live = @live.merge(at => @trash[index].last)
    @trash = @trash.each_with_index.reject { |_, other| other == index }.map(&:first)
  end

  def rename
    at = path
    to = path
    if @live.key?(at) && !@live.key?(to)
      on.rename(at, to)
      @live = @live.to_h { |kept, versions| [kept == at ? to : kept, versions] }
    elsif at != to
      refused(Strongroom::NotFoundError, Strongroom::AlreadyExistsError) { on.rename(at, to) }
    end
  end

  def begin_transaction
    return if @transaction

    @before = [@live, @trash]
    @transaction = @store.transaction
  end

  def end_transaction
    return unless @transaction

    if @random.rand < 0.5
      @transaction.commit
    else
      @transaction.abort
      @live, @trash = @before
    end
    @transaction = nil
  end

  def agree
    assert_equal @live.transform_values { |versions| versions.last.b }, on.to_h { |info| [info.path, on[info.path].reveal_bytes] }
    assert_equal @live.size, on.size
    assert_equal @trash.size, on.list(state: :trash).items.size
    assert_equal @before.first.keys.sort, @store.keys.sort if @transaction
  end
end
