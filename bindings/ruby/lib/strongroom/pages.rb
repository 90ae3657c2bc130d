# frozen_string_literal: true

module Strongroom
  # Pages of the library as arrays. Each of these makes a call that gives a page out, and frees the page.
  #
  # @api private
  module Pages
    module_function

    def secrets(function, *arguments)
      items(:strongroom_page_secret, Native::SecretInfo, :secret_info, function, *arguments)
    end

    def versions(function, *arguments)
      items(:strongroom_page_version, Native::VersionInfo, :version_info, function, *arguments)
    end

    def tag_counts(function, *arguments)
      items(:strongroom_page_tag_count, Native::TagCount, :tag_count, function, *arguments)
    end

    # The items of a page, each read by a strongroom_page_… function.
    def items(read, struct, convert, function, *arguments)
      page_of(function, *arguments) { |page| read_all(page, Native.strongroom_page_len(page), read, struct, convert) }
    end

    # The namespaces of a page.
    def namespaces(convert, function, *arguments)
      page_of(function, *arguments) { |page| namespaces_of(page, convert) }
    end

    # The names of files of a page.
    def files(function, *arguments)
      page_of(function, *arguments) do |page|
        Array.new(Native.strongroom_page_len(page)) { |index| Call.utf8(Native.strongroom_page_file(page, index)) }
      end
    end

    # A page of a list.
    def listed(store, query, counted)
      page_of(:strongroom_list, store, query) do |page|
        length = Native.strongroom_page_len(page)
        Page.new(
          items: read_all(page, length, :strongroom_page_secret, Native::SecretInfo, :secret_info),
          namespaces: namespaces_of(page, :namespace), has_more: Native.strongroom_page_has_more(page) != 0,
          next_cursor: next_cursor(page), total: counted ? total(page) : nil
        )
      end
    end

    # A page of the audit log.
    def audited(store, query)
      page_of(:strongroom_audit_list, store, query) do |page|
        events = read_all(page, Native.strongroom_page_len(page), :strongroom_page_event, Native::AuditEvent, :audit_event)
        AuditPage.new(events: events, has_more: Native.strongroom_page_has_more(page) != 0, next_cursor: next_cursor(page))
      end
    end

    def next_cursor(page)
      Native.strongroom_page_next_cursor(page)&.force_encoding(Encoding::UTF_8)
    end

    def page_of(function, *arguments, &block)
      Call.with(function, *arguments, free: :strongroom_page_free, &block)
    end

    def read_all(page, count, read, struct, convert)
      item = Call.sized(struct)
      Array.new(count) do |index|
        Call.call(read, page, index, item)
        Items.__send__(convert, item)
      end.freeze
    end

    def namespaces_of(page, convert)
      read_all(page, Native.strongroom_page_namespaces(page), :strongroom_page_namespace, Native::Namespace, convert)
    end

    def total(page)
      total = FFI::Buffer.new(:uint64)
      Call.call(:strongroom_page_total, page, total)
      total.get_uint64(0)
    rescue NotFoundError
      nil
    end
  end
  private_constant :Pages
end
