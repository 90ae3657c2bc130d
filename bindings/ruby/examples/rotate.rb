# frozen_string_literal: true

# A job that rotates a credential: it may run twice at once, or die half-way, and no credential is lost.
#
#     ruby rotate.rb app.strongroom key-file production/db/password
#
# The order is what matters: the new credential is in the store before the service knows it, as a version of its own, and
# a compare-and-set decides which of two jobs goes on.

require "securerandom"
require "strongroom"

# Writes a new credential over the current one, and has the service accept it in the block; false if another job was
# faster.
def rotate(store, path, &accept)
  current = store.info(path).version
  Strongroom::SecretBytes.take(SecureRandom.urlsafe_base64(32)) do |new|
    written = replace(store, path, current, new)
    next false unless written

    accepted_or_rolled_back(store, path, current, new, &accept)
    puts "#{path} went from version #{current} to #{written.version}"
    true
  end
end

# Writes over this version and no other; nil if another job was faster.
def replace(store, path, current, new)
  store.put(path, new, expect: current, note: "rotated")
rescue Strongroom::ConflictError
  nil
end

def accepted_or_rolled_back(store, path, current, new)
  yield new
rescue StandardError
  store.rollback(path, current)
  raise
end

# Stands for the call that sets the password of the database.
def change_at_the_service(credential)
  puts "the service accepted #{credential.bytesize} bytes"
end

if $PROGRAM_NAME == __FILE__
  abort "usage: ruby rotate.rb STORE KEY-FILE PATH" unless ARGV.size == 3

  file, key_file, path = ARGV
  rotated = Strongroom::Store.open(file, key_file: key_file, wait_seconds: 10) do |store|
    rotate(store, path) { |new| change_at_the_service(new) }
  end
  exit rotated
end
