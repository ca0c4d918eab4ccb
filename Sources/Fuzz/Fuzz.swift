import Fuzzing

/// Fuzzes what `FUZZ_TARGET` names under libFuzzer (deploy/fuzz builds it so); otherwise it runs the files it is given
/// through the harness.
@main struct Fuzz {
    /// Chosen once: libFuzzer calls a function that can carry nothing with it.
    private static let target = FuzzTarget.chosen

    static func main() throws {
        guard let target else {
            print("FUZZ_TARGET must be one of \(FuzzTarget.allCases.map(\.rawValue).joined(separator: ", "))")
            return
        }
        #if FUZZING
            unsafe fuzz { bytes, count in
                unsafe Fuzz.target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            }
        #else
            try replay(target.run)
        #endif
    }
}
