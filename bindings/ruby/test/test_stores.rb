# frozen_string_literal: true

require_relative "helper"
require "pathname"
require "timeout"

# Stores in files: opening, locking, slots.
class TestStores < Minitest::Test
  include Helper
  Store = Strongroom::Store
  SecretBytes = Strongroom::SecretBytes

  def test_what_is_written_is_there_after_opening_again
    folder do |folder|
      file = Pathname(folder) / "störe"
      pin = Store.create(file, passphrase: "open sesame", kdf: CHEAP) do |store|
        store["a"] = "1"
        store.pin
      end
      Store.open(file, passphrase: SecretBytes.new("open sesame"), read_only: true, pin: pin) do |store|
        assert_operator store["a"], :==, "1"
        report = store.open_report
        assert_equal({ discarded_generation: nil, clock_behind: 0.0, unreadable_superblock: false, verified: true,
                       pin: :in_history, kdf_upgrade: false, unreadable_header: false }, report.to_h)
        assert_raises(Strongroom::ReadOnlyError) { store["a"] = "2" }
      end
      assert_raises(Strongroom::WrongKeyError) { Store.open(file, passphrase: "open barley") }
      assert_raises(Strongroom::AlreadyExistsError) { Store.create(file, passphrase: "p", kdf: CHEAP) }
    end
  end

  def test_files_that_are_no_stores
    folder do |folder|
      file = "#{folder}/store"
      assert_raises(Strongroom::NotFoundError) { Store.open(file, passphrase: "p") }
      File.write(file, "not a store" * 2000, perm: 0o600)
      assert_raises(Strongroom::NotAStoreError) { Store.open(file, passphrase: "p") }
    end
  end

  def test_closing_is_idempotent_and_final
    on_disk do |store|
      store["a"] = "1"
      refute store.closed?
      2.times { assert_nil store.close }
      assert store.closed?
      uses = [-> { store["a"] }, -> { store.health }, -> { store.transaction }, -> { store.locked? }, -> { store.size },
              -> { store.slots.list }, -> { store.policy.get }, -> { store.each { flunk } }]
      uses.each { |use| assert_raises(Strongroom::ClosedError, &use) }
      assert_raises(IOError) { store.get("a") }
      assert_equal "#<Strongroom::Store>", store.inspect
    end
  end

  def test_a_block_closes_whatever_happens
    kept = []
    assert_raises(ZeroDivisionError) { Store.in_memory { |store| (kept << store) && (1 / 0) } }
    catch(:enough) { Store.in_memory { |store| (kept << store) && throw(:enough) } }
    assert_equal 7, Store.in_memory { |store| (kept << store) && 7 }
    assert_equal [true] * 3, kept.map(&:closed?)
  end

  def test_stores_are_made_by_their_three_methods_and_not_copied
    assert_raises(NoMethodError) { Store.new(1) }
    in_memory do |store|
      [-> { store.dup }, -> { store.clone }, -> { Marshal.dump(store) }].each { |use| assert_raises(TypeError, &use) }
    end
  end

  def test_every_kind_of_key
    folder do |folder|
      file = "#{folder}/store"
      key_file = "#{folder}/key"
      assert_nil Strongroom.create_key_file(key_file)
      assert_raises(Strongroom::AlreadyExistsError) { Strongroom.create_key_file(Pathname(key_file)) }
      raw = SecretBytes.new((0..31).to_a.pack("C*"))
      recovery = Store.create(file, raw_key: raw, kdf: CHEAP) { |store| add_every_slot(store, raw, key_file) }
      Store.open(file, passphrase: "pässword").close
      Store.open(file, key_file: key_file).close
      Store.open(file, key_file: key_file, passphrase: "both").close
      Store.open(file, recovery_code: recovery.code).close
      Store.open(file, recovery_code: recovery.code.reveal.downcase).close
      assert_raises(Strongroom::InvalidArgumentError) { Store.open(file, raw_key: "too short") }
    end
  end

  def test_slots_are_changed_and_removed
    on_disk do |store|
      slots = store.slots
      slots.change_passphrase("open sesame", "another one")
      assert_raises(Strongroom::WrongKeyError) { slots.check(passphrase: "open sesame") }
      code = slots.add_recovery_code
      assert_includes code.inspect, "not shown"
      assert_equal code.id, slots.check(recovery_code: code.code)
      slots.remove(code.id)
      assert_raises(Strongroom::NotFoundError) { slots.remove(code.id) }
      assert_raises(Strongroom::InvalidArgumentError) { slots.remove(slots.list.first.id, leave_raw_keys_only: true) }
      raw = slots.add_raw_key("k" * 32, label: "machine")
      assert_equal([raw], slots.list.select { |slot| slot.label == "machine" }.map(&:id))
    end
  end

  def test_locking
    on_disk do |store|
      store["a"] = "1"
      store.lock
      assert store.locked?
      assert_equal :locked, store.health.status
      assert_raises(Strongroom::LockedError) { store["a"] }
      assert_raises(Strongroom::WrongKeyError) { store.unlock(passphrase: "wrong") }
      store.unlock(passphrase: "open sesame")
      refute store.locked?
      assert_operator store["a"], :==, "1"
      assert_includes 0.0..300.0, store.idle
    end
  end

  def test_health_and_verification
    on_disk do |store|
      store["a"] = "1"
      store["a"] = "2"
      store["b"] = "1"
      store.delete("b")
      verified = store.verify
      assert_equal [1, 1, 3], [verified.secrets, verified.trashed, verified.versions]
      assert_operator verified.events, :>=, 4
      health = store.health
      assert_equal [:ok, true, false], [health.status, health.in_place, health.clock_jumped]
      assert_equal [0.0, nil], [health.clock_behind, health.last_backup_at]
      assert_operator health.free_bytes, :>, 0
      assert_instance_of Time, health.last_verified_at
      status = store.memory_status
      assert_includes [true, false], status.locked
      assert status.wiped_on_fork || status.excluded_from_dumps
    end
    in_memory { |store| assert_nil store.health.free_bytes }
  end

  def test_pins_tell_stores_apart
    on_disk do |store, file|
      pin = Store.create("#{file}.other", raw_key: "k" * 32, &:pin)
      store.close
      assert_raises(Strongroom::WrongStoreError) { Store.open(file, passphrase: "open sesame", pin: pin) }
      assert_raises(Strongroom::InvalidArgumentError) { Store.open(file, passphrase: "open sesame", pin: "no pin") }
    end
  end

  def test_policy
    in_memory do |store|
      policy = store.policy
      assert_equal ["", nil, nil], policy.get.to_a
      assert_equal ["", 10, 30], policy.at("a/b").to_a
      policy.set("a", max_versions: 2, trash_days: 5)
      policy.set("a", trash_days: nil)
      assert_equal ["a", 2, nil], policy.get("a").to_a
      policy.set(max_versions: 0)
      assert_equal [["", 0, nil], ["a", 2, nil]], policy.all.map(&:to_a)
      assert_equal [2, 0], [policy.at("a/b").max_versions, policy.at("c").max_versions]
      %w[1 2 3].each { |value| store["a/b"] = value }
      assert_equal([2, 3], store.versions("a/b").reject { |version| version.state == :destroyed }.map(&:number))
    end
  end

  def test_the_floor_of_costs
    on_disk do |store|
      floor = Strongroom::KdfCost.new(memory_kib: 20 * 1024, passes: 1, lanes: 1)
      store.policy.kdf_floor = floor
      assert_equal floor, store.policy.kdf_floor
      assert_raises(Strongroom::KdfLimitsError) { store.slots.add_passphrase("cheap", kdf: CHEAP) }
      tiny = Strongroom::KdfCost.new(memory_kib: 1, passes: 1, lanes: 1)
      assert_raises(Strongroom::KdfLimitsError) { store.policy.kdf_floor = tiny }
    end
  end

  def test_options_are_passed_on
    folder do |folder|
      file = "#{folder}/store"
      key = "k" * 32
      said = { cache_bytes: 1 << 20, write_wait_seconds: 0.05, allow_network_fs: true, environment: "test" }
      Store.create(file, raw_key: key, **said) do |store|
        assert_equal :test, store.environment
        assert_raises(Strongroom::InUseError) { Store.open(file, raw_key: key, wait_seconds: Rational(1, 100)) }
        assert_raises(Strongroom::InUseError) { store.transaction { write_in_another_thread(store) } }
      end
      File.chmod(0o644, file)
      assert_raises(Strongroom::FileRefusedError) { Store.open(file, raw_key: key) }
      Store.open(file, raw_key: key, allow_shared_mode: true, verify_up_to: 0) { |store| refute store.open_report.verified }
    end
  end

  # With a block and without one, which is interrupted at other places.
  [nil, proc { flunk }].each do |block|
    define_method("test_waiting_for_a_file_is_interrupted_#{block ? "with" : "without"}_a_block") do
      on_disk do |_, file|
        began = monotonic
        assert_raises(Timeout::Error) do
          Timeout.timeout(1) { Store.open(file, passphrase: "open sesame", wait_seconds: 60, &block) }
        end
        thread = Thread.new { Store.open(file, passphrase: "open sesame", wait_seconds: 60, &block) }
        sleep 0.05
        thread.kill.join
        assert_includes 1..30, monotonic - began
      end
    end
  end

  def test_an_unreadable_copy_of_the_key_header_is_told
    on_disk do |store, file|
      refute store.open_report.unreadable_header
      store.close
      byte = File.binread(file, 1, 100).ord
      File.binwrite(file, (byte ^ 1).chr, 100)
      Store.open(file, passphrase: "open sesame") { |opened| assert opened.open_report.unreadable_header }
    end
  end

  def test_a_file_is_waited_for_until_it_is_free
    on_disk do |store, file|
      began = monotonic
      error = assert_raises(Strongroom::InUseError) { Store.open(file, raw_key: "k" * 32, wait_seconds: 0.25) }
      assert_equal "writer", error.details["holder"]
      assert_includes 0.24..30, monotonic - began
      store["a"] = "1"
      waiter = Thread.new { Store.open(file, passphrase: "open sesame", wait_seconds: 60) { |own| own["a"].reveal } }
      sleep 0.3
      store.close
      assert_equal "1", waiter.value
      assert_raises(Strongroom::InUseError) do
        Store.open(file, passphrase: "open sesame", wait_seconds: 60) { raise Strongroom::InUseError }
      end
    end
  end

  def test_what_needs_no_store
    assert_equal Strongroom::VERSION, Strongroom.library_version
    found = Strongroom.capabilities
    assert_includes found.features, "transactions"
    assert_equal 512, found.limits["path_len_max"]
    found = Strongroom.calibrate(target_seconds: 0.001, max_memory_kib: 19 * 1024)
    assert_equal 19 * 1024, found.cost.memory_kib
    assert_includes 0.001..30, found.measured
    assert_predicate found, :frozen?
  end

  private

  def monotonic
    Process.clock_gettime(Process::CLOCK_MONOTONIC)
  end

  def write_in_another_thread(store)
    Thread.new do
      Thread.current.report_on_exception = false
      store["a"] = "1"
    end.value
  end

  def add_every_slot(store, raw, key_file)
    slots = store.slots
    ids = { raw_key: slots.check(raw_key: raw), passphrase: slots.add_passphrase("pässword", label: "Anna", kdf: CHEAP),
            key_file: slots.add_key_file(key_file),
            passphrase_and_key_file: slots.add_key_file(key_file, passphrase: "both", kdf: CHEAP) }
    recovery = slots.add_recovery_code(label: "safe")
    found = slots.list.to_h { |slot| [slot.kind, slot] }
    assert_equal ids.merge(recovery_code: recovery.id), found.transform_values(&:id)
    assert_equal ["Anna", "safe", ""], found.values_at(:passphrase, :recovery_code, :raw_key).map(&:label)
    assert_equal [nil, CHEAP], found.values_at(:raw_key, :passphrase).map(&:kdf)
    assert_equal [:raw_key], slots.list.select(&:unlocked_this_handle).map(&:kind)
    recovery
  end
end
