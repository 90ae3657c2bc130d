# frozen_string_literal: true

require_relative "helper"

# A new value, and how long the old one is still accepted.
class TestRotation < Minitest::Test
  include Helper

  def test_a_rotation_says_what_it_did
    in_memory do |store, clock|
      id = store.put("a", "old", tier: :critical).id
      clock.advance(1)
      done = store.rotate("a", "new", grace: 300, note: "leaked", tags: ["hot"], expect: 1)
      assert_equal [id, "a", :critical, 1, 2, START + 301, START, START + 1, false], done.to_a
      assert done.frozen?
      assert_equal ["leaked", { "hot" => "" }], [store.versions("a").last.note, store.info("a").tags]
      assert_operator store["a"], :==, "new"
      assert_raises(Strongroom::NotFoundError) { store.rotate("b", "new") }
      assert_raises(Strongroom::ConflictError) { store.rotate("a", "newer", expect: 1) }
    end
  end

  def test_a_grace_ends_at_its_instant
    in_memory do |store, clock|
      store.put("a", "old")
      store.rotate("a", "new", grace: "5m")
      clock.advance(299.999)
      assert_equal [1, 2, nil], [store.verify_any("a", "old"), store.verify_any("a", "new"), store.verify_any("a", "other")]
      old = store.versions("a").first
      assert_equal [:grace, START + 300], [old.state, old.until]
      store.get("a", version: 1) { |secret| assert_operator secret.value, :==, "old" }
      clock.advance(0.001)
      assert_nil store.verify_any("a", "old")
      assert_equal [:retired, nil], [store.versions("a").first.state, store.versions("a").first.until]
      assert_raises(Strongroom::VersionExpiredError) { store.get("a", version: 1) }
      assert_equal([2], store.accepted("a") { |secrets| secrets.map(&:version) })
    end
  end

  def test_without_a_grace_the_old_version_is_retired_at_once
    in_memory do |store|
      store.put("a", "old")
      assert_equal START, store.rotate("a", "new").old_expires_at
      assert_equal %i[retired current], store.versions("a").map(&:state)
      assert_nil store.verify_any("a", "old")
    end
  end

  def test_what_is_accepted_comes_with_its_values
    in_memory do |store, clock|
      %w[one two three].each_with_index do |value, index|
        index.zero? ? store.put("a", value) : store.rotate("a", value, grace: 60)
        clock.advance(1)
      end
      kept = store.accepted("a") do |secrets|
        assert_equal([[3, "three"], [2, "two"], [1, "one"]], secrets.map { |one| [one.version, one.value.reveal] })
        assert_equal [3, START + 2], [secrets.last.info.version, secrets.first.version_created_at]
        secrets
      end
      assert kept.all? { |secret| secret.value.wiped? }
      assert_equal %w[three two one], store.accepted("a").map { |secret| secret.value.reveal }
      store.delete_version("a", 3)
      assert_equal [2, 1], store.accepted("a").map(&:version)
      clock.advance(60)
      assert_equal [], store.accepted("a")
      assert_raises(Strongroom::NotFoundError) { store.accepted("b") }
      assert_raises(Strongroom::NotFoundError) { store.verify_any("b", "one") }
    end
  end

  def test_values_are_wiped_whatever_leaves_the_block
    in_memory do |store|
      store.put("a", "b")
      kept = nil
      assert_raises(ZeroDivisionError) { store.accepted("a") { |secrets| (kept = secrets) && (1 / 0) } }
      assert kept.first.value.wiped?
    end
  end

  def test_a_version_is_revoked
    in_memory do |store|
      store.put("a", "one")
      store.put("a", "two")
      store.rotate("a", "three", grace: 60)
      [1, 2, 2].each { |number| assert_equal [number, :retired], store.revoke_version("a", number).to_a.first(3).values_at(0, 2) }
      assert_equal [3], store.accepted("a").map(&:version)
      assert_raises(Strongroom::InvalidArgumentError) { store.revoke_version("a", 3) }
      assert_raises(Strongroom::NotFoundError) { store.revoke_version("a", 4) }
      store.destroy_version("a", 1)
      assert_raises(Strongroom::DestroyedError) { store.revoke_version("a", 1) }
    end
  end

  def test_candidates_are_bytes
    in_memory do |store|
      ["", "\0", "\xFF\xFE".b, "ünï".encode("UTF-16LE")].each do |value|
        store.put("a", value)
        number = store.info("a").version
        assert_equal [number, number], [store.verify_any("a", value), store.verify_any("a", Strongroom::SecretBytes.new(value))]
        assert_nil store.verify_any("a", "#{value.b}x")
      end
    end
  end

  def test_a_transaction_rotates
    in_memory do |store|
      store.put("a", "old")
      store.transaction do |tx|
        assert_equal 2, tx.rotate("a", "new", grace: 60).new_version
        assert_equal [2, 1], tx.accepted("a").map(&:version)
        assert_equal 1, tx.verify_any("a", "old")
        assert_equal :retired, tx.revoke_version("a", 1).state
        assert_equal [1], store.accepted("a").map(&:version)
        assert_equal 3, tx.rotate("a", generate: Strongroom::Generator.token).new_version
      end
      assert_equal [3], store.accepted("a").map(&:version)
    end
  end

  def test_wrong_rotations_are_refused_and_change_nothing
    in_memory do |store|
      store.put("a", "old")
      token = Strongroom::Generator.token
      { TypeError => [-> { store.rotate("a") }, -> { store.rotate("a", :new) }, -> { store.rotate("a", "new", grace: nil) },
                      -> { store.rotate("a", generate: 7) }, -> { store.verify_any("a", 1) }, -> { store.revoke_version("a", "1") },
                      -> { store.rotate("a", "new", grace: :day) },
                      -> { store.verify_any("a", nil) }, -> { store.accepted(:a) }],
        ArgumentError => [-> { store.rotate("a", "new", generate: token) }, -> { store.rotate("a", "new", grace: "soon") },
                          -> { store.rotate("a", "new", grace: 2**40) }, -> { store.rotate("a", "new", colour: "red") },
                          -> { store.rotate("a", "new", expect_meta_version: 1) }],
        RangeError => [-> { store.rotate("a", "new", grace: -1) }, -> { store.rotate("a", "new", grace: 0.5) },
                       -> { store.rotate("a", "new", grace: 2**64) }, -> { store.revoke_version("a", -1) }] }.each do |kind, calls|
        calls.each { |call| assert_raises(kind, &call) }
      end
      assert_equal 1, store.info("a").version
    end
  end

  def test_interrupted_threads_leave_no_values_behind
    in_memory do |store|
      store.put("a", "x" * 1000)
      kept = Queue.new
      10.times do
        thread = Thread.new { loop { store.accepted("a") { |secrets| kept << secrets.first } } }
        kept.pop
        thread.kill.join
      end
      assert kept.pop.value.wiped? until kept.empty?
    end
  end
end
