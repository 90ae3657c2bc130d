# frozen_string_literal: true

require_relative "helper"
require "stringio"

# What the README shows, the example does and the signatures say.
class TestDocuments < Minitest::Test
  include Helper

  def test_the_readme_runs
    blocks = File.read(File.join(PACKAGE, "README.md"), encoding: "UTF-8").scan(/^```ruby\n(.*?)^```/m).flatten
    assert_equal 6, blocks.size
    folder do |folder|
      said, complaints, status = ruby("-e", blocks.join("\n"), in_folder: folder)
      assert_equal ["", true], [complaints, status.success?]
      assert_includes said, "production/openai/api-key 1 #<SecretBytes: not shown>"
      refute_match(/sk-proj|hunter|Bearer/, said)
      assert_path_exists "#{folder}/copy.strongroom"
    end
  end

  def test_a_credential_is_rotated
    folder do |folder|
      file, key_file = "#{folder}/app.strongroom", "#{folder}/key"
      Strongroom.create_key_file(key_file)
      Strongroom::Store.create(file, key_file: key_file) { |store| store["db/password"] = "old" }
      said, complaints, status = ruby(example, file, key_file, "db/password", in_folder: folder)
      assert_equal "the service accepted 43 bytes\ndb/password went from version 1 to 2\n", said
      assert_equal ["", true], [complaints, status.success?]
      Strongroom::Store.open(file, key_file: key_file) do |store|
        assert_equal ["", "rotated"], store.versions("db/password").map(&:note)
        assert_raises(Strongroom::VersionExpiredError) { store.get("db/password", version: 1) }
      end
    end
  end

  def test_a_rotation_that_the_service_refuses_is_undone
    rotating do |store, job|
      error = Class.new(StandardError)
      assert_raises(error) { job.rotate(store, "db/password") { raise error } }
      assert_operator store["db/password"], :==, "old"
      assert_equal 3, store.info("db/password").version
      store.get("db/password", version: 2) { |refused| assert_equal 43, refused.value.bytesize }
    end
  end

  def test_a_rotation_that_died_leaves_the_old_credential_for_the_next_one
    rotating do |store, job|
      catch(:died) { job.rotate(store, "db/password") { throw :died } }
      assert_equal 1, store.verify_any("db/password", "old")
      assert job.rotate(store, "db/password") { nil }
      assert_equal [3, 1], store.accepted("db/password") { |secrets| secrets.map(&:version) }
    end
  end

  def test_of_two_rotations_one_goes_on
    rotating do |store, job|
      stale = store.info("db/password")
      store["db/password"] = "of another job"
      store.stub(:info, stale) { assert_equal false, job.rotate(store, "db/password") { flunk } }
      assert_operator store["db/password"], :==, "of another job"
    end
  end

  def test_the_gem_carries_the_licences
    %w[LICENSE-APACHE LICENSE-MIT].each do |name|
      assert_equal File.binread(File.join(ROOT, name)), File.binread(File.join(PACKAGE, name))
    end
  end

  def test_the_signatures_are_those_of_the_code
    signatures = Dir[File.join(PACKAGE, "sig/*.rbs")].to_h { |file| [file, File.read(file, encoding: "UTF-8")] }.values.join
    public_api.each do |owner, methods|
      body = signatures[/^  (?:class|module) #{owner.name.split("::").last}\b.*?^  end$/m]
      body ||= signatures if owner == Strongroom.singleton_class
      assert body, "sig has no #{owner}"
      methods.each do |method|
        assert_match(/^\s+(?:def (?:self\.)?|alias |attr_reader )#{Regexp.escape(method)}[: ]/, body, "#{owner} #{method}")
      end
    end
  end

  def test_every_public_method_is_documented
    sources = Dir[File.join(PACKAGE, "lib/strongroom/*.rb")]
    undocumented = sources.flat_map { |file| undocumented_in(File.readlines(file, chomp: true, encoding: "UTF-8")) }
    assert_empty undocumented
    wrong = ["  # Right.", "  class Right", "    def wrong", "    end", "    private", "    def hidden"]
    assert_equal ["    def wrong"], undocumented_in(wrong)
  end

  private

  def example
    File.join(PACKAGE, "examples/rotate.rb")
  end

  # A store with a credential, and the example as an object.
  def rotating
    job = Object.new
    job.instance_eval(File.read(example, encoding: "UTF-8"), example)
    in_memory do |store|
      store["db/password"] = "old"
      capture_io { yield store, job }
    end
  end

  # Every class with its public methods, and those of its modules.
  def public_api
    classes = [Strongroom::Store, Strongroom::Transaction, Strongroom::Secret, Strongroom::SecretBytes, Strongroom::ManualClock,
               Strongroom::Slots, Strongroom::Policy, Strongroom::Audit, Strongroom::Feed, Strongroom::Subscription, Strongroom::Replayable, Strongroom::Outcome,
               Strongroom::Generator, Strongroom::Error]
    operations = Strongroom::Operations.ancestors.select { |one| one.name.to_s.match?(/\AStrongroom::(?!Uncopied)/) }
    found = classes.to_h { |one| [one, one.public_instance_methods(false) + one.singleton_methods(false)] }
    found[Strongroom::Operations] = operations.flat_map { |one| one.public_instance_methods(false) }
    found.transform_values { |methods| methods.map(&:to_s) - INTERNAL }
  end

  INTERNAL = %w[handle handle_of once? taken lend bytes_of filled run pretty_print tell finish whole subscriptions wipeable].freeze

  # Definitions of a file that have no comment above; of what is private to the package, none.
  def undocumented_in(lines)
    return [] if lines.join("\n").match?(/@api private\n  (?:module|class) /)

    visible = visible_in(lines)
    found = visible.each_with_index.select do |line, index|
      line.match?(/^\s+(?:def|attr_reader|class|module) /) && !visible[index - 1].match?(/^\s*#/)
    end
    found.map(&:first).grep_v(/class << self|module Strongroom/)
  end

  # Lines before `private`, and behind the class it belongs to.
  def visible_in(lines)
    hidden_by = nil
    lines.select do |line|
      indent = line[/\A */].size
      hidden_by = nil if hidden_by && line.strip == "end" && indent < hidden_by
      hidden_by ||= indent if line.strip == "private"
      hidden_by.nil?
    end
  end
end
