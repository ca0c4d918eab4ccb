import Bytes
import HTTPModel

/// Writes the field lines of a head anew: every field in its place, byte for byte, but for those that end at this
/// hop and those that frame the body, which are written from the decision that the decoder has stored.
///
/// Nothing that is written can end a line early: a field whose name is no token, or whose value holds a control
/// byte other than HTAB, is left out. Decoded fields are never such; fields that a program made from what it was
/// sent could be, and a trap there would be a stranger's switch.
struct FieldWriter {
    /// What takes the place of Content-Length and Transfer-Encoding.
    enum Length {
        case nothing
        case contentLength(UInt64)
        case chunked
        /// The received Content-Length, if there is one, as it is.
        case asReceived
    }

    private let fields: Fields
    private let length: Length
    private let connectionOptions: [ByteSlice]

    init(_ fields: Fields, length: Length) {
        self.fields = fields
        self.length = length
        connectionOptions = HopByHop.connectionOptions(fields).filter {
            !$0.matchesIgnoringCase("close") && !$0.matchesIgnoringCase("keep-alive")
        }
    }

    /// Appends the fields that go on. `replacement` may write another line in place of the field at an index, and
    /// says with `true` that the field is dealt with.
    func append(to bytes: inout [UInt8], replacement: (Int, inout [UInt8]) -> Bool) {
        var wroteLength = false
        let source = fields.bytes.span
        for index in fields.entries.indices {
            if replacement(index, &bytes) { continue }
            if fields.isNamed("content-length", at: index) || fields.isNamed("transfer-encoding", at: index) {
                wroteLength = wroteLength || appendLength(replacing: index, to: &bytes)
                continue
            }
            let name = fields.name(at: index)
            if HopByHop.contains(name) || isConnectionOption(name) { continue }
            let entry = fields.entries[index]
            Self.append(source.extracting(entry.name), source.extracting(entry.value), to: &bytes)
        }
        if !wroteLength { _ = appendLength(replacing: nil, to: &bytes) }
    }

    /// One line, or nothing when it would not be one.
    static func append(_ name: Span<UInt8>, _ value: Span<UInt8>, to bytes: inout [UInt8]) {
        guard isToken(name), value.firstControl(in: 0..<value.count) == nil else { return }
        bytes.append(name)
        bytes.append(": ")
        bytes.append(value)
        bytes.append("\r\n")
    }

    private func isConnectionOption(_ name: ByteSlice) -> Bool {
        connectionOptions.contains { option in
            option.count == name.count
                && zip(option, name).allSatisfy { ASCII.lowercased($0) == ASCII.lowercased($1) }
        }
    }

    /// Writes the framing field, if there is one to write at this place; a received Content-Length that says the
    /// same keeps its spelling. False if nothing was written.
    private func appendLength(replacing index: Int?, to bytes: inout [UInt8]) -> Bool {
        switch length {
        case .nothing: return false
        case .contentLength(let count):
            if let index, isContentLength(index, of: count) {
                copy(index, to: &bytes)
                return true
            }
            bytes.append("Content-Length: ")
            Decimal.append(count, to: &bytes)
            bytes.append("\r\n")
            return true
        case .chunked:
            bytes.append("Transfer-Encoding: chunked\r\n")
            return true
        case .asReceived:
            guard let index, fields.isNamed("content-length", at: index),
                fields.value(at: index).decimal != nil
            else { return false }
            copy(index, to: &bytes)
            return true
        }
    }

    private func isContentLength(_ index: Int, of count: UInt64) -> Bool {
        fields.isNamed("content-length", at: index) && fields.value(at: index).decimal == count
    }

    private func copy(_ index: Int, to bytes: inout [UInt8]) {
        let entry = fields.entries[index]
        let source = fields.bytes.span
        Self.append(source.extracting(entry.name), source.extracting(entry.value), to: &bytes)
    }
}
