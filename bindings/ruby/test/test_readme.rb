# frozen_string_literal: true

require_relative "helper"

# What the README of the library shows.
class TestReadme < Minitest::Test
  include Helper

  def test_the_readme_of_the_library_runs
    blocks = File.read(File.join(ROOT, "README.md"), encoding: "UTF-8").scan(/^```ruby\n(.*?)^```/m).flatten
    assert_equal 1, blocks.size
    folder do |folder|
      said, complaints, status = ruby("-e", blocks.first, in_folder: folder)
      assert_equal ["7 bytes, version 1\nteam/token\n", "", true], [said, complaints, status.success?]
    end
  end
end
