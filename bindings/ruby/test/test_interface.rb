# frozen_string_literal: true

require_relative "helper"
require_relative "../scripts/header"

# The tables of this package against the C header.
class TestInterface < Minitest::Test
  include Helper

  # Symbols of the library that this package has no use for, and why.
  UNUSED = {
    strongroom_get_into: "strongroom_read does what it does, and reads large values once",
    strongroom_options_wait_ms: "Store.open waits itself, because nothing is heard in C",
    strongroom_read_block: "strongroom_read does what it does",
    strongroom_error_code: "what the call returned says it",
    strongroom_error_os_error: "strongroom_error_details has it",
    strongroom_error_retryable: "strongroom_error_details has it",
    strongroom_status_name: "the generated classes have the names",
    strongroom_version_number: "strongroom_version says it",
    strongroom_abi_version: "called before functions are attached",
    strongroom_test_panic: "called by tests"
  }.freeze

  def test_the_header_was_read
    declared = Header::TEXT.scan(/^STRONGROOM_API/).size
    assert_equal declared, Header::FUNCTIONS.size
    assert_operator declared, :>=, 150
    assert_operator Header::STRUCTS.size, :>=, 20
  end

  def test_every_symbol_is_attached
    symbols = File.readlines(File.join(INCLUDE, "strongroom.symbols"), chomp: true)
    refute_empty symbols
    assert_equal symbols.sort, (NATIVE::FUNCTIONS.keys.map(&:to_s) - %w[strongroom_test_panic]).sort
    symbols.each { |symbol| assert_respond_to NATIVE, symbol }
  end

  def test_every_symbol_is_called
    sources = Dir[File.join(PACKAGE, "lib/**/*.rb")].reject { |file| file.end_with?("native/functions.rb", "load.rb") }
    text = sources.map { |file| File.read(file, encoding: "UTF-8") }.join
    unused = NATIVE::FUNCTIONS.keys.reject { |name| text.match?(/\b#{name}\b/) }
    assert_equal UNUSED.keys.sort, unused.sort
  end

  def test_structs_have_the_layout_of_c
    printing, expected = [], []
    Header::STRUCTS.each do |struct|
      layout = NATIVE.const_get(Header.class_name(struct.name))
      printing << "printf(\"#{struct.name} %zu\\n\", sizeof(#{struct.name}));"
      expected << "#{struct.name} #{layout.size}"
      assert_equal struct.members.map(&:name), layout.members.map(&:to_s)
      fields = layout.new.layout
      struct.members.each do |member|
        place = "offsetof(#{struct.name}, #{member.name}), sizeof(((#{struct.name} *)0)->#{member.name})"
        printing << "printf(\"#{member.name} %zu %zu\\n\", #{place});"
        field = fields[member.name.to_sym]
        expected << "#{member.name} #{field.offset} #{field.size}"
      end
    end
    assert_equal expected, printed_by_c(printing)
  end

  def test_constants_are_those_of_c
    names = NATIVE.constants.select { |name| Header::CONSTANTS.to_h.key?(name.to_s) }
    assert_equal Header::CONSTANTS.size, names.size
    printed = printed_by_c(names.map { |name| "printf(\"#{name} %lld\\n\", (long long)STRONGROOM_#{name});" })
    assert_equal names.map { |name| "#{name} #{[NATIVE.const_get(name)].pack("Q").unpack1("q")}" }, printed
  end

  # Every function of the table is called by C as the header declares it, and as the table does.
  def test_functions_take_what_c_declares
    sizes = { ":string" => 8, ":pointer" => 8, ":buffer_in" => 8, ":buffer_inout" => 8, ":size_t" => 8, ":int64" => 8,
              ":uint64" => 8, ":int32" => 4, ":uint32" => 4 }
    printing = Header::FUNCTIONS.flat_map do |function|
      types = [function.returns, *function.takes].map { |type| "sizeof(#{type})" }
      "printf(\"#{function.name}#{" %zu" * types.size}\\n\", #{types.join(", ")});"
    end
    expected = NATIVE::FUNCTIONS.map do |name, (returns, takes, _)|
      [name, *[returns, *takes].map { |type| type.is_a?(Symbol) ? sizes.fetch(type.inspect) : 8 }].join(" ")
    end
    assert_equal expected, printed_by_c(printing)
  end

  def test_every_kind_of_error_has_its_class
    kinds = Strongroom.const_get(:KINDS)
    assert_equal Header::KINDS.to_h { |kind| [kind.number, kind.name.downcase] }, kinds.transform_values { |kind| kind::NAME }
    kinds.each do |number, kind|
      assert_equal number, kind::CODE
      assert_operator kind, :<, Strongroom::Error
      assert_operator kind, :<, StandardError
    end
  end

  def test_kinds_have_the_names_that_are_written_down
    written = File.read(File.join(ROOT, "tests/golden/codes.txt")).split.each_slice(2)
    names = written.to_h { |number, name| [Integer(number), "Strongroom::#{name}Error"] }
    assert_equal names, Strongroom.const_get(:KINDS).transform_values(&:name)
  end

  def test_generated_files_are_up_to_date
    said, status = Open3.capture2e(RbConfig.ruby, "-w", File.join(PACKAGE, "scripts/generate"), "--check")
    assert status.success?, said
  end

  def test_calls_on_a_store_let_other_threads_run
    held = Header::FUNCTIONS.reject { |function| NATIVE::FUNCTIONS.fetch(function.name.to_sym).last }
    assert_empty(held.select { |function| function.takes.any? { |type| type.include?("strongroom_store *") } })
    assert NATIVE::FUNCTIONS.fetch(:strongroom_open).last
  end

  private

  def printed_by_c(statements)
    folder do |folder|
      program = File.join(folder, "program")
      source = "#include <stddef.h>\n#include <stdio.h>\n#define STRONGROOM_TEST_PANIC\n#include \"strongroom.h\"\n" \
               "int main(void) {\n#{statements.join("\n")}\nreturn 0; }\n"
      compile(source, program, "-I#{INCLUDE}")
      `#{program}`.lines(chomp: true)
    end
  end
end
