# frozen_string_literal: true

module Strongroom
  # As a number of a retention, a time of expiry or a period of rotation: what was said before stays.
  UNCHANGED = :unchanged

  # What a put or an update says beside the value, on its way to C. nil leaves what is there.
  #
  # @api private
  class Changes
    # Yields a changes object that says so, until the end of the block.
    def self.with(**said)
      Call.with(:strongroom_changes_new, free: :strongroom_changes_free) do |changes|
        new(changes).say(**said)
        yield changes
      end
    end

    # A number of a retention for C.
    def self.inheritable(number)
      return Native::UNCHANGED if number == UNCHANGED

      number.nil? ? Native::INHERITED : Numbers.u63(number)
    end

    def initialize(handle)
      @handle = handle
    end

    def say(tags: nil, add_tags: nil, remove_tags: nil, description: nil, tier: nil, content_type: nil, note: nil,
            max_versions: UNCHANGED, trash_days: UNCHANGED, expires_in: nil, expires_at: UNCHANGED, on_expiry: nil,
            rotate_every: UNCHANGED, expect: nil, expect_meta_version: nil)
      say_tags(tags, add_tags, remove_tags)
      say_texts(strongroom_changes_description: description, strongroom_changes_content_type: content_type,
                strongroom_changes_note: note)
      call(:strongroom_changes_tier, Names.number(Names::TIERS, tier, "tier")) unless tier.nil?
      say_retention(strongroom_changes_max_versions: max_versions, strongroom_changes_trash_days: trash_days)
      say_expiry(expires_in, expires_at, on_expiry)
      call(:strongroom_changes_rotate_every, Times.period(rotate_every)) unless rotate_every == UNCHANGED
      say_condition(expect)
      return if expect_meta_version.nil?

      call(:strongroom_changes_expect_meta_version, Numbers.u64(expect_meta_version))
    end

    private

    def call(function, *arguments)
      Call.call(function, @handle, *arguments)
    end

    def say_tags(tags, add, remove)
      call(:strongroom_changes_replace_tags) unless tags.nil?
      [tags, add].compact.each do |pairs|
        Text.tag_pairs(pairs).each { |key, value| call(:strongroom_changes_tag, *Text.pair(key), *Text.pair(value)) }
      end
      Text.labels(remove || []).each { |key| call(:strongroom_changes_remove_tag, *Text.pair(key)) }
    end

    def say_texts(texts)
      texts.each { |say, value| call(say, *Text.pair(value)) unless value.nil? }
    end

    def say_retention(numbers)
      numbers.each { |say, number| call(say, Changes.inheritable(number)) unless number == UNCHANGED }
    end

    def say_expiry(duration, time, action)
      raise ArgumentError, "give expires_in: or expires_at:, not both" unless duration.nil? || time == UNCHANGED

      call(:strongroom_changes_expires_in, Times.whole_seconds(duration)) unless duration.nil?
      call(:strongroom_changes_expires_at, Times.to_ms_or_none(time)) unless time == UNCHANGED
      call(:strongroom_changes_on_expiry, Names.number(Names::ON_EXPIRY, action, "on_expiry")) unless action.nil?
    end

    def say_condition(expect)
      case expect
      when nil then nil
      when Integer then call(:strongroom_changes_expect_version, Numbers.u64(expect))
      when :absent, "absent" then call(:strongroom_changes_expect_absent)
      else # Not shown, because whoever thinks of values gives one here.
        raise ArgumentError, "expect must be :absent or the number of a version, not this #{expect.class}"
      end
    end
  end
  private_constant :Changes
end
