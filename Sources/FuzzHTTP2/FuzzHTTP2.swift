import Fuzzing

/// Under libFuzzer (deploy/fuzz builds it so) it fuzzes; otherwise it runs the files it is given through the harness.
@main struct FuzzHTTP2 {
    static func main() throws {
        #if FUZZING
            unsafe fuzz { bytes, count in
                unsafe Harness.http2(Array(UnsafeBufferPointer(start: bytes, count: count)))
                return 0
            }
        #else
            try replay(Harness.http2)
        #endif
    }
}
