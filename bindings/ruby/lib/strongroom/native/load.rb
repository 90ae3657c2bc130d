# frozen_string_literal: true

module Strongroom
  module Native
    # The name of the library on this platform, as its ABI version is part of it.
    FILE_NAME = FFI::Platform.mac? ? "libstrongroom.#{ABI_VERSION}.dylib" : "libstrongroom.so.#{ABI_VERSION}"
    CARRIED = File.expand_path("../library/#{FILE_NAME}", __dir__)

    # Finds and loads the library, and checks that it is the right one.
    module Load
      module_function

      # @return [String] the file to load, or a name for the system's loader, which does not look where the program runs
      def find
        named = ENV.fetch(VARIABLE, "")
        return File.file?(CARRIED) ? CARRIED : FILE_NAME if named.empty?
        raise LoadError, "#{VARIABLE} must be an absolute path, and is #{named.inspect}" unless named.start_with?("/")
        return named if File.file?(named)

        raise LoadError, "the library of strongroom is not at #{named}, where #{VARIABLE} says it is"
      end

      def open(file)
        FFI::DynamicLibrary.open(file, FFI::DynamicLibrary::RTLD_NOW | FFI::DynamicLibrary::RTLD_LOCAL)
      rescue LoadError => error
        raise LoadError, "#{file} cannot be loaded as the library of strongroom (#{error.message}). Install the gem for " \
                         "this platform, install the library with scripts/install-c, or set #{VARIABLE} to its absolute path"
      end

      def check(library, file)
        symbol = library.find_function("strongroom_abi_version")
        raise LoadError, "#{file} is no library of strongroom: it has no strongroom_abi_version" unless symbol

        version = FFI::Function.new(:uint32, [], symbol).call
        return if version == ABI_VERSION

        raise LoadError, "#{file} has version #{version} of the interface, and this package needs #{ABI_VERSION}: " \
                         "install the package and the library of the same release"
      end

      def attach(library, file)
        FUNCTIONS.each do |name, (returns, takes, waits)|
          symbol = library.find_function(name.to_s)
          if symbol
            FFI::Function.new(returns, takes, symbol, blocking: waits).attach(Native, name.to_s)
          elsif name != :strongroom_test_panic # which only libraries for tests have
            raise LoadError, "#{file} is no library of this release of strongroom: it has no #{name}"
          end
        end
      end
    end
    private_constant :Load

    # The file that was loaded.
    FILE = Load.find.freeze
    # Kept, because its functions are gone with it.
    LIBRARY = Load.open(FILE)
    Load.check(LIBRARY, FILE)
    Load.attach(LIBRARY, FILE)

    # Copies memory without a String between, which nothing would wipe.
    FFI::Function.new(:pointer, %i[buffer_inout buffer_in size_t],
                      FFI::DynamicLibrary.open(nil, FFI::DynamicLibrary::RTLD_NOW).find_function("memcpy"))
                 .attach(self, "memcpy")
  end
end
