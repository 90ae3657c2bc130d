# frozen_string_literal: true

# What the tests share. At the end the library holds no object that was not freed.

$LOAD_PATH.unshift(File.expand_path("../lib", __dir__))

require "fileutils"
require "minitest/autorun"
require "open3"
require "rbconfig"
require "tmpdir"
require "strongroom"

module Helper
  ROOT = File.expand_path("../../..", __dir__)
  PACKAGE = File.expand_path("..", __dir__)
  INCLUDE = File.join(ROOT, "include")
  # As cheap as the library accepts.
  CHEAP = Strongroom::KdfCost.new(memory_kib: 19 * 1024, passes: 1, lanes: 1)
  # Other threads may stand still for long before a write gets its turn, but one that never comes must fail a test.
  PATIENT = { write_wait_seconds: 120 }.freeze
  # How long a thread that was told to end may take: less than a write waits, which would end by itself.
  END_SECONDS = 60
  START = Time.at(1_772_366_400, 123, :millisecond, in: "UTC")
  NATIVE = Strongroom.const_get(:Native)
  CALL = Strongroom.const_get(:Call)

  # A store in memory with a clock of its own.
  def in_memory
    clock = Strongroom::ManualClock.new(START)
    Strongroom::Store.in_memory(clock: clock, **PATIENT) { |store| yield store, clock }
  ensure
    clock&.close
  end

  # A folder where a store may lie.
  def folder
    Dir.mktmpdir { |folder| yield File.realpath(folder) }
  end

  # A store on the disk, and its file.
  def on_disk
    folder do |folder|
      file = File.join(folder, "test.strongroom")
      Strongroom::Store.create(file, passphrase: "open sesame", kdf: CHEAP, **PATIENT) { |store| yield store, file }
    end
  end

  # The seed of what is random: the same each time, unless STRONGROOM_SEED says another one.
  def seed
    Integer(ENV.fetch("STRONGROOM_SEED", 1))
  end

  # Runs Ruby with this package, and gives what it printed, what it complained of, and how it ended.
  def ruby(*arguments, in_folder:, env: {})
    command = [RbConfig.ruby, "-w", "-I#{File.join(PACKAGE, "lib")}", *arguments]
    Open3.capture3({ "STRONGROOM_LIBRARY" => NATIVE::FILE }.merge(env), *command, chdir: in_folder)
  end

  # Runs a C compiler, which this suite needs.
  def compile(source, to, *flags)
    said, status = Open3.capture2e("cc", *flags, "-x", "c", "-", "-o", to, stdin_data: source)
    flunk said unless status.success?
  rescue Errno::ENOENT
    flunk "a C compiler is missing: apt-get install gcc"
  end

  # How many objects of the library there are once what earlier tests forgot is freed.
  def settled
    20.times { GC.start }
    Strongroom.live_objects
  end

  # Checks that the block frees all it makes, by itself: while it runs nothing is collected, or what an
  # earlier test forgot would go in the middle of the count.
  def assert_frees_all
    before = settled
    GC.disable
    yield
    assert_equal before, Strongroom.live_objects
  ensure
    GC.enable
  end

  # Makes garbage in a thread, whose stack is gone when it ends, and collects it.
  def make_garbage(&block)
    Thread.new(&block).join
    5.times { GC.start }
  end
end

Minitest.after_run do
  20.times do
    break if Strongroom.live_objects.zero?

    GC.start
  end
  left = Strongroom.live_objects
  unless left.zero?
    warn "#{left} objects of the library were not freed"
    exit 1
  end
end
