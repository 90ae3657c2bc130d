# frozen_string_literal: true

require_relative "lib/strongroom/version"

Gem::Specification.new do |spec|
  spec.name = "strongroom"
  spec.version = Strongroom::VERSION
  spec.summary = "Embedded secret store: one sealed file, one library, no server"
  spec.description = "Keeps API keys and passwords in one sealed file, with versions, transactions and a trash, without a server."
  spec.authors = ["The strongroom developers"]
  spec.licenses = ["MIT", "Apache-2.0"]
  spec.required_ruby_version = ">= 3.0"
  spec.metadata = { "rubygems_mfa_required" => "true" }

  library = Dir.glob("lib/strongroom/library/*", base: __dir__)
  spec.files = Dir.glob(["lib/**/*.rb", "sig/*.rbs", "examples/*.rb", "README.md", "LICENSE-*", ".yardopts"], base: __dir__) + library
  # With the library in it (scripts/library), a gem is for one platform; without, it uses the one of the system.
  spec.platform = Gem::Platform::CURRENT unless library.empty?

  spec.add_dependency "ffi", ">= 1.15", "< 2"
end
