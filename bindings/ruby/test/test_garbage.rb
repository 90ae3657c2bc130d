# frozen_string_literal: true

require_relative "helper"

# What the garbage collector does with copies that were refused.
class TestGarbage < Minitest::Test
  include Helper

  # How to make one, and whether it still works.
  USES = {
    SecretBytes: [->(*) { Strongroom::SecretBytes.new("1") }, ->(bytes, *) { bytes.reveal == "1" }],
    Secret: [->(store, _) { store.get("a") }, ->(secret, *) { secret.value == "1" && secret.info.path == "a" }],
    Store: [->(store, _) { store }, ->(store, *) { store.keys == ["a"] }],
    Handle: [->(store, _) { store.with(reason: "why") }, ->(other, *) { other.keys == ["a"] }],
    Transaction: [->(store, _) { store.transaction },
                  ->(transaction, store, _) { (transaction["b"] = "2") && transaction.commit.nil? && store.keys == %w[a b] }],
    Subscription: [->(store, told) { store.subscribe { |event| told << event.path } },
                   ->(subscription, store, told) { (store["b"] = "2") && !subscription.closed? && told == ["b"] }],
    ManualClock: [->(*) { Strongroom::ManualClock.new(START) }, ->(clock, *) { clock.now == START }]
  }.freeze

  USES.each do |name, (make, works)|
    define_method("test_a_refused_copy_takes_nothing_from_a_#{name}") do
      in_memory do |store|
        store["a"] = "1"
        told = []
        original = make.call(store, told)
        make_garbage { refuse_copies(original) }
        assert works.call(original, store, told), "it does not work any more"
      end
    end
  end

  private

  # So many that not all of them are still seen on some stack.
  def refuse_copies(original)
    20.times { %i[dup clone].each { |copy| assert_raises(TypeError) { original.public_send(copy) } } }
  end
end
