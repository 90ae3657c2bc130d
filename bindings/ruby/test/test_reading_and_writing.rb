# frozen_string_literal: true

require_relative "helper"

# Secrets and their versions.
class TestReadingAndWriting < Minitest::Test
  include Helper

  DAY = 86_400

  def test_a_put_can_be_read
    in_memory do |store|
      done = store.put("team/key", "value")
      assert_equal ["team/key", 1, :standard, START, START], [done.path, done.version, done.tier, done.created_at, done.updated_at]
      assert done.id.start_with?("sec_")
      kept = store.get("team/key") do |secret|
        assert_operator secret.value, :==, "value"
        assert_equal [1, done.id, START, START], [secret.version, secret.info.id, secret.info.created_at, secret.version_created_at]
        secret
      end
      assert_raises(Strongroom::ClosedError) { kept.value.bytesize }
      assert_equal "team/key", kept.info.path
    end
  end

  def test_a_secret_that_was_wiped_tells_nothing_more
    in_memory do |store|
      store.put("a", "b")
      secret = store.get("a")
      secret.wipe
      secret.wipe
      assert_raises(Strongroom::ClosedError) { secret.info }
      assert_raises(Strongroom::ClosedError) { secret.version_created_at }
      assert_equal "#<Secret: version 1>", secret.inspect
    end
  end

  def test_values_are_bytes_of_any_encoding
    values = ["", "\0", "text", "ünï", "a\0b\0", "\xFF\xFE".b, "ünï".encode("UTF-16LE"), "ünï".encode("ISO-8859-1"),
              "x" * 70_000]
    in_memory do |store|
      values.flat_map { |value| [value.dup, value.dup.freeze] }.each do |value|
        store.put("a", value)
        assert_equal value.b, store["a"].reveal_bytes
        assert_equal Encoding::BINARY, store["a"].reveal_bytes.encoding
        store.get("a") do |secret|
          assert_equal value.b, secret.value.reveal_bytes
          store.put("b", secret.value)
          assert_operator store["b"], :==, secret.value
        end
        assert store.matches?("a", value)
        refute store.matches?("a", "something else")
      end
    end
  end

  def test_paths_are_texts
    in_memory do |store|
      store.put("ü/a", "1")
      same = ["ü/a", "ü/a".freeze, "ü/a".encode("UTF-16LE"), "ü/a".b, "ü/a".dup.force_encoding("US-ASCII"), "u\u0308/a"]
      same.each { |path| assert store.key?(path), path.inspect }
      assert_equal [Encoding::UTF_8, "ü/a"], [store.keys.first.encoding, store.keys.first]
      ["\xFF", "a\0b", "\xFF".b].each { |path| assert_raises(Strongroom::InvalidArgumentError) { store.put(path, "1") } }
    end
  end

  def test_texts_in_a_broken_encoding_are_refused
    in_memory do |store|
      %w[UTF-16LE UTF-8 BINARY EUC-JP UTF-7].map { |name| "\xff".dup.force_encoding(name) }.each do |wrong|
        [-> { store[wrong] }, -> { store[wrong] = "1" }, -> { store.fetch(wrong, nil) },
         -> { store.get_many([wrong]) { |found| raise found.first } }, -> { store.put("a", "1", tags: { wrong => "1" }) },
         -> { store.list(wrong) }, -> { store.sign_payload(wrong, "p") }, -> { store.subscribe(under: wrong) { nil } }].each do |call|
          error = assert_raises(Strongroom::InvalidArgumentError, &call)
          assert_predicate error.message, :valid_encoding?
        end
      end
      assert_empty store.keys
    end
  end

  def test_info_has_what_was_said
    in_memory do |store, clock|
      store.put("team/key", "{}", tags: { env: "prod", "billing" => "" }, description: "of the relay", tier: :critical,
                                  content_type: "application/json", note: "first", max_versions: 3, trash_days: 7)
      clock.advance(0.007)
      info = store.update("team/key", description: "of the mail relay")
      assert_equal store.info("team/key"), info
      assert_equal({ "env" => "prod", "billing" => "" }, info.tags)
      assert_equal ["of the mail relay", :critical, "application/json"], [info.description, info.tier, info.content_type]
      assert_equal [3, 7, 1, 2], [info.max_versions, info.trash_days, info.version, info.meta_version]
      assert_equal START + Rational(7, 1000), info.updated_at
      assert_equal [nil, nil, nil], [info.expires_at, info.deleted_at, info.purge_at]
      assert_operator info.size_class, :>=, 2
      assert_equal "first", store.versions("team/key").first.note
      assert_raises(FrozenError) { info.tags["env"] = "test" }
      assert_raises(FrozenError) { info.path = "other" }
    end
  end

  def test_updates_leave_what_they_do_not_name
    in_memory do |store|
      store.put("a", "1", tags: { "x" => "1", "y" => "2" }, description: "d", max_versions: 5)
      assert_equal 2, store.put("a", "2").version
      assert_equal({ "x" => "1", "y" => "2" }, store.info("a").tags)
      assert_equal({ "y" => "2", "z" => "" }, store.update("a", add_tags: ["z"], remove_tags: ["x"]).tags)
      assert_equal({ "only" => "" }, store.update("a", tags: ["only"]).tags)
      assert_equal({}, store.update("a", tags: []).tags)
      assert_equal "", store.update("a", description: "").description
      assert_equal 5, store.info("a").max_versions
      assert_nil store.update("a", max_versions: nil, trash_days: 0).max_versions
      assert_equal 0, store.info("a").trash_days
      assert_equal 0, store.update("a", trash_days: Strongroom::UNCHANGED).trash_days
    end
  end

  def test_conditions
    in_memory do |store|
      store.put("a", "1", expect: :absent)
      assert_raises(Strongroom::AlreadyExistsError) { store.put("a", "2", expect: "absent") }
      store.put("a", "2", expect: 1)
      assert_raises(Strongroom::ConflictError) { store.put("a", "3", expect: 1) }
      meta = store.info("a").meta_version
      store.update("a", tier: "sensitive", expect_meta_version: meta)
      assert_raises(Strongroom::ConflictError) { store.update("a", tier: :standard, expect_meta_version: meta) }
    end
  end

  def test_versions_are_kept_rolled_back_and_taken_away
    in_memory do |store|
      %w[one two three].each { |value| store.put("a", value) }
      assert_equal %i[superseded superseded current], store.versions("a").map(&:state)
      assert_operator store.get("a", version: 1).value, :==, "one"
      assert_equal 4, store.rollback("a", 1).version
      assert_operator store["a"], :==, "one"
      assert_equal :deleted, store.delete_version("a", 2).state
      assert_raises(Strongroom::Error) { store.get("a", version: 2) }
      restored = store.restore_version("a", 2)
      assert_equal [:superseded, 2, 3, :owner], [restored.state, restored.number, restored.size, restored.author]
      assert_equal :destroyed, store.destroy_version("a", 2).state
      assert_raises(Strongroom::DestroyedError) { store.get("a", version: 2) }
      assert_raises(Strongroom::NotFoundError) { store.get("a", version: 9) }
    end
  end

  def test_there_is_no_version_0
    on_disk do |store|
      store["a"] = "1"
      of_both(store) do |on|
        changes = %i[rollback delete_version restore_version destroy_version revoke_version]
        calls = changes.map { |name| -> { on.public_send(name, "a", 0) } }
        [-> { on.get("a", version: 0) }, -> { on.get("a", version: 0) { flunk } }, *calls].each do |call|
          error = assert_raises(Strongroom::NotFoundError, &call)
          assert_equal "the secret at a has no version 0", error.message
        end
        assert_raises(Strongroom::InvalidArgumentError) { on.get("/", version: 0) }
        on.get("a", version: nil) { |secret| assert_equal 1, secret.version }
      end
      store.lock
      assert_raises(Strongroom::LockedError) { store.get("a", version: 0) }
    end
  end

  def test_renaming
    in_memory do |store|
      done = store.put("a/one", "1")
      store.put("a/two", "2")
      assert_equal done.id, store.rename("a/one", "b/one").id
      assert_raises(Strongroom::AlreadyExistsError) { store.rename("a/two", "b/one") }
      assert_equal 1, store.rename_prefix("b", "a", allow_large: true)
      assert_equal %w[a/one a/two], store.keys
      assert_raises(Strongroom::NotFoundError) { store.rename("b/one", "c") }
    end
  end

  def test_the_trash
    in_memory do |store, clock|
      done = store.put("a", "1")
      deleted = store.delete("a")
      assert_equal [done.id, START, START + (30 * DAY)], [deleted.id, deleted.deleted_at, deleted.purge_at]
      assert_equal [done.id], store.list(state: :trash).items.map(&:id)
      assert_equal "a", store.restore("a").path
      store.delete("a")
      assert_equal "b", store.restore("a", to: "b").path
      store.delete("b")
      clock.advance(29 * DAY)
      assert_equal 0, store.sweep.secrets
      clock.advance(2 * DAY)
      assert_equal 1, store.health.pending_sweep
      assert_equal [1, 1, false, false, 0, 0, 0], store.sweep(items: 1).to_a
      store.put("c", "1")
      store.destroy("c")
      assert_empty store.list(state: :all).items
    end
  end

  def test_the_trash_by_id
    in_memory do |store|
      first = store.put("a", "1")
      second = store.put("b", "2")
      store.delete("a")
      store.put("a", "3")
      assert_equal 1, store.restore(store.delete("a").id, to: "c").version
      assert_equal "a", store.restore(first.id).path
      store.delete("b")
      store.destroy(second.id)
      assert_empty store.list(state: :trash).items
    end
  end

  def test_a_leap_of_the_clock_is_confirmed
    in_memory do |store, clock|
      store.put("a", "1")
      store.delete("a")
      clock.set(START + (800 * DAY))
      assert_equal START + (800 * DAY), clock.now
      assert store.sweep.held_back
      assert_equal 1, store.sweep(confirm_clock: true).secrets
    end
  end

  def test_many_at_once
    in_memory do |store|
      store.put("a", "1")
      store.put("ü", "2")
      found = store.get_many(["ü", "missing", "a", "bad//path"])
      assert_operator found[0].value, :==, "2"
      assert_equal "a", found[2].info.path
      assert_instance_of Strongroom::NotFoundError, found[1]
      assert_instance_of Strongroom::InvalidArgumentError, found[3]
      assert_equal [], store.get_many([])
      assert_equal 2, store.get_many(%w[a a].each).size
      kept = store.get_many(%w[a missing]) { |both| both }
      assert kept.first.value.wiped?
    end
  end

  def test_a_store_is_like_a_hash
    in_memory do |store|
      assert_empty store
      store["a/b"] = "1"
      store["a/c"] = "2".b
      assert_operator store["a/b"], :==, "1"
      assert store.key?("a/b")
      assert_includes store, "a/b"
      refute store.key?("a")
      assert_equal [2, 2, 2, 2], [store.size, store.length, store.count, store.each.size]
      assert_equal %w[a/b a/c], store.keys
      assert_nil store["a"]
      assert_raises(KeyError) { store.fetch("a") }
      assert_equal [:other, "a!"], [store.fetch("a", :other), store.fetch("a") { |path| "#{path}!" }]
      assert_nil store.fetch("a", nil)
      assert_operator store.fetch("a/c", :other), :==, "2"
      store.delete("a/b")
      assert_raises(KeyError) { store.delete("a/b") }
      assert_equal({ "a/c" => "2" }, store.to_h { |info| [info.path, store[info.path].reveal] })
    end
  end

  def test_a_store_is_enumerable
    in_memory do |store|
      %w[b a c].each { |path| store.put(path, path, tier: path == "c" ? :critical : nil) }
      assert_equal %w[a b c], store.map(&:path)
      assert_equal "c", store.find { |info| info.tier == :critical }.path
      assert_equal %w[c b a], store.sort_by(&:path).reverse.map(&:path)
      assert_equal "a", store.first.path
      assert_equal %w[a b], store.take(2).map(&:path)
      assert_equal "a", store.each.next.path
      assert_same(store, store.each { |info| assert_instance_of(Strongroom::SecretInfo, info) })
      assert_equal %w[a], store.lazy.map(&:path).first(1)
    end
  end

  def test_a_locked_store_is_not_one_without_the_secret
    on_disk do |store|
      store["a"] = "1"
      store.lock
      [-> { store["a"] }, -> { store.key?("a") }, -> { store.fetch("a", 1) }, -> { store.size }].each do |use|
        assert_raises(Strongroom::LockedError, &use)
      end
    end
  end

  def test_values_of_any_size_are_read_once
    in_memory do |store|
      [0, 1, 255, 256, 257, 5000, 1 << 20].each do |size|
        store["of/#{size}"] = "x" * size
        assert_equal size, store["of/#{size}"].bytesize
        assert_equal "x" * size, store["of/#{size}"].reveal
        read = store.audit.query(under: "of/#{size}", type: "secret.accessed").events
        assert_equal [2], read.map(&:count)
      end
    end
  end

  def test_times_are_exact
    in_memory do |store, clock|
      [1, 10, 999, 12_345_678_901].each do |milliseconds|
        time = START + Rational(milliseconds, 1000)
        clock.set(time + Rational(999, 1_000_000))
        assert_equal time, clock.now
        assert_equal [0, true], [clock.now.utc_offset, clock.now.utc?]
        assert_equal time, store.put("a", "b").updated_at
      end
    end
  end

  def test_a_clock_that_was_closed_is_refused
    clock = Strongroom::ManualClock.new(START)
    Strongroom::Store.in_memory(clock: clock) do |store|
      clock.close
      clock.close
      assert_equal START, store.put("a", "b").updated_at
    end
    assert_raises(Strongroom::ClosedError) { clock.now }
    assert_raises(TypeError) { clock.dup }
  end

  private

  # Calls the block with the store, and with a transaction of it, of which nothing stays.
  def of_both(store)
    yield store
    store.transaction do |begun|
      yield begun
      begun.abort
    end
  end
end
