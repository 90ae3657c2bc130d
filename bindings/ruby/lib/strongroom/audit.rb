# frozen_string_literal: true

module Strongroom
  # The audit log of a store, a chain of events: `store.audit`. `Enumerable` goes through all events, the oldest first, those
  # among them that wait in memory for the next commit.
  #
  # What of reads is in it, and how long it is kept, {Policy#set_audit} says.
  class Audit
    include Enumerable

    # @api private
    def initialize(store)
      @store = store
    end

    # A page of events: those that pass all the tests.
    #
    # @param under [String, nil] a path: what concerns it, or lies below it
    # @param actor [String, nil] the id of a key slot: what was done through handles that it unlocked
    # @param secret [String, nil] the id of a secret, whatever its path was
    # @param request_id [String, nil] what was done for a request
    # @param type [String, Array<String>, nil] such as `"secret.created"`, or `"secret.*"` for all of a group; of several any
    # @param since [Time, nil] of this time or later; the log knows milliseconds, and a fraction of one is dropped
    # @param until [Time, nil] before this time; a fraction of a millisecond counts as a whole one
    # @param success [Boolean, nil] true for what succeeded, false for what failed
    # @param newest_first [Boolean]
    # @param limit [Integer, nil] how many to a page, 1 to 1,000; nil for the library's default of 50
    # @param cursor [String, nil] continues behind the page that gave it
    # @return [AuditPage]
    # @raise [InvalidCursorError]
    # @raise [LimitExceededError]
    def query(under: nil, actor: nil, secret: nil, request_id: nil, type: nil, since: nil, until: nil, success: nil,
              newest_first: false, limit: nil, cursor: nil)
      asked = { under: under, actor: actor, secret: secret, request_id: request_id, type: type, since: since,
                until: binding.local_variable_get(:until), success: success, newest_first: newest_first, limit: limit,
                cursor: cursor }
      AuditQuery.with(**asked) { |query| Pages.audited(@store.handle, query) }
    end

    # All events that {#query} would show, page by page. Between pages nothing is held.
    #
    # @param limit [Integer] how many to a page
    # @param cursor [String, nil] continues behind the page that gave it
    # @param type [String, Array<String>, nil] as in {#query}
    # @param asked its other parameters
    # @yieldparam event [AuditEvent]
    # @return [Enumerator<AuditEvent>] without a block; else itself
    def each(limit: 500, cursor: nil, type: nil, **asked, &block)
      asked[:type] = Text.kept(type)
      return enum_for(:each, limit: limit, cursor: cursor, **asked) unless block

      more = true
      while more # A loop would swallow a StopIteration of the block's.
        page = query(limit: limit, cursor: cursor, **asked)
        page.events.each(&block)
        more, cursor = page.has_more, page.next_cursor
      end
      self
    end

    # @param id [String] of an event, `"evt_…"`
    # @return [AuditEvent]
    # @raise [NotFoundError]
    def get(id)
      Pages.items(:strongroom_page_event, Native::AuditEvent, :audit_event, :strongroom_audit_get, @store.handle,
                  *Text.pair(id)).first
    end

    # Where the log ends in the file now, as a text to be kept where whoever gets at the file does not; it is no secret.
    # {#verify} holds the log against it.
    #
    # @return [String]
    def head
      buffer = FFI::MemoryPointer.new(:char, Native::AUDIT_HEAD_LEN)
      Call.call(:strongroom_audit_head, @store.handle, buffer, Native::AUDIT_HEAD_LEN)
      Call.utf8(buffer.get_string(0))
    end

    # Follows the chain of the log to the head that the last commit sealed. Writers wait meanwhile.
    #
    # @param head [String, nil] one that was kept: then it has to lie in the chain
    # @return [AuditVerified]
    # @raise [TamperedError] names the event where the chain breaks
    # @raise [InvalidArgumentError] if the text is no head
    def verify(head = nil)
      done = Call.sized(Native::AuditVerified)
      Call.call(:strongroom_audit_verify, @store.handle, *Text.pair_or_nil(head), done)
      Items.audit_verified(done)
    end

    # Writes all events that are {Outcome#durable?} to a new file, readable by its owner only, as JSON Lines.
    #
    # @param file [String, #to_path]
    # @return [AuditExported]
    # @raise [AlreadyExistsError]
    # @raise [DiskFullError]
    def export(file)
      done = Call.sized(Native::AuditExported)
      Call.call(:strongroom_audit_export, @store.handle, *Text.file(file), done)
      Items.audit_exported(done)
    end

    # @return [String] not what is inside
    def inspect
      "#<#{self.class}>"
    end
  end
end
