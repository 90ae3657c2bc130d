# frozen_string_literal: true

require_relative "helper"

# What comes out when the library refuses or fails.
class TestErrors < Minitest::Test
  include Helper

  def test_a_missing_secret_is_a_key_error_that_reads_well
    in_memory do |store|
      error = assert_raises(KeyError) { store.get("no/such") }
      assert_instance_of Strongroom::NotFoundError, error
      assert_kind_of Strongroom::Error, error
      assert_equal "there is no secret at no/such", error.message
      assert_equal [10, "not_found", false, nil], [error.code, error.name, error.retryable?, error.os_error]
      assert_equal 10, error.details["code"]
      assert_equal Encoding::UTF_8, error.message.encoding
    end
  end

  def test_kinds_are_what_ruby_has_for_them
    { NotFoundError: KeyError, InvalidArgumentError: ArgumentError, ClosedError: IOError, IoError: IOError,
      DiskFullError: IOError }.each { |kind, builtin| assert_operator Strongroom.const_get(kind), :<, builtin }
  end

  def test_every_kind_can_be_raised_and_serialised
    Strongroom.const_get(:KINDS).each_value do |kind|
      details = { "name" => kind::NAME, "os_error" => Errno::ENOSPC::Errno, "retryable" => true, "holder" => nil }
      error = Marshal.load(Marshal.dump(kind.new("what went wrong", details: details)))
      assert_instance_of kind, error
      assert_equal ["what went wrong", kind::CODE, kind::NAME], [error.message, error.code, error.name]
      assert_equal [Errno::ENOSPC::Errno, true], [error.os_error, error.retryable?]
      raised = assert_raises(Strongroom::Error) { raise kind }
      assert_equal [kind::MEANING, kind::NAME, false, nil], [raised.message, raised.name, raised.retryable?, raised.os_error]
    end
  end

  def test_an_unknown_status_is_an_unknown_error
    error = CALL.failure(12_345, 0)
    assert_instance_of Strongroom::UnknownError, error
    assert_equal [12_345, "unknown"], [error.code, error.name]
  end

  def test_errors_of_the_operating_system_have_their_number
    folder do |folder|
      error = assert_raises(Strongroom::Error) { Strongroom::Store.create("#{folder}/missing/store", raw_key: "k" * 32) }
      assert_equal Errno::ENOENT::Errno, error.os_error
    end
  end

  def test_a_file_in_use_says_by_whom_and_can_be_tried_again
    on_disk do |_, file|
      error = assert_raises(Strongroom::InUseError) { Strongroom::Store.open(file, passphrase: "open sesame") }
      assert_equal "writer", error.details["holder"]
      assert error.retryable?
    end
  end

  def test_a_panic_is_an_internal_error
    assert_respond_to NATIVE, :strongroom_test_panic,
                      "the library has no strongroom_test_panic: scripts/install-c --profile dev --features capi-test-panic PREFIX"
    error = nil
    _, told = capture_subprocess_io do
      error = assert_raises(Strongroom::InternalError) { CALL.call(:strongroom_test_panic) }
    end
    assert_equal "internal", error.name
    assert_includes told, "panicked"
  end

  def test_no_message_holds_a_secret
    on_disk do |store, file|
      marker = "marker-of-a-secret"
      attempts = [-> { Strongroom::Store.open(file, passphrase: marker, read_only: true) },
                  -> { Strongroom::Store.create("#{file}2", raw_key: marker) }, -> { store.unlock(recovery_code: marker) },
                  -> { store.put("bad//path", marker) }, -> { store.put("a", marker, tier: :huge) },
                  -> { store.put("a", marker, expect: 7) }, -> { store.put("a", "new", expect: marker) },
                  -> { Strongroom::SecretBytes.take(marker) }, -> { Strongroom.wipe(marker) }, -> { store.matches?("missing", marker) },
                  -> { store.slots.check(passphrase: marker) }, -> { store.put("a", [marker]) },
                  -> { Strongroom::Store.create("#{file}2", passphrase: marker, raw_key: marker) },
                  -> { store.rotate("missing", marker) }, -> { store.verify_any("missing", marker) },
                  -> { store.put("a", marker, generate: Strongroom::Generator.token) },
                  -> { store.rotate("a", marker, grace: "soon") }, -> { store.sign_payload("missing", marker) }]
      attempts.each do |attempt|
        error = assert_raises(StandardError, &attempt)
        refute_includes error.full_message, marker
        refute_includes error.inspect, marker
      end
    end
  end

  def test_wrong_types_are_type_errors
    in_memory do |store|
      store.put("a", "b")
      wrong = [-> { store.get(:a) }, -> { store[1] }, -> { store.get(nil) }, -> { store.put("a", 1) }, -> { store.put("a", nil) },
               -> { store.put("a", :b) }, -> { store.put("a", "b", tags: "env") }, -> { store.put("a", "b", tags: { "x" => 1 }) },
               -> { store.put("a", "b", max_versions: "2") }, -> { store.get_many("abc") }, -> { store.get_many({}) },
               -> { store.list(limit: 1.5) }, -> { store.get("a", version: "1") }, -> { store.list(updated_since: 5) },
               -> { store.put("a", "b", remove_tags: "x") }, -> { Strongroom::Store.in_memory(clock: 7) },
               -> { Strongroom::ManualClock.new(5) }, -> { store.policy.kdf_floor = 7 }, -> { store.sweep(items: nil) },
               -> { store.backup("x", progress: 7) }, -> { Strongroom::Store.in_memory(write_wait_seconds: "1") },
               -> { store.backup(nil) }, -> { store.policy.kdf_floor = Strongroom::KdfCost.new(memory_kib: 1) }]
      wrong.each { |call| assert_raises(TypeError, &call) }
    end
  end

  def test_wrong_arguments_are_argument_errors
    in_memory do |store|
      folder do |folder|
        file = "#{folder}/store"
        wrong = [-> { store.unlock }, -> { Strongroom::Store.create(file) }, -> { store.put("a", "b", expect: :present) },
                 -> { Strongroom::Store.create(file, passphrase: "a", raw_key: "k" * 32) }, -> { store.fetch("a", 1, 2) },
                 -> { Strongroom::Store.create(file, raw_key: "k" * 32, environment: :staging) }, -> { store.update("a", tier: 1) },
                 -> { store.list(state: :dead) }, -> { store.list(sort: "size") }, -> { store.put("", "b") }]
        wrong.each { |call| assert_raises(ArgumentError, &call) }
        error = assert_raises(ArgumentError) { store.update("a", tier: :secret) }
        assert_equal "tier must be one of standard, sensitive, critical, not :secret", error.message
        assert_empty Dir.children(folder)
      end
    end
  end

  def test_numbers_that_c_would_cut_off_are_refused
    in_memory do |store, clock|
      store.put("a", "b")
      wrong = [-> { store.get("a", version: -1) }, -> { store.get("a", version: 2**64) }, -> { store.put("a", "b", max_versions: -1) },
               -> { store.policy.set(trash_days: -2) }, -> { store.sweep(items: -1) }, -> { clock.advance(-1) },
               -> { clock.advance(Float::INFINITY) }, -> { Strongroom.calibrate(max_memory_kib: 2**32) },
               -> { store.put("a", "b", expect: -1) }]
      wrong.each { |call| assert_raises(RangeError, &call) }
    end
  end

  def test_handles_that_are_none_are_refused
    [0, 1, 12_345, 2**64 - 1].each do |handle|
      assert_raises(Strongroom::BadHandleError, Strongroom::ClosedError, Strongroom::InvalidArgumentError) do
        CALL.call(:strongroom_lock, handle)
      end
    end
  end
end
