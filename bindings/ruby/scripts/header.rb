# frozen_string_literal: true

# The C header as data: what it defines, and what its functions and structs are made of.
module Header
  FILE = File.expand_path("../../../include/strongroom.h", __dir__)
  SOURCE = File.read(FILE, encoding: Encoding::UTF_8)
  TEXT = SOURCE.gsub(%r{/\*.*?\*/}m, "")

  Kind = Struct.new(:name, :number, :meaning)
  Function = Struct.new(:name, :returns, :takes)
  CStruct = Struct.new(:name, :members)
  Member = Struct.new(:name, :type, :count)

  # The types in a list of parameters.
  def self.types(parameters)
    parameters.strip == "void" ? [] : parameters.split(",").map { |parameter| parameter.strip.sub(/\w+\z/, "") }
  end

  # The version of the library.
  VERSION = SOURCE[/^#define STRONGROOM_VERSION_STRING "(.*)"$/, 1]

  # Every STRONGROOM_E_ with its number and its meaning.
  KINDS = SOURCE.scan(%r{/\* (.*?) \*/\n#define STRONGROOM_E_(\w+) (\d+)\n}).map do |meaning, name, number|
    Kind.new(name, Integer(number), meaning)
  end

  # Name and value of every other number.
  CONSTANTS = SOURCE.scan(/^#define STRONGROOM_(\w+) (-?\d+|SIZE_MAX|INT64_MIN)$/).reject do |name, _|
    name.start_with?("E_", "VERSION_")
  end

  # Structs that only the library looks into.
  OPAQUE = TEXT.scan(/^typedef struct (strongroom_\w+) \1;/).flatten

  # Structs that both sides look into.
  STRUCTS = TEXT.scan(/^typedef struct (strongroom_\w+) \{(.*?)\} \1;/m).map do |name, body|
    members = body.scan(/^\s*(.*?)(\w+)(?:\[(\d+)\])?;$/).map { |type, member, count| Member.new(member, type, count) }
    CStruct.new(name, members)
  end

  # Types of functions that the library calls.
  CALLBACKS = TEXT.scan(/^typedef ([\w ]+?) \(\*(strongroom_\w+)\)\((.*?)\);/m).map do |returns, name, takes|
    Function.new(name, returns, types(takes))
  end

  # Functions, the one of libraries built for tests last.
  DECLARATION = /^STRONGROOM_API\s+(?:STRONGROOM_WARN_UNUSED\s+)?([\w\s*]*?)\b(strongroom_\w+)\((.*?)\);/m.freeze
  FUNCTIONS = TEXT.scan(DECLARATION).map do |returns, name, takes|
    Function.new(name, returns.strip, types(takes))
  end.sort_by { |function| function.name == "strongroom_test_panic" ? 1 : 0 }

  # The name of the type of a callback as a constant: strongroom_progress_fn gives PROGRESS.
  def self.callback_name(callback)
    callback.delete_prefix("strongroom_").delete_suffix("_fn").upcase
  end

  # The name of a struct as a class: strongroom_secret_info gives SecretInfo.
  def self.class_name(struct)
    struct.delete_prefix("strongroom_").split("_").map(&:capitalize).join
  end
end
