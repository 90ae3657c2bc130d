# frozen_string_literal: true

require_relative "helper"

# Stores that the Rust library wrote, as they stand in the repository with what is in them.
class TestGolden < Minitest::Test
  include Helper

  GOLDEN = File.join(ROOT, "tests/golden/v1")

  def test_a_store_with_everything_in_it
    said = File.readlines("#{GOLDEN}/everything.txt", chomp: true, encoding: "UTF-8").map { |line| line.split(": ", 2) }
    only = said.to_h
    folder do |folder|
      file = "#{folder}/everything.strongroom"
      FileUtils.cp("#{GOLDEN}/everything.store", file)
      File.chmod(0o600, file)
      key = [only.fetch("unlock").split[1]].pack("H*")
      Strongroom::Store.open(file, raw_key: key, read_only: true) do |store|
        assert_equal only.fetch("pin"), store.pin
        report = store.verify
        assert_equal only.fetch("counts").split.map { |count| Integer(count) },
                     [report.secrets, report.trashed, report.versions, report.events]
        ids = said.select { |name, _| name == "secret" }.map { |_, value| value.split.first }
        refute_empty ids
        assert_equal ids.sort, store.scan(state: :all).map(&:id).sort
      end
    end
  end
end
