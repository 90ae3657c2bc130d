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
    "accepted" => ->(_, on, path:) { on.accepted(path) { |secrets| plain(secrets) } },
    "verify_payload" => ->(_, on, **said) { plain_check { |why| on.verify_payload(*said.values_at(*PAYLOAD), &why) } },
    "verify_request" => ->(_, on, **said) { plain_check { |why| on.verify_request(*said.values_at(*REQUEST), &why) } },
    "generate" => ->(_, _, generate:) { generate.generate { |value| plain_generated(generate, value) } },
    "parse_duration" => ->(_, _, text:) { Strongroom.parse_duration(text) },
    "get_many" => ->(_, on, paths:) { on.get_many(paths) { |found| found.map { |one| plain(one) } } },
    "matches" => ->(_, on, path:, candidate:) { on.matches?(path, candidate) },
    "policy_get" => ->(_, on, under: nil) { on.policy.get(under) },
    "policy_at" => ->(_, on, path:) { on.policy.at(path) },
    "policy_set" => ->(_, on, under: nil, **said) { on.policy.set(under, **said) },
    "idempotency_window" => ->(_, on) { on.policy.idempotency_window },
    "set_idempotency_window" => ->(_, on, seconds:) { on.policy.idempotency_window = seconds },
    "audit" => ->(_, on, kinds: nil, **asked) { on.audit.query(type: kinds, **asked) },
    "audit_get" => ->(_, on, id:) { on.audit.get(id) },
    "audit_head" => ->(_, on) { on.audit.head },
    "audit_verify" => ->(_, on, head: nil) { on.audit.verify(head) },
    "audit_export" => ->(player, on) { on.audit.export(player.new_file) },
    "audit_policy" => ->(_, on) { on.policy.audit },
    "changes" => ->(_, on, kinds: nil, **asked) { on.changes(types: kinds, **asked) },
    "wait_changes" => ->(_, on, after:, timeout_ms:) { on.wait_changes(after, timeout: timeout_ms / 1000r) },
    "subscribe" => ->(player, on, name:, kinds: nil, under: nil) { player.subscribe(on, name, types: kinds, under: under) },
    "told" => ->(player, _, name:) { player.told(name) },
    "unsubscribe" => ->(player, _, name:) { player.unsubscribe(name) },
    "set_audit_policy" => ->(_, on, **said) { on.policy.set_audit(**said) },
    "stats" => ->(_, on, under: nil) { plain_stats(on.stats(under)) }
  }.freeze
  # The arguments of operations that have no keyword, in their order.
  PAYLOAD = %i[path payload signature].freeze
  REQUEST = %i[path timestamp body signature].freeze
  POSITIONS = { "list" => %i[under], "namespaces" => %i[under], "tag_values" => %i[key],
                "put" => %i[path value], "rotate" => %i[path value], "verify_any" => %i[path candidate],
                "sign_payload" => PAYLOAD.first(2), "sign_request" => REQUEST.first(3),
                "restore" => %i[secret], "destroy" => %i[secret], "rename" => %i[path to],
                "rename_prefix" => %i[path to] }.tap do |positions|
    %w[info update versions delete].each { |name| positions[name] = %i[path] }
    %w[rollback delete_version restore_version destroy_version revoke_version].each do |name|
      positions[name] = %i[path version]
    end
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
      when Strongroom::AuditEvent then plain_event(found)
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

    def plain_event(event)
      members = event.to_h.to_h { |name, value| [name.to_s, plain(value)] }
      members.merge("kind" => members.delete("type"), "version" => event.version || 0)
    end

    def plain_generated(generator, value)
      { "length" => value.bytesize, "entropy_bits" => generator.entropy_bits.floor }
    end

    # Yields what is to be called with why a signature is not valid.
    def plain_check
      found = :valid
      version = yield(->(why) { found = why })
      { "found" => found.to_s, "version" => version }
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
    @files = 0
    @subscriptions = {}
    @told = Hash.new { |told, name| told[name] = [] }
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

  # Collects what a subscription is told.
  def subscribe(on, name, **which)
    @subscriptions[name] = on.subscribe(**which) { |event| @told[name] << event }
    nil
  end

  # What it was told since this was asked.
  def told(name)
    @told.delete(name) || []
  end

  def unsubscribe(name)
    @subscriptions.fetch(name).close
  end

  # Where nothing is yet.
  def new_file
    "#{@file}-#{@files += 1}"
  end

  private

  def open
    Strongroom::Store.open(@file, raw_key: KEY, clock: @clock)
  end

  # Plays steps on the store, or on another handle of it, or inside a transaction.
  def play(steps, handle)
    steps.each do |step|
      on = handle || @store
      if step["call"] == "transaction" then transact(step, on)
      else judge(step, on)
      end
    end
  end

  def transact(step, on)
    on.transaction do |transaction|
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
    name = step.fetch("call")
    given = arguments(name, step.fetch("with", {}))
    return on.with(**given) { |handle| play(step.fetch("steps"), handle) && nil } if name == "with"

    Player.plain(call(name, given, on))
  rescue Strongroom::Error => error
    error
  end

  def call(name, given, on)
    return Player.instance_exec(self, on, **given, &CALLS.fetch(name)) if CALLS.key?(name)

    positional = POSITIONS.fetch(name, []).map { |key| given.delete(key) }
    on.public_send(name, *positional, **given)
  end

  def arguments(name, with)
    given = with.to_h { |key, value| [key.to_sym, argument(value)] }
    %i[updated_since since until expires_at timestamp].each { |key| given[key] = BEGINNING + given[key] if given[key] }
    given[:generate] = generator(given[:generate]) if given.key?(:generate)
    given[:grace] = given.delete(:grace_seconds) if given.key?(:grace_seconds)
    split_tags(given) if name == "list"
    given
  end

  # A generator that is written as { "password": { "length": 24 } }.
  def generator(said)
    form, choices = said.first
    Strongroom::Generator.public_send(form, **choices.transform_keys(&:to_sym))
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
