# frozen_string_literal: true

require_relative "helper"

# Forks, garbage, memory, and where the library is found.
class TestProcess < Minitest::Test
  include Helper

  def test_a_forked_child_is_refused_and_the_parent_goes_on
    on_disk do |store, file|
      store["a"] = "1"
      transaction = store.transaction
      secret = store.get("a")
      assert_equal "done", in_child { refused_in_child(store, transaction, secret, file) }
      transaction["b"] = "2"
      transaction.commit
      assert_operator secret.value, :==, "1"
      assert_equal %w[a b], store.keys
      secret.wipe
    end
  end

  # In the child, everything that was alive in the parent becomes garbage, and the library is not called for it.
  def test_a_forked_child_leaves_the_library_alone
    store = Strongroom::Store.in_memory
    store["a"] = "1"
    left = Array.new(20) { store.get("a") }
    said = in_child do
      called = []
      %i[strongroom_secret_free strongroom_close].each do |name|
        NATIVE.singleton_class.remove_method(name)
        NATIVE.define_singleton_method(name) { |*| called << name }
      end
      pointers = left.map { |secret| secret.value.with_bytes { |pointer, _| pointer } }
      left.clear
      store = nil
      make_garbage { nil }
      wiped = pointers.count { |pointer| pointer.get_bytes(0, 1) == "\0" }
      called.empty? && wiped >= 15 ? "done" : "called #{called}, wiped #{wiped}"
    end
    assert_equal "done", said
    left.each(&:wipe)
    store.close
  end

  def test_a_child_that_exits_runs_its_finalizers_in_peace
    program = <<~RUBY
      require "strongroom"
      store = Strongroom::Store.in_memory
      store["a"] = "1"
      transaction = store.transaction
      secret = store.get("a")
      child = fork { secret.value.bytesize }
      puts Process.wait2(child).last.exitstatus
      transaction.abort
      puts store["a"].reveal
    RUBY
    said, complaints, status = ruby("-e", program, in_folder: "/")
    assert_equal ["0\n1\n", "", true], [said, complaints, status.success?]
  end

  # Each forks inside a block, which the child then leaves.
  LEAVING = {
    store_at_its_end: "Strongroom::Store.in_memory { child = fork }",
    store_by_exit: "Strongroom::Store.in_memory { (child = fork) || exit(0) }",
    store_behind_another: "Strongroom::Store.in_memory { (child = fork) || Strongroom::Store.in_memory.close }",
    handle: 'Strongroom::Store.in_memory { |store| store.with(reason: "why") { child = fork } }',
    transaction_by_exit: "Strongroom::Store.in_memory { |store| store.transaction { (child = fork) || exit(0) } }",
    transaction_behind_another: "Strongroom::Store.in_memory { |store| store.transaction { (child = fork) || " \
                                "(Strongroom::Store.in_memory.close; exit(0)) } }",
    secret: 'Strongroom::Store.in_memory { |store| store["a"] = "1"; store.get("a") { child = fork } }'
  }.freeze

  LEAVING.each do |name, block|
    define_method("test_a_child_leaves_the_block_of_a_#{name}") do
      program = "require 'strongroom'; child = nil; #{block}; puts Process.wait2(child).last.exitstatus if child"
      said, complaints, status = ruby("-e", program, in_folder: "/")
      assert_equal ["0\n", "", true], [said, complaints, status.success?]
    end
  end

  # It has changed nothing there, and cannot say that anything is durable.
  def test_the_end_of_a_transaction_in_a_child_is_an_error
    program = <<~RUBY
      require "strongroom"
      store = Strongroom::Store.in_memory
      child = nil
      begin
        store.transaction { |transaction| (child = fork) && transaction["a"] = "1" }
        p Process.wait2(child).last.exitstatus, store.keys
      rescue Strongroom::ForkedError
        exit!(7)
      end
    RUBY
    assert_equal ["7\n[\"a\"]\n", ""], ruby("-e", program, in_folder: "/").first(2)
  end

  def test_a_child_opens_the_store_again
    folder do |folder|
      file = "#{folder}/store"
      key = "k" * 32
      Strongroom::Store.create(file, raw_key: key) { |store| store["a"] = "1" }
      said = in_child { Strongroom::Store.open(file, raw_key: key) { |store| store["a"].reveal } }
      assert_equal "1", said
    end
  end

  def test_garbage_closes_the_file
    folder do |folder|
      file = "#{folder}/store"
      make_garbage { Strongroom::Store.create(file, raw_key: "k" * 32)["a"] = "1" }
      opened_behind_garbage(file) { |store| assert_operator store["a"], :==, "1" }
    end
  end

  def test_a_secret_lives_longer_than_its_store
    secret = Strongroom::Store.in_memory { |store| store.put("a", "1") && store.get("a") }
    assert_equal ["a", "1"], [secret.info.path, secret.value.reveal]
    secret.wipe
  end

  def test_a_program_that_closes_nothing_ends_well
    program = <<~RUBY
      require "strongroom"
      store = Strongroom::Store.in_memory(clock: Strongroom::ManualClock.new(Time.now))
      store["a"] = "1"
      kept = [store.get("a"), store["a"], store.get_many(%w[a b]), store.transaction]
      puts "end"
    RUBY
    said, complaints, status = ruby("-e", program, in_folder: "/")
    assert_equal ["end\n", "", true], [said, complaints, status.success?]
  end

  def test_objects_are_freed_at_once
    in_memory do |store|
      store["a"] = "1"
      assert_frees_all { 10.times { call_everything(store) } }
    end
  end

  def test_nothing_of_a_value_is_left_in_memory
    said, complaints, = ruby(File.join(PACKAGE, "test/memory_scan.rb"), in_folder: "/")
    assert_empty complaints
    alone, reading, behind = said.split.map { |count| Integer(count) }
    assert_operator alone, :>=, 1
    assert_operator reading, :>=, 1
    assert_equal 0, behind
  end

  def test_a_library_that_is_not_there_is_named
    folder do |folder|
      missing = "#{folder}/libstrongroom.so.1"
      assert_includes loading(missing, folder), "is not at #{missing}"
      File.write(missing, "no library")
      assert_includes loading(missing, folder), "#{missing} cannot be loaded as the library of strongroom"
      assert_includes loading("libstrongroom.so.1", folder), "must be an absolute path"
    end
  end

  def test_the_working_directory_is_no_place_to_look
    folder do |folder|
      File.write("#{folder}/#{NATIVE::FILE_NAME}", "no library")
      said = loading("", folder)
      refute_includes said, folder
      refute_includes said, "file too short"
      assert_match(/cannot be loaded.*cannot open shared object file|loaded /m, said)
    end
  end

  def test_a_library_of_the_system_is_found_by_its_soname
    folder do |folder|
      FileUtils.cp(NATIVE::FILE, "#{folder}/#{NATIVE::FILE_NAME}")
      said = loading("", "/", "LD_LIBRARY_PATH" => folder)
      expected = File.file?(NATIVE::CARRIED) ? NATIVE::CARRIED : NATIVE::FILE_NAME
      assert_includes said, "loaded #{expected}"
    end
  end

  def test_a_library_of_another_interface_is_refused
    folder do |folder|
      built = "#{folder}/other.so"
      compile("unsigned strongroom_abi_version(void) { return 7; }\n", built, "-shared", "-fPIC")
      assert_includes loading(built, folder), "version 7 of the interface, and this package needs 1"
      compile("unsigned strongroom_abi_version(void) { return 1; }\n", built, "-shared", "-fPIC")
      assert_includes loading(built, folder), "it has no strongroom_"
      compile("int other(void) { return 1; }\n", built, "-shared", "-fPIC")
      assert_includes loading(built, folder), "it has no strongroom_abi_version"
    end
  end

  private

  # Opens a file whose store is garbage. Ruby may still see that on some stack for a while.
  def opened_behind_garbage(file, &block)
    50.times do
      return Strongroom::Store.open(file, raw_key: "k" * 32, &block)
    rescue Strongroom::InUseError
      GC.start
    end
    flunk "the store was not collected"
  end

  # What the block gives in a forked child.
  def in_child
    reader, writer = IO.pipe
    child = fork do
      reader.close
      writer.write(yield)
    rescue Exception => error
      writer.write(error.full_message)
    ensure
      writer.close
      exit!
    end
    writer.close
    reader.read.tap { Process.wait(child) }
  end

  def refused_in_child(store, transaction, secret, file)
    uses = [-> { store.get("a") }, -> { store["b"] = "1" }, -> { store.list }, -> { store.transaction },
            -> { store.backup("#{file}.copy") }, -> { store.close }, -> { transaction.put("b", "1") }, -> { transaction.commit }]
    errors = uses.map do |use|
      use.call
    rescue Strongroom::Error => error
      error.name
    end
    return errors.inspect unless errors.uniq == %w[forked]

    secret.wipe
    secret.value.wiped? ? "done" : "not wiped"
  end

  def call_everything(store)
    store.get("a", &:info)
    store.put("a", "2", tags: ["x"])
    store.list(count: true)
    store.get_many(%w[a b]) { |found| found }
    store.stats
    store.matches?("a", "2")
    store.transaction { |tx| tx["a"] = "3" }
    [-> { store.get("b") }, -> { store.put("", "b") }, -> { store.slots.check(raw_key: "k") }].each do |fails|
      assert_raises(Strongroom::Error, &fails)
    end
  end

  def loading(library, folder, env = {})
    program = 'require "strongroom"; puts "loaded #{Strongroom.const_get(:Native)::FILE}"'
    ruby("-e", program, in_folder: folder, env: { "STRONGROOM_LIBRARY" => library }.merge(env)).join
  end
end
