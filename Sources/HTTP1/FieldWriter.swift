import Bytes
import HTTPModel

/// Writes the field lines of a head anew: every field in its place, byte for byte, but for those that end at this
/// hop and those that frame the body, which are written from the decision that the decoder has stored.
///
/// Nothing that is written can end a line early: a field whose name is no token, or whose value holds a control
/// byte other than HTAB, is left out. Decoded fields are never such, which their decoder has seen to; fields that a
/// program made from what it was sent could be, and a trap there would be a stranger's switch.
enum FieldWriter {
    /// What takes the place of Content-Length and Transfer-Encoding.
    enum Length {
        case nothing
        case contentLength(UInt64)
        case chunked
        /// The received Content-Length, if there is one, as it is.
        case asReceived
    }

    /// Which side of an exchange the head is of.
    enum Side {
        /// `Expect` is not passed on.
        case request
        /// The line to write where the received Connection field stood, else at the end; nil for none.
        case response(connection: Literal?)
    }

    /// A Connection field says more than `close` or `keep-alive`, as few do.
    private static func namesFields(_ fields: Fields) -> Bool {
        guard fields.contains("connection") else { return false }
        for index in fields.entries.indices where fields.isNamed("connection", at: index) {
            let value = fields.bytes.span.extracting(fields.entries[index].value)
            if !("keep-alive" as Literal).matchesIgnoringCase(value),
                !("close" as Literal).matchesIgnoringCase(value)
            {
                return true
            }
        }
        return false
    }

    /// Appends those of the fields that go on.
    static func append(_ fields: Fields, length: Length, side: Side, to bytes: inout [UInt8]) {
        // What Connection names, if that is more than `close` or `keep-alive`.
        let options = namesFields(fields) ? HopByHop.connectionOptions(fields) : []
        let marks = options.isEmpty ? Kind.marks : .max
        var wroteLength = false
        var connection: Literal?
        if case .response(let line) = side { connection = line }
        let (source, entries) = (fields.bytes.span, fields.entries.span)
        // Lines that are copied as they are and lie one behind the other go in one piece.
        var run = 0..<0
        for index in 0..<entries.count {
            let entry = entries[index]
            switch entry.mark & marks == 0 ? .other : Kind(entry, of: source, options: options) {
            case .framing:
                if wroteLength { continue }
                flush(&run, of: source, to: &bytes)
                wroteLength = appendLength(length, replacing: index, of: fields, to: &bytes)
                continue
            case .connection:
                flush(&run, of: source, to: &bytes)
                if let line = connection { bytes.append(line) }
                connection = nil
                continue
            case .expect:
                if case .request = side { continue }
            case .endsHere: continue
            case .other: break
            }
            guard index < fields.decodedCount || isLine(entry, of: source) else { continue }
            append(entry, of: source, after: &run, to: &bytes)
        }
        flush(&run, of: source, to: &bytes)
        if !wroteLength { _ = appendLength(length, replacing: nil, of: fields, to: &bytes) }
        if let line = connection { bytes.append(line) }
    }

    /// What is done with a field.
    private enum Kind {
        case framing
        case connection
        case expect
        case endsHere
        case other

        /// A field without one of these marks is another one, unless an option names it.
        static let marks =
            HopByHop.marks | ("expect" as Literal).mark | ("content-length" as Literal).mark

        /// `options`: what the Connection fields name.
        init(_ entry: Fields.Entry, of source: Span<UInt8>, options: [ByteSlice]) {
            let name = source.extracting(entry.name)
            if ("expect" as Literal).matchesIgnoringCase(name) {
                self = .expect
            } else if ("connection" as Literal).matchesIgnoringCase(name) {
                self = .connection
            } else if ("content-length" as Literal).matchesIgnoringCase(name)
                || ("transfer-encoding" as Literal).matchesIgnoringCase(name)
            {
                self = .framing
            } else {
                self = HopByHop.contains(name) || FieldWriter.isOne(of: options, name) ? .endsHere : .other
            }
        }
    }

    /// One line, or nothing when it would not be one.
    static func append(_ entry: Fields.Entry, of source: Span<UInt8>, to bytes: inout [UInt8]) {
        guard isLine(entry, of: source) else { return }
        var run = 0..<0
        append(entry, of: source, after: &run, to: &bytes)
        flush(&run, of: source, to: &bytes)
    }

    private static func isLine(_ entry: Fields.Entry, of source: Span<UInt8>) -> Bool {
        let value = source.extracting(entry.value)
        return isToken(source.extracting(entry.name)) && value.firstControl(in: 0..<value.count) == nil
    }

    /// One line. One that was received as it would be written here only joins the run that is to be copied, which is
    /// written before anything else is.
    private static func append(
        _ entry: Fields.Entry, of source: Span<UInt8>, after run: inout Range<Int>, to bytes: inout [UInt8]
    ) {
        let (nameEnd, end) = (entry.name.upperBound, entry.value.upperBound)
        if entry.value.lowerBound == nameEnd + 2, end + 2 <= source.count,
            source[nameEnd] == ASCII.colon, source[nameEnd + 1] == ASCII.space,
            source[end] == ASCII.carriageReturn, source[end + 1] == ASCII.lineFeed
        {
            if entry.name.lowerBound != run.upperBound {
                flush(&run, of: source, to: &bytes)
                run = entry.name.lowerBound..<(end + 2)
            } else {
                run = run.lowerBound..<(end + 2)
            }
            return
        }
        flush(&run, of: source, to: &bytes)
        bytes.append(source.extracting(entry.name))
        bytes.append(": ")
        bytes.append(source.extracting(entry.value))
        bytes.append("\r\n")
    }

    private static func flush(_ run: inout Range<Int>, of source: Span<UInt8>, to bytes: inout [UInt8]) {
        if !run.isEmpty { bytes.append(source.extracting(run)) }
        run = 0..<0
    }

    private static func isOne(of options: [ByteSlice], _ name: Span<UInt8>) -> Bool {
        for option in options where option.span.isEqualIgnoringCase(to: name) {
            // These two are about the connection itself and name no field.
            return !option.matchesIgnoringCase("close") && !option.matchesIgnoringCase("keep-alive")
        }
        return false
    }

    /// Writes the framing field, if there is one to write at this place; a received Content-Length that says the
    /// same keeps its spelling. False if nothing was written.
    private static func appendLength(
        _ length: Length, replacing index: Int?, of fields: Fields, to bytes: inout [UInt8]
    ) -> Bool {
        switch length {
        case .nothing: return false
        case .contentLength(let count):
            if let index, fields.isNamed("content-length", at: index),
                fields.value(at: index).decimal == count
            {
                append(fields.entries[index], of: fields.bytes.span, to: &bytes)
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
            append(fields.entries[index], of: fields.bytes.span, to: &bytes)
            return true
        }
    }
}
