import Bytes
import Testing

/// The scans of heads against what they say byte by byte, for every length around those that are looked at in one step,
/// and every byte in every place. The arrays are as long as what is scanned, so that a sanitizer sees a step too far.
@Suite struct ByteScanTests {
    private static let lengths = Array(0...35) + [48, 63, 64, 65]
    private static let filler = UInt8(ascii: "k")

    private func isControl(_ byte: UInt8) -> Bool { byte < 0x20 && byte != 0x09 || byte == 0x7F }

    private func isLabel(_ byte: UInt8) -> Bool {
        ASCII.isLower(byte) || ASCII.isUpper(byte) || ASCII.isDigit(byte) || byte == ASCII.hyphen
    }

    private func lowercased(_ byte: UInt8) -> UInt8 { ASCII.isUpper(byte) ? byte + 0x20 : byte }

    @Test(arguments: lengths) func oneByteInEveryPlace(_ count: Int) {
        var bytes = [UInt8](repeating: Self.filler, count: count)
        var faults: [String] = []
        for place in 0..<count {
            for byte in UInt8.min...UInt8.max {
                bytes[place] = byte
                let text = bytes.span
                let agrees =
                    text.firstControl(in: 0..<count) == (isControl(byte) ? place : nil)
                    && text.firstControl(in: (place + 1)..<count) == nil
                    && text.endOfLabel(from: 0) == (isLabel(byte) ? count : place)
                    && text.endOfLabel(from: place + 1) == count
                    && text.endOfToken(from: 0) == (ASCII.isToken(byte) ? count : place)
                    && text.fieldLine(from: 0) == fieldLine(bytes)
                    && text.endOfLines(from: 0) == endOfLines(bytes)
                    && text.firstIndex(of: byte, in: 0..<count) == (byte == Self.filler ? 0 : place)
                if !agrees { faults.append("\(byte) at \(place)") }
            }
            bytes[place] = Self.filler
        }
        #expect(faults.isEmpty)
    }

    private func fieldLine(_ bytes: [UInt8]) -> (Int, Int?) {
        let nameEnd = bytes.firstIndex { !ASCII.isToken($0) } ?? bytes.count
        return (nameEnd, bytes[nameEnd...].firstIndex(where: isControl))
    }

    private func endOfLines(_ bytes: [UInt8], from start: Int = 0) -> Int? {
        bytes.indices.dropFirst(start).first {
            bytes[$0] == 10 && ($0 < 2 || bytes[$0 - 1] != 13 || bytes[$0 - 2] == 10)
        }
    }

    /// All that can be made of what lines end with, behind lines that end as they should, in every place.
    @Test(arguments: lengths) func linesEndInEveryPlace(_ count: Int) {
        var faults: [String] = []
        for place in 0..<max(count - 3, 0) {
            for pattern in 0..<81 {
                var bytes = [UInt8](repeating: Self.filler, count: count)
                if place >= 5 { bytes.replaceSubrange(2..<4, with: [13, 10]) }
                let kinds: [UInt8] = [10, 13, Self.filler]
                for (index, weight) in [1, 3, 9, 27].enumerated() {
                    bytes[place + index] = kinds[pattern / weight % 3]
                }
                for start in [0, place, place + 1, count]
                where
                    bytes.span.endOfLines(from: start) != endOfLines(bytes, from: start)
                { faults.append("\(pattern) at \(place) from \(start)") }
            }
        }
        #expect(faults.isEmpty)
    }

    @Test(arguments: lengths) func equalButForCase(_ count: Int) {
        let base = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 65) }
        var other = base
        var faults: [String] = []
        for place in 0..<count {
            for byte in UInt8.min...UInt8.max {
                other[place] = byte
                let isEqual = lowercased(byte) == lowercased(base[place])
                if base.span.isEqualIgnoringCase(to: other.span) != isEqual {
                    faults.append("\(byte) at \(place)")
                }
            }
            other[place] = base[place]
        }
        #expect(faults.isEmpty)
        let longer = base + [0]
        let isEqual = base.span.isEqualIgnoringCase(to: longer.span)
        #expect(!isEqual)
    }

    /// The bit that tells small letters from capital ones tells other bytes apart, too.
    @Test(arguments: [1, 4, 8, 16, 17]) func whatIsNoLetterHasNoCase(_ count: Int) {
        for byte in UInt8.min...UInt8.max {
            let left = [UInt8](repeating: byte, count: count)
            let right = [UInt8](repeating: byte ^ 0x20, count: count)
            let isEqual = left.span.isEqualIgnoringCase(to: right.span)
            #expect(isEqual == (lowercased(byte) == lowercased(byte ^ 0x20)), "\(byte)")
        }
    }
}
