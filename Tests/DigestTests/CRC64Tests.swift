import CKernels
import Digest
import TestSupport
import Testing

/// The kernels against the definition, against each other at every count and alignment, and their combination.
@Suite struct CRC64Tests {
    /// Bit by bit, as the catalogue of CRC algorithms defines CRC-64/XZ.
    private static func defined(_ bytes: [UInt8]) -> UInt64 {
        var state = UInt64.max
        for byte in bytes {
            state ^= UInt64(byte)
            for _ in 0..<8 { state = state >> 1 ^ (state & 1 == 1 ? 0xC96C_5795_D787_0F42 : 0) }
        }
        return ~state
    }

    private static func hash(_ bytes: [UInt8]) -> UInt64 { CRC64.hash(bytes.span) }

    private static let kernels: [Int32] = Array(0...ossgate_crc64_best_kernel())

    @Test func publishedValues() {
        #expect(Self.hash(Array("123456789".utf8)) == 0x995D_C9BB_DF19_39FA)
        #expect(Self.hash([]) == 0)
        #expect(CRC64().value == 0)
        #expect(CRC64.isAccelerated == (ossgate_crc64_best_kernel() > 0))
    }

    @Test(arguments: kernels) func followsTheDefinition(_ kernel: Int32) {
        for count in [0, 1, 15, 16, 17, 255, 256, 257, 511, 512, 513, 1_000, 1_023, 1_024, 1_025, 4_099] {
            let bytes = Pattern.bytes(count: count, seed: 7)
            let value = unsafe bytes.withUnsafeBufferPointer { buffer in
                unsafe ossgate_crc64_by(kernel, 0, buffer.baseAddress, count)
            }
            #expect(value == Self.defined(bytes), "\(count) bytes")
        }
    }

    @Test(arguments: kernels) func equalsThePortableKernelAtEveryCountAndAlignment(_ kernel: Int32) {
        let bytes = Pattern.bytes(count: 2_200 + 16, seed: 11)
        var wrong: [String] = []
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for alignment in 0..<16 {
                for count in 0...2_200 {
                    let start = UInt64(count) &* 0x9E37_79B9_7F4A_7C15
                    let value = unsafe ossgate_crc64_by(kernel, start, base + alignment, count)
                    let expected = unsafe ossgate_crc64_portable(start, base + alignment, count)
                    if value != expected {
                        wrong.append("\(count) bytes at \(alignment)")
                    }
                }
            }
        }
        #expect(wrong.isEmpty)
    }

    /// What is copied is what was digested, and nothing is written beyond it.
    @Test(arguments: kernels) func copiesOnTheWay(_ kernel: Int32) {
        let bytes = Pattern.bytes(count: 20_000 + 16, seed: 17)
        var wrong: [String] = []
        unsafe bytes.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            for count in Array(0...600) + Array(1_000...1_600) + [8_191, 8_192, 8_193, 16_384, 20_000] {
                let from = unsafe base + count % 16
                var copy = [UInt8](repeating: 0xA5, count: count + 64)
                let value = unsafe copy.withUnsafeMutableBytes {
                    unsafe ossgate_crc64_copy_by(kernel, 7, $0.baseAddress, from, count)
                }
                let source = unsafe UnsafeBufferPointer(start: from, count: count)
                let isSame = unsafe copy[..<count].elementsEqual(source)
                let isRight = unsafe value == ossgate_crc64_portable(7, from, count)
                let staysInside = copy[count...].allSatisfy { $0 == 0xA5 }
                if !isSame || !isRight || !staysInside { wrong.append("\(count)") }
            }
        }
        #expect(wrong.isEmpty)
    }

    @Test func splitsDoNotMatter() {
        let bytes = Pattern.bytes(count: 70_000, seed: 13)
        let whole = CRC64.hash(bytes.span)
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<40 {
            var running = CRC64()
            var start = 0
            var cuts: [Int] = []
            while start < bytes.count {
                let end = min(bytes.count, start + Int.random(in: 0...5_000, using: &generator))
                running.update(bytes.span.extracting(start..<end))
                cuts.append(end)
                start = end
            }
            #expect(running.value == whole, "cut at \(cuts)")
        }
    }

    @Test func combinationEqualsConcatenation() {
        let bytes = Pattern.bytes(count: 5_000, seed: 17)
        let whole = CRC64.hash(bytes.span)
        for cut in [0, 1, 2, 63, 64, 1_000, 4_095, 4_999, 5_000] {
            let first = CRC64.hash(bytes.span.extracting(0..<cut))
            let second = CRC64.hash(bytes.span.extracting(cut..<bytes.count))
            let count = UInt64(bytes.count - cut)
            #expect(CRC64.combine(first, second, secondCount: count) == whole, "cut at \(cut)")
        }
    }

    /// Counts that no test can feed: doubling a run of zeros by combination alone must agree with one combination
    /// of the whole count.
    @Test func combinationHoldsForHugeCounts() {
        var zeros = Self.hash([0])
        for bit in 0..<63 {
            let doubled = CRC64.combine(zeros, zeros, secondCount: 1 << UInt64(bit))
            let prefix = Self.hash(Array("abc".utf8))
            let twice = CRC64.combine(
                CRC64.combine(prefix, zeros, secondCount: 1 << UInt64(bit)), zeros,
                secondCount: 1 << UInt64(bit))
            #expect(CRC64.combine(prefix, doubled, secondCount: 2 << UInt64(bit)) == twice, "2^\(bit) bytes")
            zeros = doubled
        }
    }
}
