# frozen_string_literal: true

require_relative "helper"

# What the garbage collector does with copies that were refused, and with what has ended.
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

  # What others hang on an object, such as a WeakRef, is a finalizer as well: without it Ruby hands out what took its place.
  ENDS = { SecretBytes: :wipe, Secret: :wipe, Store: :close, Handle: :close, Transaction: :abort, Subscription: :close,
           ManualClock: :close }.freeze

  ENDS.each do |name, finish|
    define_method("test_a_#{name}_that_has_ended_keeps_the_finalizers_of_others") do
      gone = []
      store = Strongroom::Store.in_memory
      store["a"] = "1"
      make_garbage { 20.times { end_one(name, finish, store, gone) } }
      # Ruby may still see one of them on some stack.
      assert_operator gone.size, :>=, 15
      store.close
    end
  end

  # Frozen, they could not note that they have ended: the end of a block would fail, and leave secret bytes as they are.
  ENDS.each do |name, finish|
    define_method("test_a_#{name}_is_not_frozen") do
      in_memory do |store|
        store["a"] = "1"
        one = USES.fetch(name).first.call(store, [])
        assert_raises(TypeError) { one.freeze }
        refute_predicate one, :frozen?
        one.public_send(finish)
      end
    end
  end

  def test_a_subscription_that_has_ended_is_forgotten
    living = Strongroom::Subscription.module_eval { const_get(:LIVING) }
    in_memory do |store|
      before = living.size
      make_garbage { 100.times { store.subscribe { nil }.close } }
      assert_operator living.size, :<=, before + 5
    end
  end

  def self.noting(gone)
    proc { |number| gone << number }
  end

  private

  def end_one(name, finish, store, gone)
    store = Strongroom::Store.in_memory if name == :Store
    one = USES.fetch(name).first.call(store, [])
    ObjectSpace.define_finalizer(one, TestGarbage.noting(gone))
    one.public_send(finish)
  end

  # So many that not all of them are still seen on some stack.
  def refuse_copies(original)
    20.times { %i[dup clone].each { |copy| assert_raises(TypeError) { original.public_send(copy) } } }
  end
end
