# frozen_string_literal: true

module Strongroom
  # Objects that are neither copied nor serialised, because what they hold would be out of reach, and not frozen, because they
  # could not end any more.
  #
  # @api private
  module Uncopied
    %i[marshal_dump encode_with to_json as_json].each do |refused|
      define_method(refused) { |*| Uncopied.refuse(self) }
    end

    # Ruby has given the copy the finalizer of the original by now, which would wipe or close that.
    def initialize_copy(_original)
      ObjectSpace.undefine_finalizer(self)
      Uncopied.refuse(self)
    end

    def freeze
      raise TypeError, "a #{self.class} cannot be frozen: it has to be wiped or closed"
    end

    def self.refuse(object)
      raise TypeError, "a #{object.class} is neither copied nor serialised"
    end
  end
  private_constant :Uncopied
end
