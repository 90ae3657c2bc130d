# frozen_string_literal: true

require_relative "helper"
require_relative "../scripts/player"

# Plays the scenarios of bindings/conformance, which say what every language must do.
class TestScenarios < Minitest::Test
  include Helper

  FILES = Dir[File.join(ROOT, "bindings/conformance/scenarios/*.json")].sort

  FILES.each do |file|
    define_method("test_#{File.basename(file, ".json").tr("-", "_")}") do
      folder { |folder| Player.play(folder, file) }
    end
  end

  def test_there_are_scenarios
    assert_operator FILES.size, :>=, 20
  end

  def test_the_runner_plays_them_all
    folder do |folder|
      said, complaints, status = play(folder, *FILES)
      assert_equal ["#{FILES.size} of #{FILES.size} scenarios\n", ""], [said, complaints]
      assert status.success?
    end
  end

  def test_the_runner_tells_of_faults
    folder do |folder|
      put = { "call" => "put", "with" => { "path" => "a", "value" => "1" }, "gives" => { "version" => 2 } }
      wrong = write(folder, "wrong", [put])
      error = write(folder, "error", [{ "call" => "get", "with" => { "path" => "a" }, "fails" => "locked" }])
      said, complaints, status = play(folder, wrong, error, FILES.first)
      assert_equal "1 of 3 scenarios\n", said
      assert_match(/\A#{wrong}: 2 was expected, and it gave 1.*\n#{error}: locked was expected.*\n\z/, complaints)
      refute status.success?
    end
  end

  def test_a_store_that_is_named_stays
    folder do |folder|
      put = { "call" => "put", "with" => { "path" => "a", "value" => "1" } }
      first = write(folder, "first", [put], "store" => "shared")
      get = { "call" => "get", "with" => { "path" => "a" }, "gives" => { "value" => "1" } }
      second = write(folder, "second", [get], "store" => "shared")
      assert_equal "2 of 2 scenarios\n", play(folder, first, second).first
      assert_equal "1 of 1 scenarios\n", play(folder, second).first
      assert_path_exists File.join(folder, "shared.strongroom")
    end
  end

  private

  def play(*arguments)
    ruby(File.join(PACKAGE, "scripts/play"), *arguments, in_folder: "/")
  end

  def write(folder, name, steps, options = {})
    file = File.join(folder, "#{name}.json")
    File.write(file, JSON.generate("options" => options, "steps" => steps))
    file
  end
end
