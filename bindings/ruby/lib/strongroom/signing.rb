# frozen_string_literal: true

module Strongroom
  # Signing with a secret, and checking who signed, without showing it. A part of {Operations}.
  #
  # A secret that signs payloads should sign no requests, and the other way round.
  module Signing
    # Signs a payload with the current value of a secret: HMAC-SHA-256 (RFC 2104).
    #
    # @param path [String]
    # @param payload [String, SecretBytes] bytes as they are, whatever their encoding
    # @return [String] `"sha256="` and 64 hexadecimal digits
    # @raise [NotFoundError]
    # @raise [ExpiredError]
    # @raise [InvalidArgumentError] if the value is empty: everybody can sign with it
    def sign_payload(path, payload)
      sign(:strongroom_sign_payload, *Text.pair(path), payload)
    end

    # Which version of a secret signed a payload, of the current one and those in grace. How long it takes does not depend
    # on where the signatures differ.
    #
    # @param path [String]
    # @param payload [String, SecretBytes]
    # @param signature [String] the text that came with it; a text that is no signature is wrong, and no error
    # @yieldparam found [Symbol] why there is none, `:wrong`; the block's result does not count
    # @return [Integer, nil] the number of the version; nil if the signature is not valid
    # @raise [NotFoundError]
    # @raise [ExpiredError]
    # @raise [InvalidArgumentError] if the current value is empty
    def verify_payload(path, payload, signature, &block)
      signer(:strongroom_verify_payload, Text.pair(path), payload, signature, &block)
    end

    # Signs a request: as {#sign_payload}, of its time in seconds, a `.` and the body. The receiver needs the time as well.
    #
    # @param path [String]
    # @param timestamp [Integer, Time] seconds since the Unix epoch, or a time, of which a fraction of a second is dropped
    # @param body [String, SecretBytes]
    # @return [String]
    # @raise [NotFoundError]
    # @raise [ExpiredError]
    # @raise [InvalidArgumentError] if the value is empty
    def sign_request(path, timestamp, body)
      sign(:strongroom_sign_request, *Text.pair(path), Times.epoch_seconds(timestamp), body)
    end

    # Which version of a secret signed a request, as {#verify_payload}. Its time must lie within 300 seconds of now; within
    # them a request is valid twice.
    #
    # @param path [String]
    # @param timestamp [Integer, Time] as in {#sign_request}
    # @param body [String, SecretBytes]
    # @param signature [String]
    # @yieldparam found [Symbol] why there is none: `:wrong`, or `:too_old` or `:too_early` of one that fits; the block's
    #   result does not count
    # @return [Integer, nil] the number of the version; nil if the signature is not valid, or not in time
    # @raise [NotFoundError]
    # @raise [ExpiredError]
    # @raise [InvalidArgumentError] if the current value is empty
    def verify_request(path, timestamp, body, signature, &block)
      place = *Text.pair(path), Times.epoch_seconds(timestamp)
      signer(:strongroom_verify_request, place, body, signature, &block)
    end

    private

    def sign(function, *place, payload)
      text = FFI::MemoryPointer.new(:char, Native::SIGNATURE_LEN)
      SecretBytes.lend(payload) do |bytes, length|
        Call.call(function, @handle, *place, bytes, length, text, Native::SIGNATURE_LEN)
      end
      Call.utf8(text.get_string(0))
    end

    # The number of the version that signed. Whatever else was found is nil, because every other object is true to an `if`.
    def signer(function, place, payload, signature)
      found = FFI::Buffer.new(:uint32)
      version = FFI::Buffer.new(:uint64)
      SecretBytes.lend(payload) do |bytes, length|
        Call.call(function, @handle, *place, bytes, length, *Text.signature(signature), found, version)
      end
      number = found.get_uint32(0)
      return version.get_uint64(0) if number == Native::SIGNATURE_VALID

      yield Names.of(Names::SIGNATURES, number) if block_given?
      nil
    end
  end
end
