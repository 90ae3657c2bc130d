# frozen_string_literal: true

require_relative "helper"

# Values that nobody has to think of.
class TestGenerator < Minitest::Test
  include Helper
  Generator = Strongroom::Generator

  def test_passwords
    assert_equal 24, made(Generator.password).size
    assert_match(/\A[0-9]{6}\z/, made(Generator.password(length: 6, lower: false, upper: false, symbols: false)))
    assert_match(/\A[a-zA-Z]{300}\z/, made(Generator.password(length: 300, digits: false, symbols: false)))
    refute_match(/[0O1lI|]/, made(Generator.password(length: 1024, look_alikes: false)))
    each = Generator.password(length: 4, each_class: true)
    20.times { [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/].each { |kind| assert_match(kind, made(each)) } }
    assert_operator each.entropy_bits, :<, Generator.password(length: 4).entropy_bits
    assert_in_delta 6 * Math.log2(10), Generator.password(length: 6, lower: false, upper: false, symbols: false).entropy_bits
  end

  def test_tokens
    { base64url: /\A[\w-]{43}\z/, base32: /\A[a-z2-7]{52}\z/, hex: /\A\h{64}\z/, "hex" => /\A\h{64}\z/ }.each do |encoding, looks|
      generator = Generator.token(encoding: encoding)
      assert_match looks, made(generator)
      assert_in_delta 256.0, generator.entropy_bits
    end
    assert_match(/\A[\w-]{43}\z/, made(Generator.token))
    assert_equal 16, Generator.token(bytes: 16, encoding: :raw).generate.bytesize
  end

  def test_passphrases
    assert_operator made(Generator.passphrase).split("-").size, :>=, 6
    assert_equal 3, made(Generator.passphrase(words: 3, separator: " ")).split.size
    assert_in_delta 6 * Math.log2(7776), Generator.passphrase.entropy_bits
  end

  def test_a_value_is_wiped_at_the_end_of_a_block
    generator = Generator.token.freeze
    kept = generator.generate { |value| value.tap { assert_equal 43, value.bytesize } }
    assert kept.wiped?
    refute_equal made(generator), made(generator)
  end

  def test_values_are_made_for_a_secret
    in_memory do |store|
      generator = Generator.token(bytes: 16, encoding: :hex)
      assert_equal 1, store.put("a", generate: generator, expect: :absent, tags: ["made"]).version
      assert_equal({ "made" => "" }, store.info("a").tags)
      assert_match(/\A\h{32}\z/, store["a"].reveal)
      first = store["a"].reveal
      rotated = store.rotate("a", generate: generator, grace: "1m")
      assert_equal [1, 2, START + 60], [rotated.old_version, rotated.new_version, rotated.old_expires_at]
      assert_equal 1, store.verify_any("a", first)
      store.transaction { |tx| assert_equal 3, tx.put("a", nil, generate: generator).version }
      assert_raises(Strongroom::AlreadyExistsError) { store.put("a", generate: generator, expect: :absent) }
    end
  end

  def test_a_description_that_breaks_a_rule_is_refused_when_it_is_used
    in_memory do |store|
      wrong = [Generator.password(length: 0), Generator.password(length: 1025), Generator.token(bytes: 15), Generator.token(bytes: 1025),
               Generator.passphrase(words: 2), Generator.passphrase(words: 65), Generator.passphrase(separator: "ü"),
               Generator.password(lower: false, upper: false, digits: false, symbols: false),
               Generator.password(length: 3, each_class: true), Generator.passphrase(separator: "--"),
               Generator.passphrase(separator: "")]
      wrong.each do |generator|
        uses = [-> { generator.generate }, -> { generator.entropy_bits }, -> { store.put("a", generate: generator) }]
        uses.each { |use| assert_raises(Strongroom::InvalidArgumentError, &use) }
      end
      assert_empty store
    end
  end

  def test_wrong_descriptions_are_refused
    in_memory do |store|
      { TypeError => [-> { Generator.password(length: "24") }, -> { Generator.token(bytes: nil) }, -> { Generator.passphrase(words: 6.5) },
                      -> { Generator.passphrase(separator: 1) }, -> { store.put("a", generate: :token) },
                      -> { store.put("a", generate: "x") }, -> { store.put("a") }, -> { store.put("a", nil) }],
        ArgumentError => [-> { Generator.token(encoding: :base64) }, -> { Generator.password(size: 7) },
                          -> { store.put("a", "b", generate: Generator.token) }],
        RangeError => [-> { Generator.password(length: -1) }, -> { Generator.token(bytes: 2**32) }],
        NoMethodError => [-> { Generator.new }] }.each { |kind, calls| calls.each { |call| assert_raises(kind, &call) } }
      assert_empty store
    end
  end

  def test_a_generator_says_what_it_makes
    said = [Generator.password, Generator.token, Generator.passphrase].map(&:inspect)
    assert_equal ["#<Strongroom::Generator: passwords of 24 characters>", "#<Strongroom::Generator: tokens of 32 bytes>",
                  "#<Strongroom::Generator: passphrases of 6 words>"], said
  end

  def test_one_serves_many_threads
    generator = Generator.token
    made = Array.new(8) { Thread.new { Array.new(20) { generator.generate(&:reveal) } } }.flat_map(&:value)
    assert_equal 160, made.uniq.size
  end

  def test_descriptions_hold_nothing_of_the_library
    assert_frees_all { Array.new(10) { Generator.passphrase }.each(&:entropy_bits) }
  end

  private

  def made(generator)
    generator.generate(&:reveal)
  end
end
