# frozen_string_literal: true

# Prints how often a value is in the writable memory of this process: when it is there alone, while it is read, and behind
# everything.

require "digest"
require "strongroom"

SIZE = 32
KNOWN = 8
CHUNK = 1 << 20

# What is looked for, known by its first bytes and a hash of the others: so the search puts no copy anywhere.
class Needle
  def initialize(marker)
    @start = marker.get_bytes(0, KNOWN)
    @rest = Digest::SHA256.digest(marker.get_bytes(KNOWN, SIZE - KNOWN))
    @chunk = "\0".b * CHUNK
  end

  # How often it is in memory, the buffer of the search left out.
  def count
    File.open("/proc/self/mem", "rb") do |memory|
      regions.sum { |first, last| first.step(last - 1, CHUNK - SIZE).sum { |offset| count_at(memory, offset, last) } }
    end
  end

  private

  def regions
    File.readlines("/proc/self/maps").select { |line| line.split[1].start_with?("rw") }
        .map { |line| line[/\A\S+/].split("-").map { |address| Integer(address, 16) } }
  end

  def count_at(memory, offset, last)
    memory.pread([CHUNK, last - offset].min, offset, @chunk)
    in_chunk
  rescue SystemCallError, EOFError
    0
  ensure
    Strongroom.wipe(@chunk)
  end

  def in_chunk
    found = 0
    at = -1
    while (at = @chunk.index(@start, at + 1))
      found += 1 if Digest::SHA256.digest(@chunk.byteslice(at + KNOWN, SIZE - KNOWN)) == @rest
    end
    found
  end
end

LIBC = FFI::DynamicLibrary.open(nil, FFI::DynamicLibrary::RTLD_NOW)
RANDOM = FFI::Function.new(:ssize_t, %i[pointer size_t uint], LIBC.find_function("getrandom"))

def use(store, marker)
  store.put("a/marker", marker)
  Strongroom::SecretBytes.new(marker) { |copy| abort "not equal" unless copy == store["a/marker"].tap { |value| @item = value } }
  @item.wipe
  marker.get_bytes(0, SIZE).tap do |string|
    store.put("a/marker", string)
    Strongroom.wipe(string)
  end
end

def read(store, needle)
  reading = store.get("a/marker") do |secret|
    secret.value.reveal_bytes { |bytes| abort "cut off" unless bytes.bytesize == SIZE }
    abort "no info" unless secret.info.version == 2
    needle.count
  end
  store.get_many(["a/marker"]).first.wipe
  store["a/marker"].wipe
  abort "no match" unless store.fetch("a/marker").tap { |value| @item = value }.bytesize == SIZE
  @item.wipe
  reading
end

marker = FFI::MemoryPointer.new(:uint8, SIZE)
abort "no randomness" unless RANDOM.call(marker, SIZE, 0) == SIZE
needle = Needle.new(marker)
alone = needle.count
Strongroom::Store.in_memory do |store|
  use(store, marker)
  marker.clear
  reading = read(store, needle)
  puts [alone, reading, needle.count].join(" ")
end
