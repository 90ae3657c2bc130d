# frozen_string_literal: true

require_relative "helper"

# When secrets expire, when they are to be rotated, and what is due.
class TestSchedule < Minitest::Test
  include Helper

  DAY = 86_400

  def test_a_secret_expires_at_its_instant
    in_memory do |store, clock|
      store.put("a", "1", expires_in: 60)
      assert_equal START + 60, store.info("a").expires_at
      clock.advance(59.999)
      assert_operator store["a"], :==, "1"
      clock.advance(0.001)
      reads = [-> { store.get("a") }, -> { store["a"] }, -> { store.fetch("a", nil) }, -> { store.matches?("a", "1") },
               -> { store.accepted("a") }, -> { store.verify_any("a", "1") }, -> { store.sign_payload("a", "p") },
               -> { store.rotate("a", "2") }]
      reads.each do |read|
        error = assert_raises(Strongroom::ExpiredError, &read)
        assert_equal [29, "expired", false], [error.code, error.name, error.retryable?]
      end
      assert_instance_of Strongroom::ExpiredError, store.get_many(["a"]).first
      assert store.key?("a")
      assert_nil store.update("a", expires_at: nil).expires_at
      assert_operator store["a"], :==, "1"
    end
  end

  def test_a_time_of_expiry_loses_fractions_of_a_millisecond
    in_memory do |store|
      store.put("a", "1", expires_at: START + Rational(5_000_999, 1_000_000))
      assert_equal START + 5, store.info("a").expires_at
    end
  end

  def test_what_is_left_out_stays_and_nil_takes_it_away
    in_memory do |store|
      store.put("a", "1", expires_in: "90d", on_expiry: :trash, rotate_every: "30d")
      store.put("a", "2")
      store.rotate("a", "3")
      kept = store.update("a", expires_at: Strongroom::UNCHANGED, rotate_every: Strongroom::UNCHANGED, expires_in: nil, on_expiry: nil)
      assert_equal [START + (90 * DAY), :trash, 30 * DAY, START + (30 * DAY)], schedule(kept)
      assert_equal [START + 7, :block, 30 * DAY, START + (30 * DAY)], schedule(store.update("a", expires_in: 7, on_expiry: "block"))
      store.rotate("a", "4", expires_at: nil, rotate_every: nil)
      assert_equal [nil, :block, nil, nil], schedule(store.info("a"))
      store.put("b", "1")
      assert_equal [nil, :block, nil, nil], schedule(store.info("b"))
    end
  end

  def test_the_age_of_a_version_counts_for_rotation
    in_memory do |store, clock|
      store.put("a", "1", rotate_every: 10 * DAY)
      clock.advance(DAY)
      store.update("a", description: "d")
      assert_equal START + (10 * DAY), store.info("a").rotation_due_at
      store.rotate("a", "2")
      assert_equal START + (11 * DAY), store.info("a").rotation_due_at
    end
  end

  def test_what_is_due
    in_memory do |store, clock|
      id = store.put("a", "1", expires_in: "20d", rotate_every: "10d").id
      gone = store.put("b", "1").id
      store.delete("b")
      all = store.due(within: "30d")
      assert_equal [["a", id, :rotation, START + (10 * DAY)], ["a", id, :expiry, START + (20 * DAY)],
                    ["b", gone, :purge, START + (30 * DAY)]], all.map(&:to_a)
      assert all.frozen?
      assert_equal [[], [:rotation]], [due(store, (10 * DAY) - 1), due(store, 10 * DAY)]
      clock.advance(40 * DAY)
      assert_equal %i[rotation expiry purge], due(store, 0)
      assert_equal %i[rotation expiry purge], store.transaction { |tx| due(tx, 0) }
    end
  end

  def test_a_sweep_tells_of_what_expires
    in_memory do |store, clock|
      store.put("block", "1", expires_in: "1h")
      store.put("trash", "1", expires_in: "1h", on_expiry: :trash)
      assert_equal [0, 0, false, false, 2, 0, 0], store.sweep.to_a
      clock.advance(3599.999)
      assert_equal [0, 0, false, false, 0, 0, 0], store.sweep.to_a
      clock.advance(0.001)
      assert_equal [0, 0, false, false, 0, 2, 0], store.sweep.to_a
      assert_equal %w[block], store.keys
      assert_equal %w[trash], store.list(state: :trash).items.map(&:path)
      assert_equal [0, 0, false, false, 0, 0, 0], store.sweep.to_a
    end
  end

  def test_durations_are_read_by_the_library
    { "90d" => 90 * DAY, "1h30m" => 5400, "300" => 300, "PT1H30M" => 5400, "P2W" => 14 * DAY, "0" => 0 }.each do |text, seconds|
      assert_equal seconds, Strongroom.parse_duration(text)
    end
    ["", "90 d", "-1d", "P1Y", "1.5h", "d", "1m1h", "9" * 30, "1d\0"].each do |text|
      assert_raises(Strongroom::InvalidArgumentError) { Strongroom.parse_duration(text) }
    end
    assert_raises(TypeError) { Strongroom.parse_duration(90) }
  end

  def test_numbers_of_whole_seconds_are_durations
    in_memory do |store|
      [60, 60.0, Rational(60), "60", "1m"].each do |duration|
        store.put("a", "1", expires_in: duration)
        assert_equal START + 60, store.info("a").expires_at
        assert_equal 60, store.update("a", rotate_every: duration).rotate_every
      end
    end
  end

  def test_wrong_times_are_refused
    in_memory do |store|
      store.put("a", "1")
      { TypeError => [-> { store.put("a", "2", expires_in: :day) }, -> { store.put("a", "2", expires_at: 60) },
                      -> { store.update("a", expires_at: "90d") }, -> { store.update("a", rotate_every: false) },
                      -> { store.due(within: nil) }, -> { store.due(within: [1]) }],
        ArgumentError => [-> { store.put("a", "2", expires_in: "soon") }, -> { store.put("a", "2", expires_in: 0) },
                          -> { store.put("a", "2", expires_at: START) }, -> { store.put("a", "2", expires_at: START - 1) },
                          -> { store.put("a", "2", expires_in: 2**40) }, -> { store.update("a", rotate_every: 2**40) },
                          -> { store.put("a", "2", on_expiry: :burn) }, -> { store.update("a", expires_in: 1, expires_at: nil) },
                          -> { store.update("a", expires_in: 1, expires_at: START + 1) }, -> { store.due }],
        RangeError => [-> { store.put("a", "2", expires_in: -1) }, -> { store.put("a", "2", expires_in: 1.5) },
                       -> { store.put("a", "2", rotate_every: Float::NAN) }, -> { store.put("a", "2", expires_in: Float::INFINITY) },
                       -> { store.due(within: -1) }, -> { store.due(within: 2**64) },
                       -> { store.update("a", expires_at: Time.at(-(2**63) / 1000r)) }] }.each do |kind, calls|
        calls.each { |call| assert_raises(kind, &call) }
      end
      assert_equal [1, 1], [store.info("a").version, store.info("a").meta_version]
    end
  end

  private

  def schedule(info)
    [info.expires_at, info.on_expiry, info.rotate_every, info.rotation_due_at]
  end

  def due(store, within)
    store.due(within: within).map(&:reason)
  end
end
