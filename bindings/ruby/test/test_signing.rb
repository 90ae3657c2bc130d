# frozen_string_literal: true

require_relative "helper"
require "openssl"

# Signatures of payloads and requests.
class TestSigning < Minitest::Test
  include Helper

  SENT = Time.at(1_800_000_000, in: "UTC")

  def signing
    in_memory do |store, clock|
      store.put("hook", "a key")
      yield store, clock
    end
  end

  def test_a_signature_is_an_hmac
    signing do |store|
      ["", "text", "ünï", "a\0b", "\xFF".b, "x" * 100_000].each do |payload|
        signature = store.sign_payload("hook", payload)
        assert_equal "sha256=#{OpenSSL::HMAC.hexdigest("SHA256", "a key", payload)}", signature
        assert_equal [Encoding::UTF_8, false], [signature.encoding, signature.frozen?]
        assert_equal 1, store.verify_payload("hook", Strongroom::SecretBytes.new(payload), signature)
        assert_nil store.verify_payload("hook", "#{payload.b}.", signature)
      end
      dated = OpenSSL::HMAC.hexdigest("SHA256", "a key", "-7.body")
      assert_equal "sha256=#{dated}", store.sign_request("hook", -7, "body")
    end
  end

  def test_what_is_not_valid_is_false_to_an_if
    signing do |store|
      good = store.sign_payload("hook", "p")
      told = []
      broken = "\xff".dup.force_encoding("UTF-16LE")
      others = [broken, "\xff", good.dup.force_encoding("UTF-16LE")]
      assert_equal [nil] * 3, others.map { |signature| store.verify_payload("hook", "p", signature) }
      assert_nil store.verify_request("hook", START, "p", broken)
      assert_equal 1, store.verify_payload("hook", "p", good.encode("UTF-16LE"))
      [good.sub(/.\z/) { |last| last == "0" ? "1" : "0" }, "", "none", "a\0b", good[0..-2], "ünï"].each do |signature|
        assert_nil(store.verify_payload("hook", "p", signature) { |why| told << why })
      end
      assert_equal [:wrong] * 6, told
      assert_equal(1, store.verify_payload("hook", "p", good) { flunk })
    end
  end

  def test_versions_in_grace_sign_too
    signing do |store, clock|
      old = store.sign_payload("hook", "p")
      store.rotate("hook", "another key", grace: 60)
      assert_equal [1, 2], [old, store.sign_payload("hook", "p")].map { |one| store.verify_payload("hook", "p", one) }
      clock.advance(60)
      assert_nil store.verify_payload("hook", "p", old)
    end
  end

  def test_a_request_is_valid_within_its_window
    signing do |store, clock|
      signature = store.sign_request("hook", SENT.to_i, "body")
      # The time of a store never goes back.
      { -Rational(300_001, 1000) => :too_early, -300 => :valid, 0 => :valid, 300 => :valid,
        Rational(300_001, 1000) => :too_old }.each { |age, expected| check(store, clock, age, signature, expected) }
      assert_equal :wrong, found(store, SENT.to_i + 1, signature)
    end
  end

  def test_a_time_is_as_good_as_its_seconds
    signing do |store|
      signature = store.sign_request("hook", START.to_i, "body")
      assert_equal signature, store.sign_request("hook", START, "body")
      assert_equal 1, store.verify_request("hook", START, "body", signature)
    end
  end

  def test_transactions_sign
    signing do |store|
      store.transaction do |tx|
        tx.put("new", "key")
        assert_equal 1, tx.verify_payload("new", "p", tx.sign_payload("new", "p"))
        assert_equal 1, tx.verify_request("new", START, "p", tx.sign_request("new", START, "p"))
      end
    end
  end

  def test_what_cannot_sign
    signing do |store|
      store.put("empty", "")
      signature = store.sign_payload("hook", "p")
      { Strongroom::InvalidArgumentError => [-> { store.sign_payload("empty", "p") }, -> { store.sign_request("empty", 0, "p") },
                                             -> { store.verify_payload("empty", "p", signature) }],
        Strongroom::NotFoundError => [-> { store.sign_payload("no", "p") }, -> { store.verify_payload("no", "p", signature) },
                                      -> { store.verify_request("no", 0, "p", signature) }],
        TypeError => [-> { store.sign_payload("hook", nil) }, -> { store.sign_payload("hook", 1) },
                      -> { store.verify_payload("hook", "p", nil) }, -> { store.sign_request("hook", "0", "p") },
                      -> { store.sign_request("hook", nil, "p") }, -> { store.verify_request("hook", 1.5, "p", signature) }],
        RangeError => [-> { store.sign_request("hook", 2**63, "p") }, -> { store.verify_request("hook", -(2**64), "p", signature) }] }
        .each { |kind, calls| calls.each { |call| assert_raises(kind, &call) } }
    end
  end

  private

  def check(store, clock, age, signature, expected)
    clock.set(SENT + age)
    assert_equal expected, found(store, SENT.to_i, signature), "at an age of #{age.to_f}"
  end

  def found(store, timestamp, signature)
    why = nil
    version = store.verify_request("hook", timestamp, "body", signature) { |found| why = found }
    assert_equal version.nil?, !why.nil?
    why || :valid
  end
end
