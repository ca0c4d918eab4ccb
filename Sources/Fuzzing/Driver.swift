import Glibc

/// What libFuzzer calls with each input.
package typealias FuzzTest = @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt

#if FUZZING
    /// libFuzzer's own loop: the package manager gives a program its entry point, so the loop is called from there
    /// and not the other way round. The argument types are those of FuzzerDriver.
    @_silgen_name("LLVMFuzzerRunDriver") private func runDriver(
        _ count: UnsafeMutablePointer<CInt>,
        _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
        _ test: FuzzTest
    ) -> CInt

    /// Fuzzes with the options of the command line, and does not return.
    package func fuzz(_ test: FuzzTest) {
        var count = CommandLine.argc
        var arguments = unsafe CommandLine.unsafeArgv
        exit(unsafe runDriver(&count, &arguments, test))
    }
#endif
