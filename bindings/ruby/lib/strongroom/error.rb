# frozen_string_literal: true

module Strongroom
  # What the library refused or failed to do. Its message is one sentence for a person, and never holds a secret.
  #
  # This is a module, so that an error can be what Ruby calls it as well: a {NotFoundError} is a `KeyError`, a
  # {ClosedError} an `IOError`. `rescue Strongroom::Error` catches every kind, and each kind is a class.
  module Error
    # @return [Integer] the number of the kind, `STRONGROOM_E_…` of the C header
    attr_reader :code

    # @return [Hash{String => Object}] what is known beyond the message: `"holder"` of a file in use, and what is in the
    #   other attributes
    attr_reader :details

    # @param message [String]
    # @param code [Integer]
    # @param details [Hash{String => Object}]
    def initialize(message = self.class::MEANING, code: self.class::CODE, details: {})
      super(message)
      @code = code
      @details = details
    end

    # @return [String] the name of the kind, such as `"not_found"`
    def name
      details.fetch("name", self.class::NAME)
    end

    # @return [Boolean] whether the very same call may succeed later, because what was in the way may go by itself
    def retryable?
      details["retryable"] == true
    end

    # @return [Integer, nil] the operating system's number of the error behind this one (errno)
    def os_error
      number = details["os_error"]
      number unless number&.zero?
    end
  end

  # An error of a kind that this package does not know, from a later library.
  class UnknownError < StandardError
    include Error

    # The number of the kind is not known.
    CODE = 0
    # Its name.
    NAME = "unknown"
    # What it means.
    MEANING = "An error of a kind that this package does not know."
  end
end
