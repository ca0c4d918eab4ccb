import CKernels
import Glibc

// Safe: every pointer below is that of a span, given on with its count to a function of C that reads so many bytes and
// keeps nothing.

extension Span where Element == UInt8 {
    /// The first place in `range` that holds `byte`.
    package func firstIndex(of byte: UInt8, in range: Range<Int>) -> Int? {
        unsafe extracting(range).withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress,
                let found = unsafe memchr(start, Int32(byte), bytes.count)
            else { return nil }
            return unsafe range.lowerBound + (UnsafeRawPointer(found) - start)
        }
    }

    /// Where the `tchar`s that begin at `start` end.
    package func endOfToken(from start: Int) -> Int {
        unsafe extracting(start..<count).withUnsafeBufferPointer {
            unsafe start + ossgate_end_of_token($0.baseAddress, $0.count)
        }
    }

    /// Where the `tchar`s that begin at `start` end, and the first control byte from there on as of `firstControl`.
    package func fieldLine(from start: Int) -> (nameEnd: Int, control: Int?) {
        let ends = unsafe extracting(start..<count).withUnsafeBufferPointer {
            unsafe ossgate_field_line($0.baseAddress, $0.count)
        }
        let control = start + ends.value
        return (start + ends.name, control < count ? control : nil)
    }

    /// The first LF at or after `start` that ends an empty line, follows no CR, or stands too near to the start of the
    /// span to tell.
    package func endOfLines(from start: Int) -> Int? {
        precondition(start <= count)
        let index = unsafe withUnsafeBufferPointer {
            unsafe ossgate_end_of_lines($0.baseAddress, $0.count, start)
        }
        return index < count ? index : nil
    }

    /// Equal but for ASCII case.
    @usableFromInline package func isEqualIgnoringCase(to other: Span<UInt8>) -> Bool {
        guard count == other.count else { return false }
        return unsafe withUnsafeBufferPointer { left in
            unsafe other.withUnsafeBufferPointer { right in
                unsafe ossgate_is_equal_ignoring_case(left.baseAddress, right.baseAddress, left.count) != 0
            }
        }
    }

    /// Where the ASCII letters, digits and hyphens that begin at `start` end.
    package func endOfLabel(from start: Int) -> Int {
        unsafe extracting(start..<count).withUnsafeBufferPointer {
            unsafe start + ossgate_end_of_label($0.baseAddress, $0.count)
        }
    }

    /// The first control byte in `range` (C0 or DEL) that is not HTAB: where a field value must end.
    package func firstControl(in range: Range<Int>) -> Int? {
        let index = unsafe extracting(range).withUnsafeBufferPointer {
            unsafe range.lowerBound + ossgate_first_control($0.baseAddress, $0.count)
        }
        return index < range.upperBound ? index : nil
    }
}
