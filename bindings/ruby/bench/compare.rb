# frozen_string_literal: true

# Compares reading and writing 64 bytes with SQLite, in one run and taking turns.
#
#     STRONGROOM_LIBRARY=... ruby -Ilib bench/compare.rb [ROUNDS]
#
# SQLite is the gem sqlite3, without encryption, with a prepared statement by primary key: as it comes; and with a write-ahead
# log, where a read of cached pages makes no system call and a write syncs once, as one of strongroom. A ratio above 1 says how
# many times as long SQLite takes. The call of a C function that does nothing is what each call of the library costs at least.

require "sqlite3"
require "strongroom"
require "tmpdir"

SECRETS = 1000
READS = 2000
WRITES = 20
PATHS = Array.new(SECRETS) { |number| format("team/service/key-%04d", number) }
VALUE = Random.bytes(64)

# The library with calls that do next to nothing.
module Bare
  NATIVE = Strongroom.const_get(:Native)

  def self.attach(name, as, blocking)
    returns, takes, = NATIVE::FUNCTIONS.fetch(name)
    FFI::Function.new(returns, takes, NATIVE::LIBRARY.find_function(name.to_s), blocking: blocking).attach(self, as)
  end
  attach(:strongroom_abi_version, "call", false)
  attach(:strongroom_abi_version, "call_without_lock", true)
end

# A database of the same secrets.
def sqlite(folder, journal)
  database = SQLite3::Database.new(File.join(folder, "#{journal}.db"))
  database.execute("pragma journal_mode = #{journal}")
  database.execute("pragma synchronous = full")
  database.execute("create table secret (path text primary key, value blob) without rowid")
  database.transaction { PATHS.each { |path| database.execute("insert into secret values (?, ?)", [path, SQLite3::Blob.new(VALUE)]) } }
  database
end

# What reads one value, by name.
def readers(store, database, logged)
  select, select_logged = [database, logged].map { |from| from.prepare("select value from secret where path = ?") }
  { "strongroom get, with a block" => ->(path) { store.get(path) { |secret| secret.value.bytesize } },
    "strongroom []" => ->(path) { store[path].wipe },
    "sqlite select" => ->(path) { select.execute(path).next },
    "sqlite select, with a log" => ->(path) { select_logged.execute(path).next },
    "ffi call" => ->(_) { Bare.call },
    "ffi call, other threads run" => ->(_) { Bare.call_without_lock } }
end

# What writes one value durably, by name: a new one each time, as SQLite writes nothing for a row that stays as it was.
def writers(store, database)
  replace = database.prepare("replace into secret values (?, ?)")
  { "strongroom put" => ->(path) { store.put(path, Random.bytes(64)) },
    "sqlite replace" => ->(path) { replace.execute(path, SQLite3::Blob.new(Random.bytes(64))).to_a } }
end

# How long one call takes, in microseconds.
def microseconds(calls, count)
  began = Process.clock_gettime(Process::CLOCK_MONOTONIC)
  count.times { |index| calls.call(PATHS[index * 7 % SECRETS]) }
  (Process.clock_gettime(Process::CLOCK_MONOTONIC) - began) / count * 1e6
end

# The median of each, all taking turns.
def measure(contestants, rounds, count)
  times = contestants.transform_values { [] }
  rounds.times { contestants.each { |name, calls| times[name] << microseconds(calls, count) } }
  times.each { |name, taken| puts format("%-28s %9.2f µs (best %.2f)", name, taken.sort[rounds / 2], taken.min) }
  times.transform_values { |taken| taken.sort[rounds / 2] }
end

def ratios(medians, theirs, ours)
  ours.each { |name| puts format("%s / %s: %.2f", theirs, name, medians[theirs] / medians[name]) }
end

def overhead(medians, ours)
  ours.each { |name| puts format("%s: %.2f µs more than an ffi call", name, medians[name] - medians["ffi call"]) }
end

rounds = Integer(ARGV.fetch(0, 15))
Dir.mktmpdir do |folder|
  Strongroom::Store.create(File.join(folder, "bench.strongroom"), raw_key: Random.bytes(32)) do |store|
    store.transaction { |tx| PATHS.each { |path| tx[path] = VALUE } }
    database, logged = sqlite(folder, "delete"), sqlite(folder, "wal")
    reading = measure(readers(store, database, logged), rounds, READS)
    ours = ["strongroom get, with a block", "strongroom []"]
    ["sqlite select", "sqlite select, with a log"].each { |theirs| ratios(reading, theirs, ours) }
    overhead(reading, ours)
    ratios(measure(writers(store, logged), rounds, WRITES), "sqlite replace", ["strongroom put"])
  end
end
