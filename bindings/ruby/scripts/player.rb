# frozen_string_literal: true

require "json"
require "strongroom"

# Plays scenarios of bindings/conformance, whose README says what they are.
class Player
  BEGINNING = Time.at(1_800_000_000, in: "UTC")
  KEY = "\x07".b * 32
  # What else a step can call, beside the operations of a store.
  CALLS = {
    "advance" => ->(player, _, seconds:) { player.clock.advance(seconds) },
    "begin_again" => ->(player, _) { player.store.put("begin/again", "x") },
    "environment" => ->(_, on) { on.environment },
    "reopen" => ->(player, _) { player.reopen },
    "unlock" => ->(_, on) { on.unlock(raw_key: KEY) },
    "get" => ->(_, on, path:, version: nil) { on.get(path, version: version) { |secret| plain_secret(secret) } },
    "get_many" => ->(_, on, paths:) { on.get_many(paths) { |found| found.map { |one| plain(one) } } },
    "matches" => ->(_, on, path:, candidate:) { on.matches?(path, candidate) },
    "policy_get" => ->(_, on, under: nil) { on.policy.get(under) },
    "policy_at" => ->(_, on, path:) { on.policy.at(path) },
    "policy_set" => ->(_, on, under: nil, **said) { on.policy.set(under, **said) },
    "stats" => ->(_, on, under: nil) { plain_stats(on.stats(under)) }
  }.freeze
  # The arguments of operations that have no keyword, in their order.
  POSITIONS = { "list" => %i[under], "namespaces" => %i[under], "tag_values" => %i[key],
                "put" => %i[path value], "restore" => %i[secret], "destroy" => %i[secret],
                "rename" => %i[path to], "rename_prefix" => %i[path to] }.tap do |positions|
    %w[info update versions delete].each { |name| positions[name] = %i[path] }
    %w[rollback delete_version restore_version destroy_version].each { |name| positions[name] = %i[path version] }
  end.freeze

  # What went wrong with a scenario.
  class Fault < StandardError
  end

  class << self
    # A result as a scenario writes it: times in seconds, symbols as texts.
    def plain(found)
      case found
      when Strongroom::Error then { "error" => found.name }
      when Strongroom::Secret then plain_secret(found)
      when Struct, Hash then found.to_h.to_h { |name, value| [name.to_s, plain(value)] }
      when Array then found.map { |item| plain(item) }
      when Time then (found - BEGINNING).round(3)
      when Symbol then found.to_s
      else found
      end
    end

    def plain_secret(secret)
      { "value" => secret.value.reveal_bytes, "version" => secret.version, "info" => plain(secret.info) }
    end

    def plain_stats(stats)
      %w[live trash].to_h do |part|
        [part, %w[secrets versions value_bytes].to_h { |name| [name, stats["#{part}_#{name}"]] }]
      end
    end
  end

  attr_reader :clock, :store

  # Plays a scenario with a store of its own in a folder, or with the one that it names.
  def self.play(folder, scenario)
    said = JSON.parse(File.read(scenario, encoding: Encoding::UTF_8))
    options = said.fetch("options", {})
    name = options.fetch("store") { "#{File.basename(scenario, ".json")}-#{Process.pid}-#{scenario.hash.abs}" }
    clock = Strongroom::ManualClock.new(BEGINNING)
    new(File.join(folder, "#{name}.strongroom"), clock, options["environment"]).play_all(said.fetch("steps"))
  ensure
    clock&.close
  end

  def initialize(file, clock, environment)
    @file = file
    @clock = clock
    @names = {}
    @store = File.exist?(file) ? open : Strongroom::Store.create(file, raw_key: KEY, clock: @clock, environment: environment)
  end

  def play_all(steps)
    play(steps, nil)
    @store.verify
  ensure
    @store.close
  end

  def reopen
    @store.close
    @store = open
    nil
  end

  private

  def open
    Strongroom::Store.open(@file, raw_key: KEY, clock: @clock)
  end

  # Plays steps on the store, or inside a transaction.
  def play(steps, transaction)
    steps.each do |step|
      if step["call"] == "transaction" then transact(step)
      else judge(step, transaction || @store)
      end
    end
  end

  def transact(step)
    @store.transaction do |transaction|
      play(step.fetch("steps"), transaction)
      transaction.abort unless step.fetch("commit", true)
    end
  end

  def judge(step, on)
    found = outcome(step, on)
    failed = found.is_a?(Strongroom::Error) ? found.name : nil
    unless failed == step["fails"]
      raise Fault, "#{step["fails"] || "no error"} was expected, and it gave #{found.inspect} at #{step}"
    end

    match(step["gives"], found, step) if step.key?("gives")
  end

  def outcome(step, on)
    Player.plain(call(step.fetch("call"), step.fetch("with", {}), on))
  rescue Strongroom::Error => error
    error
  end

  def call(name, with, on)
    given = with.to_h { |key, value| [key.to_sym, argument(value)] }
    given[:updated_since] = BEGINNING + given[:updated_since] if given[:updated_since]
    split_tags(given) if name == "list"
    return Player.instance_exec(self, on, **given, &CALLS.fetch(name)) if CALLS.key?(name)

    positional = POSITIONS.fetch(name, []).map { |key| given.delete(key) }
    on.public_send(name, *positional, **given)
  end

  # In a list of a scenario a tag without a value is asked for by its key.
  def split_tags(given)
    any, valued = given.fetch(:tags, {}).partition { |_, value| value.nil? }
    given[:tags] = valued.to_h
    given[:has_tags] = any.map(&:first)
  end

  # A value that is written in short, or was met before.
  def argument(given)
    case given
    when /\A\$/ then @names.fetch(given)
    when Hash
      return [given["hex"]].pack("H*") if given.keys == %w[hex]
      return given["repeat"] * given["times"] if given.keys.sort == %w[repeat times]

      given
    else given
    end
  end

  # Holds a result against what it must be.
  def match(pattern, found, step)
    case pattern
    when /\A\$/ then same(@names.fetch(pattern) { @names[pattern] = found }, found, step)
    when Array
      same(pattern.size, found.size, step)
      pattern.zip(found) { |expected, item| match(expected, item, step) }
    when Hash then match_members(pattern, found, step)
    else same(pattern, found, step)
    end
  end

  def match_members(pattern, found, step)
    return same(argument(pattern).b, found, step) if found.is_a?(String)

    pattern.each do |name, expected|
      # A whole map is compared, because what is left out of it must not be there.
      name == "tags" ? same(expected, found.fetch(name), step) : match(expected, found.fetch(name), step)
    end
  end

  def same(expected, found, step)
    expected = expected.b if expected.is_a?(String) && found.is_a?(String) && found.encoding == Encoding::BINARY
    return if expected == found

    raise Fault, "#{expected.inspect} was expected, and it gave #{found.inspect} at #{step}"
  end
end
