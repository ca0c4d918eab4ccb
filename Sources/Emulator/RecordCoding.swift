/// How the lists of a record are laid out in one blob: a version byte, the count of the list, then each element with
/// its texts after their lengths; numbers are little-endian, counts and lengths of 32 bits.
enum RecordCoding {
    private static let version: UInt8 = 1

    /// Bodies in memory end with the process, so a record of one would be false at the next start: that is refused.
    static func encode(_ pieces: [BodyPiece]) throws(StorageFailure) -> [UInt8] {
        var writer = Writer(version: version, count: pieces.count)
        for piece in pieces {
            switch piece.reference {
            case .none: writer.text([])
            case .file(let name): writer.text(Array(name.utf8))
            case .memory: throw StorageFailure("a body in memory cannot be recorded durably")
            }
            writer.integer(piece.size)
        }
        return writer.bytes
    }

    static func encode(_ fields: [StoredField]) -> [UInt8] {
        var writer = Writer(version: version, count: fields.count)
        for field in fields {
            writer.text(Array(field.name.utf8))
            writer.text(field.value)
        }
        return writer.bytes
    }

    /// nil when the blob is not what `encode` makes.
    static func pieces(_ bytes: [UInt8]) -> [BodyPiece]? {
        list(bytes) { reader in
            guard let name = reader.text(), let size = reader.integer(UInt64.self) else { return nil }
            if name.isEmpty { return size == 0 ? BodyPiece(reference: .none, size: 0) : nil }
            guard let text = String(validating: name, as: UTF8.self) else { return nil }
            return BodyPiece(reference: .file(text), size: size)
        }
    }

    /// nil when the blob is not what `encode` makes.
    static func fields(_ bytes: [UInt8]) -> [StoredField]? {
        list(bytes) { reader in
            guard let name = reader.text(), let value = reader.text() else { return nil }
            guard let text = String(validating: name, as: UTF8.self) else { return nil }
            return StoredField(name: text, value: Array(value))
        }
    }

    /// Each element takes bytes, so that a false count ends with the blob.
    private static func list<Element>(
        _ bytes: [UInt8], element: (inout Reader) -> Element?
    ) -> [Element]? {
        var reader = Reader(rest: bytes[...])
        guard reader.integer(UInt8.self) == version, let count = reader.integer(UInt32.self) else {
            return nil
        }
        var elements: [Element] = []
        for _ in 0..<count {
            guard let next = element(&reader) else { return nil }
            elements.append(next)
        }
        return reader.rest.isEmpty ? elements : nil
    }

    private struct Writer {
        var bytes: [UInt8] = []

        init(version: UInt8, count: Int) {
            bytes.append(version)
            integer(UInt32(count))
        }

        mutating func integer(_ value: some FixedWidthInteger & UnsignedInteger) {
            for shift in stride(from: 0, to: value.bitWidth, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: value >> shift))
            }
        }

        mutating func text(_ text: [UInt8]) {
            integer(UInt32(text.count))
            bytes += text
        }
    }

    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func integer<Value: FixedWidthInteger & UnsignedInteger>(_ type: Value.Type) -> Value? {
            let count = Value.bitWidth / 8
            guard rest.count >= count else { return nil }
            var value: Value = 0
            for (place, byte) in rest.prefix(count).enumerated() { value |= Value(byte) << (8 * place) }
            rest = rest.dropFirst(count)
            return value
        }

        mutating func text() -> ArraySlice<UInt8>? {
            guard let count = integer(UInt32.self), rest.count >= Int(count) else { return nil }
            defer { rest = rest.dropFirst(Int(count)) }
            return rest.prefix(Int(count))
        }
    }
}
