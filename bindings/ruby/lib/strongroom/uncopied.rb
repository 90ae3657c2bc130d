# frozen_string_literal: true

module Strongroom
  # Objects that are neither copied nor serialised, because what they hold would be out of reach.
  #
  # @api private
  module Uncopied
    %i[initialize_copy marshal_dump encode_with to_json as_json].each do |refused|
      define_method(refused) do |*|
        raise TypeError, "a #{self.class} is neither copied nor serialised"
      end
    end
  end
  private_constant :Uncopied
end
