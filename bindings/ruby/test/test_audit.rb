# frozen_string_literal: true

require_relative "helper"

# The audit log.
class TestAudit < Minitest::Test
  include Helper

  def test_an_event_tells_what_happened
    in_memory do |store, clock|
      store.with(labels: { app: "backup" }, reason: "nightly", request_id: "7") { |nightly| nightly["a/b"] = "1" }
      clock.advance(5)
      store["a/b"] = "2"
      first, second = store.audit.to_a
      assert_equal({ sequence: 1, generation: second.generation - 1, type: "secret.created", path: "a/b",
                     secret_id: store.info("a/b").id, slot_id: nil,
                     labels: { "app" => "backup" }, reason: "nightly", request_id: "7", version: 1, time: START, count: 1,
                     error: nil, durable: true }, first.to_h.reject { |name, _| %i[id actor].include?(name) })
      assert_match(/\Aevt_\w+\z/, first.id)
      assert_match(/\Aowner:slot_\w+\z/, first.actor)
      assert first.success? && first.durable?
      assert_predicate first, :frozen?
      assert_predicate first.labels, :frozen?
      assert_equal [2, "secret.updated", {}, nil, nil, 2, START + 5],
                   second.to_h.values_at(:sequence, :type, :labels, :reason, :request_id, :version, :time)
      assert_equal first, store.audit.get(first.id)
      assert_equal store.health.generation, second.generation
      assert_raises(Strongroom::NotFoundError) { store.audit.get(first.id.tr("0-9", "1")) }
      refute_includes store.audit.inspect, "a/b"
    end
  end

  def test_reads_are_audited_also_those_in_vain
    in_memory do |store|
      store["a"] = "1"
      3.times { store.get("a") { nil } }
      assert_raises(Strongroom::NotFoundError) { store.get("none") }
      reads = store.audit.each(type: "secret.accessed").to_a
      assert_equal [["a", 3, nil, true, false], ["none", 1, :not_found, false, false]],
                   reads.map { |event| [event.path, event.count, event.error, event.success?, event.durable?] }
      store["b"] = "1"
      assert_equal [true] * 4, store.audit.map(&:durable?)
    end
  end

  def test_strict_reads_are_durable_before_the_value_is_released
    folder do |folder|
      file = "#{folder}/store"
      Strongroom::Store.create(file, raw_key: "k" * 32) do |store|
        store.put("a", "1", tier: :critical)
        store["b"] = "1"
        store.policy.set_audit(reads: { critical: "strict" })
        %w[a b].each { |path| store.get(path) { nil } }
        assert_equal [["a", true], ["b", false]], reads(store).map { |event| [event.path, event.durable?] }
      end
      Strongroom::Store.open(file, raw_key: "k" * 32, read_only: true) do |store|
        assert_operator store["b"], :==, "1"
        assert_raises(Strongroom::ReadOnlyError) { store["a"] }
      end
    end
  end

  def test_reads_that_are_off_leave_no_events
    in_memory do |store|
      store["a"] = "1"
      store.policy.set_audit(reads: :off)
      store.get("a") { nil }
      assert_raises(Strongroom::NotFoundError) { store.get("none") }
      assert_equal %w[secret.created policy.audit_changed], store.audit.map(&:type)
    end
  end

  def test_the_policy_says_what_is_left_out_stays
    in_memory do |store|
      policy = store.policy
      assert_equal [{ standard: :batched, sensitive: :batched, critical: :batched }, nil, nil], policy.audit.to_a
      assert_nil policy.set_audit(reads: { sensitive: :strict, "critical" => "off", standard: nil }, days: 30, bytes: 1_000_000)
      expected = [{ standard: :batched, sensitive: :strict, critical: :off }, 30, 1_000_000]
      assert_equal expected, policy.audit.to_a
      policy.set_audit
      policy.set_audit(reads: nil, days: Strongroom::UNCHANGED)
      assert_equal expected, policy.audit.to_a
      store.transaction { |tx| tx.policy.set_audit(days: nil) }
      policy.set_audit(bytes: nil)
      assert_equal [expected.first, nil, nil], store.transaction { |tx| tx.policy.audit.to_a }
      assert_predicate policy.audit.reads, :frozen?
    end
  end

  def test_a_policy_that_breaks_a_rule_is_refused
    in_memory do |store|
      { Strongroom::InvalidArgumentError => [{ days: 0 }, { days: 36_501 }], RangeError => [{ days: -1 }, { bytes: -2 }],
        TypeError => [{ days: "30" }], ArgumentError => [{ reads: :never }, { reads: { high: :off } }, { reads: 1 }] }
        .each { |kind, wrong| wrong.each { |said| assert_raises(kind) { store.policy.set_audit(**said) } } }
      assert_empty store.audit.to_a
    end
  end

  def test_a_sweep_removes_old_events
    in_memory do |store, clock|
      store.policy.set_audit(days: 1)
      kept = store.audit.head
      store["a"] = "1"
      clock.advance(2 * 86_400)
      store["a"] = "2"
      assert_equal [2, 0], Array.new(2) { store.sweep.audit_events }
      assert_equal [[3, "secret.updated", 1], [4, "audit.pruned", 2]],
                   store.audit.map { |event| [event.sequence, event.type, event.count] }
      assert_equal [2, 3, store.audit.head, :older_than_log], store.audit.verify(kept).to_a
    end
  end

  def test_queries_pass_all_tests
    in_memory do |store, clock|
      ids = %w[team/a team/b other].map { |path| store.put(path, "1").id }
      clock.advance(10)
      store.with(request_id: "7") { |own| own.delete("team/a") }
      store.slots.add_raw_key("k" * 32)
      assert_raises(Strongroom::NotFoundError) { store.get("team/none") }
      slot = store.audit.first.actor.delete_prefix("owner:")
      { { under: "team" } => [1, 2, 4, 6], { secret: ids.first } => [1, 4], { request_id: "7" } => [4], { actor: slot } => 1..6,
        { type: "secret.created" } => [1, 2, 3], { type: %w[secret.deleted store.*] } => [4, 5], { since: START + 10 } => 4..6,
        { until: START + 10 } => [1, 2, 3], { success: false } => [6], { success: true } => 1..5, { type: [] } => 1..6,
        { since: START + 10 + Rational(9, 10_000) } => 4..6, { until: START + 10 + Rational(1, 10_000_000) } => 1..6,
        { newest_first: true } => [6, 5, 4, 3, 2, 1],
        { under: "team", type: "secret.created", newest_first: true } => [2, 1] }.each do |asked, found|
        assert_equal found.to_a, store.audit.query(**asked).events.map(&:sequence), asked
        assert_equal found.to_a, store.audit.each(limit: 2, **asked).map(&:sequence), asked
      end
    end
  end

  def test_pages_continue
    in_memory do |store|
      5.times { |number| store["s/#{number}"] = "1" }
      page = store.audit.query(limit: 3)
      assert_equal [[1, 2, 3], true], [page.events.map(&:sequence), page.has_more]
      rest = store.audit.query(limit: 9, cursor: page.next_cursor)
      assert_equal [[4, 5], false, nil], [rest.events.map(&:sequence), rest.has_more, rest.next_cursor]
      assert_equal [4, 5], store.audit.each(cursor: page.next_cursor).map(&:sequence)
      log = store.audit
      assert_same log, log.each(limit: 1) { nil }
      assert_equal [5, [1, 2]], [log.count, log.lazy.map(&:sequence).first(2)]
      assert_raises(Strongroom::InvalidCursorError) { log.query(under: "s", cursor: page.next_cursor) }
      [0, 1001].each { |limit| assert_raises(Strongroom::LimitExceededError) { log.query(limit: limit) } }
    end
  end

  def test_queries_that_break_a_rule_are_refused
    in_memory do |store|
      { Strongroom::InvalidArgumentError => [{ type: "no.such" }, { under: "a//b" }, { secret: "a" }, { actor: "owner" }],
        TypeError => [{ under: 7 }, { type: 7 }, { type: [7] }, { since: 7 }, { limit: "7" }], RangeError => [{ limit: -1 }],
        ArgumentError => [{ colour: "red" }] }.each do |kind, wrong|
        wrong.each do |asked|
          assert_raises(kind) { store.audit.query(**asked) }
          assert_raises(kind) { store.audit.each(**asked) { flunk } }
        end
      end
    end
  end

  def test_a_head_that_was_kept_lies_in_the_chain
    in_memory do |store|
      store["a"] = "1"
      kept = store.audit.head
      store["a"] = "2"
      verified = store.audit.verify(kept)
      assert_equal [2, 1, store.audit.head, :in_history], verified.to_a
      assert_nil store.audit.verify.kept
      refute_equal kept, verified.head
      assert_raises(Strongroom::InvalidArgumentError) { store.audit.verify("no head") }
      in_memory do |other|
        3.times { other["a"] = "1" }
        assert_raises(Strongroom::Error) { other.audit.verify(kept) }
      end
    end
  end

  def test_an_export_is_checked_without_the_store
    folder do |folder|
      in_memory do |store|
        file = "#{folder}/log.jsonl"
        store.with(labels: { "app" => "bäckup" }, reason: "why") { |own| own["a"] = "1" }
        kept = store.audit.head
        assert_raises(Strongroom::NotFoundError) { store.get("none") }
        store["b"] = "1"
        exported = store.audit.export(file)
        assert_equal [3, store.audit.head], exported.to_a
        assert_equal 0o600, File.stat(file).mode & 0o777
        assert_raises(Strongroom::AlreadyExistsError) { store.audit.export(file) }
        [kept, exported.head].each { |head| assert_equal ["3 events, to number 3\n", true], checked(file, head) }
        File.write(file, File.read(file, encoding: "UTF-8").sub("why", "not"))
        refute checked(file, kept).last
      end
    end
  end

  def test_a_store_that_is_locked_or_closed_tells_nothing
    on_disk do |store|
      store["a"] = "1"
      uses = [-> { store.audit.head }, -> { store.audit.query }, -> { store.audit.verify }, -> { store.policy.audit }]
      store.lock
      uses.each { |use| assert_raises(Strongroom::LockedError, &use) }
      store.close
      uses.each { |use| assert_raises(Strongroom::ClosedError, &use) }
      refute_respond_to Strongroom::Transaction.allocate, :audit
    end
  end

  def test_nothing_stays_behind_queries
    in_memory do |store|
      5.times { |number| store["s/#{number}"] = "1" }
      assert_frees_all do
        assert_raises(ZeroDivisionError) { store.audit.each(limit: 2) { 1 / 0 } }
        assert_equal 1, store.audit.first.sequence
        assert_raises(Strongroom::InvalidArgumentError) { store.audit.query(type: "no.such") }
      end
    end
  end

  private

  def reads(store)
    store.audit.each(type: "secret.accessed").to_a
  end

  # What the script says of an export, and whether it is content.
  def checked(*arguments)
    said, status = Open3.capture2e("python3", File.join(ROOT, "scripts/check-audit-export"), *arguments)
    [said, status.success?]
  end
end
