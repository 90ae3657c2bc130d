# frozen_string_literal: true

# A job that rotates a credential: it may run twice at once, or die half-way, and no credential is lost.
#
#     ruby rotate.rb app.strongroom key-file production/db/password
#
# The order is what matters: the new credential is in the store before the service knows it, the old one stays accepted, and
# a compare-and-set decides which of two jobs goes on. Once the service has taken the new one, the old one is revoked.

require "strongroom"

# How long the old credential is there for a job that died half-way: run it again within that.
GRACE = "7d"

# Rotates a credential that nobody sees, and has the service accept it in the block; false if another job was faster.
def rotate(store, path, &accept)
  rotated = replace(store, path)
  return false unless rotated

  accepted_or_rolled_back(store, path, rotated, &accept)
  store.revoke_version(path, rotated.old_version)
  puts "#{path} went from version #{rotated.old_version} to #{rotated.new_version}"
  true
end

# Writes over the version that is current now and no other; nil if another job was faster.
def replace(store, path)
  current = store.info(path).version
  store.rotate(path, generate: Strongroom::Generator.token, grace: GRACE, expect: current, note: "rotated")
rescue Strongroom::ConflictError
  nil
end

# The new one is not revoked where this fails: a service whose answer was lost may have taken it. It is readable by number.
def accepted_or_rolled_back(store, path, rotated)
  store.get(path, version: rotated.new_version) { |secret| yield secret.value }
rescue StandardError
  store.rollback(path, rotated.old_version)
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
