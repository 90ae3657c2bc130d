# frozen_string_literal: true

module Strongroom
  # Secret bytes in memory of their own, which is overwritten by {#wipe}, at the end of a block and when they are
  # garbage-collected.
  #
  # They are not printed, serialised, copied or frozen, and `==` takes a time that depends on the lengths alone. As a key of a
  # Hash they are themselves and not their bytes.
  class SecretBytes
    include Uncopied

    LOCK = Mutex.new
    private_constant :LOCK

    class << self
      # Copies a value; with a block, yields the copy and wipes it at the end.
      #
      # @param value [String, SecretBytes, FFI::MemoryPointer, FFI::Buffer] bytes as they are, whatever their encoding; the
      #   original is the caller's to wipe
      # @yieldparam bytes [SecretBytes]
      # @return [SecretBytes] or what the block returns
      def new(value = "", &block)
        return super(value) unless block

        Interrupts.lend(-> { super(value) }, :wipe.to_proc, &block)
      end

      # Copies a String and wipes it, as {Strongroom.wipe} does; with a block, yields the copy and wipes it at the end.
      #
      # @param string [String] not frozen
      # @yieldparam bytes [SecretBytes]
      # @return [SecretBytes] or what the block returns
      # @raise [FrozenError]
      def take(string, &block)
        return Interrupts.lend(-> { take(string) }, :wipe.to_proc, &block) if block

        Interrupts.held { new(wipeable(string)).tap { Strongroom.wipe(string) } }
      end

      # A String that can be overwritten. Ruby's own FrozenError would show it, and keep it.
      # @api private
      def wipeable(string)
        raise TypeError, "expected a String, not #{string.class}" unless string.is_a?(String)
        return string if string.empty? || !string.frozen?

        raise FrozenError, "a frozen String cannot be overwritten; SecretBytes.new copies it, and leaves it as it is"
      end

      # Bytes in memory with room for so many, which the block fills; it returns how many there are.
      # @api private
      def filled(room, &block)
        made = allocate
        made.__send__(:reserve, room, &block)
        made
      end

      # Where the bytes of a value are, and how many, during the block. What is no SecretBytes is copied, because another
      # thread could change it while C reads it, and the copy is wiped.
      # @api private
      def lend(value, &block)
        return value.with_bytes(&block) if value.is_a?(SecretBytes)

        new(value) { |copy| copy.with_bytes(&block) }
      end
    end

    # @api private
    def initialize(value = "")
      case value
      when String then copy_string(value)
      when SecretBytes then value.with_bytes { |bytes, length| copy_memory(bytes, length) }
      when FFI::MemoryPointer, FFI::Buffer then copy_memory(value, value.size)
      else raise TypeError, "expected a String or SecretBytes, not #{value.class}"
      end
    end

    # Yields where the bytes are and how many, without a copy, to be handed to another library in C. They are not wiped
    # before the block ends, whoever asks for it.
    #
    # @yieldparam pointer [FFI::MemoryPointer] to be read during the block only
    # @yieldparam length [Integer]
    # @return [Object] what the block returns
    # @raise [ClosedError] if they were wiped
    def with_bytes
      memory = nil
      Interrupts.held { memory = borrow }
      yield memory, @length
    ensure
      Interrupts.held { give_back } if memory
    end

    # Overwrites the bytes; everything else is a {ClosedError} from then on. Where another thread is using them, they are
    # overwritten when it has ended.
    #
    # @return [nil]
    def wipe
      Interrupts.held do
        overwrite(LOCK.synchronize do
          @wiped = true
          @borrowers.zero?
        end)
      end
    end

    # @return [Boolean]
    def wiped?
      @wiped
    end

    # @return [Integer] how many bytes there are
    # @raise [ClosedError] if they were wiped
    def bytesize
      raise ClosedError, "these bytes were wiped" if @wiped

      @length
    end
    alias length bytesize

    # @return [Boolean]
    # @raise [ClosedError] if they were wiped
    def empty?
      bytesize.zero?
    end

    # The bytes as a String of Ruby's in UTF-8, which nothing wipes. With a block, the String is wiped at its end; what was
    # made of it meanwhile is not, and a copy that shares memory with it keeps the original in memory.
    #
    # @yieldparam text [String]
    # @return [String] or what the block returns
    # @raise [EncodingError] if the bytes are no UTF-8; they are not in its message
    # @raise [ClosedError] if they were wiped
    def reveal(&block)
      block ? lend_string(-> { copied_text }, &block) : copied_text
    end

    # As {#reveal}, as a binary String.
    #
    # @yieldparam bytes [String]
    # @return [String] or what the block returns
    # @raise [ClosedError] if they were wiped
    def reveal_bytes(&block)
      block ? lend_string(-> { copied_bytes }, &block) : copied_bytes
    end

    # Compares with a String or other SecretBytes, byte by byte and whatever the encoding. How long it takes does not
    # depend on where they differ.
    #
    # @return [Boolean]
    # @raise [ClosedError] if they were wiped
    def ==(other)
      return with_bytes { true } if equal?(other)
      return with_bytes { false } unless other.is_a?(String) || other.is_a?(SecretBytes)

      with_bytes do |memory, length|
        SecretBytes.lend(other) do |others, others_length|
          Native.strongroom_equal(memory, length, others, others_length) == 1
        end
      end
    end

    # @return [String] never the bytes
    def inspect
      wiped? ? "#<SecretBytes: wiped>" : "#<SecretBytes: not shown>"
    end
    alias to_s inspect

    # @api private
    def pretty_print(printer)
      printer.text(inspect)
    end


    private

    def copy_string(string)
      length = string.bytesize
      reserve(length) do |memory|
        memory.put_bytes(0, string, 0, length)
        length
      end
    end

    def copy_memory(bytes, length)
      reserve(length) do |memory|
        Native.memcpy(memory, bytes, length)
        length
      end
    end

    # Makes memory with room for so many bytes, and has it filled. It is wiped whatever happens from then on.
    def reserve(room)
      @borrowers = 0
      @wiped = false
      @memory = FFI::MemoryPointer.new([room, 1].max)
      @finalizer = Finalizer.wipe(self, @memory)
      @length = yield @memory
    end

    def borrow
      LOCK.synchronize do
        raise ClosedError, "these bytes were wiped" if @wiped

        @borrowers += 1
        @memory
      end
    end

    def give_back
      overwrite(LOCK.synchronize do
        @borrowers -= 1
        @wiped && @borrowers.zero?
      end)
    end

    def overwrite(unused)
      return unless unused

      Native.strongroom_wipe(@memory, @memory.size)
      @finalizer.done
      nil
    end

    def copied_bytes
      with_bytes { |memory, length| memory.get_bytes(0, length) }
    end

    def copied_text
      text = copied_bytes.force_encoding(Encoding::UTF_8)
      return text if text.valid_encoding?

      Strongroom.wipe(text)
      raise EncodingError, "the secret bytes are not UTF-8 text"
    end

    def lend_string(make, &block)
      Interrupts.lend(make, ->(string) { Strongroom.wipe(string) unless string.frozen? }, &block)
    end
  end

  # Overwrites a String with zeros, in place. Where Ruby shares its memory with another String, such as a copy or a long
  # end of it, that memory stays as it was: Ruby does not say so.
  #
  # @param string [String] not frozen
  # @return [nil]
  # @raise [FrozenError]
  def self.wipe(string)
    return if SecretBytes.wipeable(string).empty?

    string.setbyte(0, 0) # Ruby gives it memory of its own, if it was shared.
    Native.strongroom_wipe(string, string.bytesize)
    nil
  end
end
