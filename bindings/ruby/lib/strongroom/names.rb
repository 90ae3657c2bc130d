# frozen_string_literal: true

module Strongroom
  # Names for the numbers of C.
  #
  # @api private
  module Names
    TIERS = { Native::TIER_STANDARD => :standard, Native::TIER_SENSITIVE => :sensitive,
              Native::TIER_CRITICAL => :critical }.freeze
    VERSION_STATES = { Native::STATE_CURRENT => :current, Native::STATE_SUPERSEDED => :superseded,
                       Native::STATE_DELETED => :deleted, Native::STATE_DESTROYED => :destroyed,
                       Native::STATE_GRACE => :grace, Native::STATE_RETIRED => :retired }.freeze
    ON_EXPIRY = { Native::ON_EXPIRY_BLOCK => :block, Native::ON_EXPIRY_TRASH => :trash }.freeze
    DUE_REASONS = { Native::DUE_EXPIRY => :expiry, Native::DUE_ROTATION => :rotation, Native::DUE_PURGE => :purge }.freeze
    SIGNATURES = { Native::SIGNATURE_VALID => :valid, Native::SIGNATURE_WRONG => :wrong,
                   Native::SIGNATURE_TOO_OLD => :too_old, Native::SIGNATURE_TOO_EARLY => :too_early }.freeze
    ENCODINGS = { Native::ENCODING_BASE64URL => :base64url, Native::ENCODING_BASE32 => :base32,
                  Native::ENCODING_HEX => :hex, Native::ENCODING_RAW => :raw }.freeze
    AUDIT_READS = { Native::AUDIT_READS_BATCHED => :batched, Native::AUDIT_READS_STRICT => :strict,
                    Native::AUDIT_READS_OFF => :off }.freeze
    AUTHORS = { Native::AUTHOR_OWNER => :owner }.freeze
    ENVIRONMENTS = { Native::ENVIRONMENT_LIVE => :live, Native::ENVIRONMENT_TEST => :test }.freeze
    STATES = { Native::LIST_LIVE => :live, Native::LIST_TRASH => :trash, Native::LIST_ALL => :all }.freeze
    SORTS = { Native::SORT_PATH => :path, Native::SORT_UPDATED => :updated }.freeze
    SLOT_KINDS = { Native::SLOT_PASSPHRASE => :passphrase, Native::SLOT_RAW_KEY => :raw_key,
                   Native::SLOT_KEY_FILE => :key_file,
                   Native::SLOT_PASSPHRASE_AND_KEY_FILE => :passphrase_and_key_file,
                   Native::SLOT_RECOVERY_CODE => :recovery_code }.freeze
    HEALTH = { Native::HEALTH_OK => :ok, Native::HEALTH_DEGRADED => :degraded, Native::HEALTH_LOCKED => :locked,
               Native::HEALTH_POISONED => :poisoned, Native::HEALTH_DAMAGED => :damaged }.freeze
    PINS = { Native::PIN_NONE => :none, Native::PIN_IN_HISTORY => :in_history,
             Native::PIN_OLDER_THAN_LOG => :older_than_log }.freeze

    module_function

    # The name of a number, or the number itself where a later library has more of them.
    def of(names, number)
      names.fetch(number, number)
    end

    # The number of a name, which may be a Symbol or a String; ArgumentError for one that is none.
    def number(names, name, what)
      names.key(name.respond_to?(:to_sym) ? name.to_sym : name) ||
        raise(ArgumentError, "#{what} must be one of #{names.values.join(", ")}, not #{name.inspect}")
    end
  end
  private_constant :Names
end
