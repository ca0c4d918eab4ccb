package import Bytes

/// The fields of a head or of trailers: ordered, repeated fields kept apart, names and values byte for byte.
/// One array holds all the bytes, so that reading a field copies nothing.
package struct Fields: Sendable {
    /// Where one field lies in `bytes`.
    package struct Entry: Sendable {
        package let name: Range<Int>
        package let value: Range<Int>
        /// That of the name: what asks for another one need not look at the bytes.
        package let mark: UInt64

        /// Both are places in `bytes`.
        package init(name: Range<Int>, value: Range<Int>, of bytes: Span<UInt8>) {
            self.name = name
            self.value = value
            mark = Literal.mark(of: bytes.extracting(name))
        }
    }

    /// All the bytes that the entries point into; for a decoded head, the head as it was received.
    package private(set) var bytes: [UInt8]
    package private(set) var entries: [Entry]
    /// So many of the first entries are lines that a decoder has accepted: nobody who writes them has to look at them
    /// again.
    package private(set) var decodedCount = 0
    /// The marks of all names. Where that of a name is missing no field has it, which most searches need not go
    /// beyond: rules ask for far more fields than a head has.
    package private(set) var marks: UInt64 = 0

    package init() {
        bytes = []
        entries = []
    }

    /// For decoders: `entries` must lie within `bytes`. With `areDecoded` all names are known to be tokens, and no value
    /// holds a control byte but HTAB.
    package init(bytes: [UInt8], entries: [Entry], areDecoded: Bool = false) {
        self.bytes = bytes
        self.entries = entries
        decodedCount = areDecoded ? entries.count : 0
        for entry in entries { marks |= entry.mark }
    }

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }

    package func name(at index: Int) -> ByteSlice { bytes[entries[index].name] }
    package func value(at index: Int) -> ByteSlice { bytes[entries[index].value] }

    /// True if the field at `index` has this name, in any case.
    package func isNamed(_ name: Literal, at index: Int) -> Bool {
        let entry = entries[index]
        return entry.mark == name.mark && name.matchesIgnoringCase(bytes.span.extracting(entry.name))
    }

    /// The value of the first field of this name, in any case.
    package func first(_ name: Literal) -> ByteSlice? {
        firstIndex(of: name).map { value(at: $0) }
    }

    private func firstIndex(of name: Literal) -> Int? {
        guard marks & name.mark != 0 else { return nil }
        let (all, source) = (entries.span, bytes.span)
        for index in 0..<all.count where all[index].mark == name.mark {
            if name.matchesIgnoringCase(source.extracting(all[index].name)) { return index }
        }
        return nil
    }

    /// How many fields have this name.
    package func count(of name: Literal) -> Int {
        var found = 0
        for index in entries.indices where isNamed(name, at: index) { found += 1 }
        return found
    }

    package func contains(_ name: Literal) -> Bool { firstIndex(of: name) != nil }

    package mutating func append(_ name: Literal, _ value: ByteSlice) {
        append(name) { $0.append(contentsOf: value) }
    }
    package mutating func append(_ name: Literal, _ value: [UInt8]) { append(name, value[...]) }
    package mutating func append(_ name: Literal, _ value: String) {
        append(name) { $0.append(contentsOf: value.utf8) }
    }
    package mutating func append(_ name: Literal, _ value: Literal) { append(name) { $0.append(value) } }
    package mutating func append(_ name: Literal, _ value: UInt64) {
        append(name) { Decimal.append(value, to: &$0) }
    }

    /// A field whose name is not known at compile time.
    package mutating func append(name: ByteSlice, value: ByteSlice) {
        let start = bytes.count
        bytes.append(contentsOf: name)
        let middle = bytes.count
        bytes.append(contentsOf: value)
        append(Entry(name: start..<middle, value: middle..<bytes.count, of: bytes.span))
    }

    /// Appends all fields of another section, in order.
    package mutating func append(contentsOf other: Fields) {
        for index in other.entries.indices {
            append(name: other.name(at: index), value: other.value(at: index))
        }
    }

    /// Removes every field of this name; its bytes stay behind until the value goes away.
    package mutating func removeAll(_ name: Literal) {
        guard contains(name) else { return }
        entries = entries.indices.filter { !isNamed(name, at: $0) }.map { entries[$0] }
        decodedCount = 0
    }

    private mutating func append(_ name: Literal, _ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        bytes.append(name)
        let middle = bytes.count
        write(&bytes)
        append(Entry(name: start..<middle, value: middle..<bytes.count, of: bytes.span))
    }

    private mutating func append(_ entry: Entry) {
        entries.append(entry)
        marks |= entry.mark
    }
}
