# frozen_string_literal: true

module Strongroom
  # How a value is made that nobody has to think of. Any number of calls and threads may use one; every value that fits the
  # description is as likely as any other.
  #
  # A number or a separator that breaks a rule is refused with {InvalidArgumentError} when it is used.
  class Generator
    class << self
      # Passwords of ASCII characters.
      #
      # @param length [Integer] characters, 1 to 1024
      # @param lower [Boolean] letters in lower case
      # @param upper [Boolean] letters in upper case
      # @param digits [Boolean]
      # @param symbols [Boolean] the 32 signs
      # @param look_alikes [Boolean] false leaves out `0`, `O`, `1`, `l`, `I` and `|`
      # @param each_class [Boolean] at least one of each of these classes; otherwise one may be missing by chance
      # @return [Generator]
      def password(length: 24, lower: true, upper: true, digits: true, symbols: true, look_alikes: true, each_class: false)
        characters = { Native::CHARACTERS_LOWER => lower, Native::CHARACTERS_UPPER => upper,
                       Native::CHARACTERS_DIGITS => digits, Native::CHARACTERS_SYMBOLS => symbols,
                       Native::CHARACTERS_NO_LOOK_ALIKES => !look_alikes, Native::CHARACTERS_EACH_CLASS => each_class }
        chosen = characters.select { |_, is_chosen| is_chosen }.keys.sum
        new("passwords of #{length} characters", [:strongroom_generator_password, Numbers.u32(length)],
            [:strongroom_generator_characters, chosen])
      end

      # Tokens of random bytes.
      #
      # @param bytes [Integer] 16 to 1024
      # @param encoding [Symbol] how they are written: `:base64url` or `:base32` without padding, `:hex`, or `:raw` for the
      #   bytes themselves
      # @return [Generator]
      def token(bytes: 32, encoding: :base64url)
        new("tokens of #{bytes} bytes", [:strongroom_generator_token, Numbers.u32(bytes)],
            [:strongroom_generator_encoding, Names.number(Names::ENCODINGS, encoding, "encoding")])
      end

      # Passphrases of words out of the 7776 of the EFF's large list.
      #
      # @param words [Integer] 3 to 64
      # @param separator [String] what stands between them: one character of printable ASCII
      # @return [Generator]
      def passphrase(words: 6, separator: "-")
        new("passphrases of #{words} words", [:strongroom_generator_passphrase, Numbers.u32(words)],
            [:strongroom_generator_separator, *Text.pair(separator)])
      end

      # Yields the handle of a generator of the library's that does so, until the end of the block.
      # @api private
      def lend(generator, &block)
        raise TypeError, "expected a Generator, not #{generator.class}" unless generator.is_a?(Generator)

        generator.__send__(:lend, &block)
      end
    end
    private_class_method :new

    # @api private
    def initialize(about, make, choose)
      @about = about
      @make = make.freeze
      @choose = choose.freeze
      freeze
    end

    # How many bits of entropy a value has that is made so: how hard it is to guess.
    #
    # @return [Float]
    # @raise [InvalidArgumentError]
    def entropy_bits
      bits = FFI::Buffer.new(:double)
      lend { |generator| Call.call(:strongroom_generator_entropy_bits, generator, bits) }
      bits.get_float64(0)
    end

    # Makes a value, of no secret yet. With a block, it is wiped at its end. With `put` and `rotate`, `generate:` writes one
    # that nobody sees before it is read.
    #
    # @yieldparam value [SecretBytes]
    # @return [SecretBytes] or what the block returns
    # @raise [InvalidArgumentError]
    # @raise [RandomFailedError]
    def generate(&block)
      block ? Interrupts.lend(-> { made }, :wipe.to_proc, &block) : made
    end

    # @return [String] what is made
    def inspect
      "#<#{self.class}: #{@about}>"
    end

    private

    def made
      lend do |generator|
        Call.with(:strongroom_generate, generator, free: :strongroom_secret_free) { |value| Secret.bytes_of(value) }
      end
    end

    def lend
      Call.with(*@make, free: :strongroom_generator_free) do |generator|
        choose, *chosen = @choose
        Call.call(choose, generator, *chosen)
        yield generator
      end
    end
  end
end
