# frozen_string_literal: true

require_relative "helper"
require "json"
require "minitest/mock"
require "pp"
require "set"
require "yaml"

# Secret bytes: never shown by accident, and wiped.
class TestSecretBytes < Minitest::Test
  include Helper
  SecretBytes = Strongroom::SecretBytes

  def test_they_show_nothing_by_accident
    SecretBytes.new("hunter2") do |secret|
      record = Strongroom::RecoveryCode.new(id: "slot", code: secret)
      shown = [secret.inspect, secret.to_s, "#{secret}", format("%s %p", secret, secret), PP.pp(secret, +""),
               [secret].inspect, { secret => secret }.to_s, record.inspect, PP.pp(record, +""), String(secret)]
      shown.each do |text|
        refute_includes text, "hunter2"
        assert_includes text, "not shown"
      end
    end
  end

  def test_they_are_neither_copied_nor_serialised
    in_memory do |store|
      store.put("a", "hunter2")
      store.get("a") do |secret|
        [secret, secret.value].each do |one|
          refusals = [-> { Marshal.dump(one) }, -> { YAML.dump(one) }, -> { JSON.generate([one]) }, -> { one.to_json },
                      -> { one.as_json }, -> { one.dup }, -> { one.clone }, -> { Marshal.dump([one]) }]
          refusals.each do |refusal|
            error = assert_raises(TypeError, &refusal)
            refute_includes error.message, "hunter2"
          end
        end
      end
    end
  end

  def test_no_implicit_conversion_gives_them_away
    SecretBytes.new("hunter2") do |secret|
      %i[to_str to_ary to_hash to_proc each].each { |conversion| refute_respond_to secret, conversion }
      assert_raises(TypeError) { "Bearer " + secret }
      assert_raises(TypeError) { File.join("a", secret) }
    end
  end

  def test_they_can_be_read_on_purpose
    secret = SecretBytes.new("pässword")
    assert_equal "pässword", secret.reveal
    assert_equal Encoding::UTF_8, secret.reveal.encoding
    assert_equal "pässword".b, secret.reveal_bytes
    assert_equal Encoding::BINARY, secret.reveal_bytes.encoding
    assert_equal [9, 9, false], [secret.bytesize, secret.length, secret.empty?]
    secret.with_bytes do |pointer, length|
      assert_equal "pässword".b, pointer.get_bytes(0, length)
    end
    assert_empty SecretBytes.new
  end

  def test_a_revealed_string_is_wiped_behind_the_block
    secret = SecretBytes.new("a long enough secret that Ruby puts it on the heap")
    kept = nil
    length = secret.reveal do |text|
      kept = text
      assert_equal Encoding::UTF_8, text.encoding
      text.bytesize
    end
    assert_equal "\0" * length, kept
    assert_raises(RuntimeError) { secret.reveal_bytes { |bytes| (kept = bytes) && raise } }
    assert_equal "\0".b * length, kept
    secret.reveal(&:freeze)
  end

  def test_wiping_a_string_leaves_its_copies_alone
    original = "a long enough secret that Ruby puts it on the heap".dup
    copy = original.dup
    tail = original[7..]
    Strongroom.wipe(original)
    assert_equal "\0" * copy.bytesize, original
    assert_equal "a long enough secret that Ruby puts it on the heap", copy
    assert_equal copy[7..], tail
    Strongroom.wipe(+"")
    assert_raises(FrozenError) { Strongroom.wipe("frozen") }
    assert_raises(TypeError) { Strongroom.wipe(7) }
  end

  def test_a_string_can_be_taken
    string = "hunter2".dup
    taken = SecretBytes.take(string)
    assert_equal "\0" * 7, string
    assert_equal "hunter2", taken.reveal
    assert_raises(FrozenError) { SecretBytes.take("frozen") }
  end

  # Ruby's own FrozenError shows the String, and keeps it as its receiver.
  def test_a_frozen_string_is_neither_copied_nor_shown
    uses = [Strongroom.method(:wipe), SecretBytes.method(:take), ->(string) { SecretBytes.take(string) { flunk } }]
    uses.each do |use|
      error = assert_raises(FrozenError) { SecretBytes.stub(:new, ->(*) { flunk }) { use.call("hunter2") } }
      refute_includes error.full_message, "hunter2"
      assert_includes error.message, "SecretBytes.new copies it"
      assert_raises(ArgumentError) { error.receiver }
      assert_nil error.cause
    end
  end

  def test_what_cannot_be_taken_is_not_copied
    bytes = SecretBytes.new("hunter2")
    [7, nil, bytes].each do |other|
      assert_raises(TypeError) { SecretBytes.stub(:new, ->(*) { flunk }) { SecretBytes.take(other) } }
    end
    assert_equal "hunter2", bytes.reveal
  end

  def test_they_compare_with_strings_whatever_the_encoding
    secret = SecretBytes.new("ab\0c")
    ["ab\0c", "ab\0c".b, "ab\0c".encode("US-ASCII"), SecretBytes.new("ab\0c"), secret].each do |same|
      assert_operator secret, :==, same
      refute_operator secret, :!=, same
    end
    ["ab\0d", "ab", "ab\0cd", "", SecretBytes.new, 7, nil, ["ab\0c"], :"ab\0c"].each { |other| refute_operator secret, :==, other }
    refute_operator secret, :eql?, SecretBytes.new("ab\0c")
  end

  def test_what_is_no_text_is_not_in_the_error
    secret = SecretBytes.new("top\xFF")
    error = assert_raises(EncodingError) { secret.reveal }
    assert_equal "the secret bytes are not UTF-8 text", error.message
    assert_nil error.cause
    assert_equal "top\xFF".b, secret.reveal_bytes
  end

  def test_wiped_bytes_are_gone
    pointer = nil
    secret = SecretBytes.new("abc") do |bytes|
      bytes.with_bytes { |memory, _| pointer = memory }
      bytes
    end
    assert_equal "\0\0\0", pointer.get_bytes(0, 3)
    assert secret.wiped?
    assert_equal "#<SecretBytes: wiped>", secret.inspect
    uses = [:bytesize, :reveal, :reveal_bytes, :empty?].map { |name| -> { secret.public_send(name) } }
    uses += [-> { secret == "abc" }, -> { secret == secret }, -> { secret == 7 }, -> { secret.with_bytes { flunk } },
             -> { SecretBytes.new(secret) }]
    uses.each { |use| assert_raises(Strongroom::ClosedError, &use) }
    assert_nil secret.wipe
  end

  def test_bytes_in_use_are_wiped_when_the_use_has_ended
    secret = SecretBytes.new("abc")
    seen = nil
    secret.with_bytes do |pointer, length|
      secret.wipe
      assert_raises(Strongroom::ClosedError) { secret.bytesize }
      assert_equal "abc", pointer.get_bytes(0, length)
      seen = pointer
    end
    assert_equal "\0\0\0", seen.get_bytes(0, 3)
  end

  def test_garbage_is_wiped
    pointers = []
    make_garbage { 20.times { SecretBytes.new("abc").with_bytes { |pointer, _| pointers << pointer } } }
    # Ruby may still see one of them on some stack.
    assert_operator pointers.count { |pointer| pointer.get_bytes(0, 3) == "\0\0\0" }, :>=, 15
  end

  def test_the_original_is_left_alone
    original = "abc".dup
    SecretBytes.new(original).wipe
    assert_equal "abc", original
    assert_raises(TypeError) { SecretBytes.new(7) }
    assert_raises(TypeError) { SecretBytes.new(nil) }
  end

  def test_memory_of_c_is_taken
    memory = FFI::MemoryPointer.new(:uint8, 3).put_bytes(0, "abc")
    assert_operator SecretBytes.new(memory), :==, "abc"
  end
end
