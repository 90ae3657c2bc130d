# frozen_string_literal: true

module Strongroom
  # Text that is no secret, on its way to C.
  #
  # @api private
  module Text
    module_function

    # Encodings that say nothing of bytes above 127, as what a program is given has them in some environments.
    UNSAID = [Encoding::BINARY, Encoding::US_ASCII].freeze

    # A text and its length. It is a copy, which no other thread can change while C reads it. Bytes of which no encoding is
    # said are taken as they are.
    def pair(value)
      raise TypeError, "expected a String, not #{value.class}" unless value.is_a?(String)

      encoded = UNSAID.include?(value.encoding) ? value.dup : value.encode(Encoding::UTF_8)
      [encoded, encoded.bytesize]
    rescue EncodingError
      raise InvalidArgumentError, "a text is no valid #{value.encoding}; pass it in UTF-8"
    end

    # A signature and its length. A text that is none is wrong and no error, and so is one that is broken: as wrong as none.
    def signature(value)
      pair(value)
    rescue InvalidArgumentError
      ["", 0]
    end

    # A text that may be left out.
    def pair_or_nil(value)
      value.nil? ? [nil, 0] : pair(value)
    end

    # The name of a file, of whatever bytes.
    def file(value)
      name = File.path(value).b
      [name, name.bytesize]
    end

    # Tags as keys and values; a bare label has an empty value. Keys may be Symbols.
    def tag_pairs(tags)
      return tags.transform_keys { |key| key.is_a?(Symbol) ? key.name : key }.to_a if tags.is_a?(Hash)

      labels(tags).map { |label| [label, ""] }
    end

    # Several texts that are needed more than once, of which the caller may go on to change what it gave, or have something
    # that gives them once.
    def kept(texts)
      texts.is_a?(Enumerable) && !texts.is_a?(Hash) ? texts.to_a.dup.freeze : texts.dup.freeze
    end

    # Several texts.
    def labels(texts)
      raise TypeError, "expected several texts, not #{texts.class}" unless texts.is_a?(Enumerable) && !texts.is_a?(Hash)

      texts.to_a
    end
  end
  private_constant :Text
end
