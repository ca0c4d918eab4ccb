package import Bytes
import JSON
import OSSModel

/// One line of the rejection log as it was read back. Values are text from the network: show them with `Printable`.
package struct LoggedRecord: Sendable, Equatable {
    private let members: [JSONValue.Member]
    /// When it was decided, in Unix milliseconds.
    package let unixMilliseconds: Int64

    /// nil when the line is no record: no object, or without its time, request id or code.
    package init?(line: ByteSlice) {
        guard case .record(let record) = Self.read(line) else { return nil }
        self = record
    }

    private init?(_ members: [JSONValue.Member]) {
        self.members = members
        guard case .string(let time)? = members.first(where: { $0.name == "time" })?.value,
            let milliseconds = Self.milliseconds(time)
        else { return nil }
        unixMilliseconds = milliseconds
        guard self["ossgate.request_id"] != nil, self["oss.code"] != nil else { return nil }
    }

    /// What a line of a log is.
    package enum Line: Sendable {
        case record(LoggedRecord)
        /// A line of the access log, which may lie between.
        case other
        case malformed
    }

    package static func read(_ line: ByteSlice) -> Line {
        guard case .object(let members)? = try? JSONParser.parse(Array(line)) else { return .malformed }
        let event = members.first { $0.name == "event.name" }?.value
        guard event == nil || event == .string("ossgate.rejection") else { return .other }
        return LoggedRecord(members).map { .record($0) } ?? .malformed
    }

    /// The value of a field as text; numbers as they were written, nil for what is neither.
    package subscript(name: String) -> String? {
        switch members.first(where: { $0.name == name })?.value {
        case .string(let text)?: text
        case .number(let digits)?: digits
        default: nil
        }
    }

    /// How many refusals the line stands for; more than one when a flood of equal ones was folded.
    package var count: UInt64 { self["ossgate.count"].flatMap { UInt64($0) } ?? 1 }

    /// `2026-11-23T06:40:00.123Z`, of which the fraction may be absent.
    static func milliseconds(_ time: String) -> Int64? {
        let bytes = Array(time.utf8)
        if let seconds = OSSTime.parseExtended(bytes[...]) { return seconds * 1000 + fraction(bytes) }
        return nil
    }

    private static func fraction(_ bytes: [UInt8]) -> Int64 {
        guard let dot = bytes.firstIndex(of: ASCII.dot) else { return 0 }
        let digits = bytes[(dot + 1)...].prefix { ASCII.isDigit($0) }.prefix(3)
        guard let value = digits.decimal else { return 0 }
        return Int64(value) * [1000, 100, 10, 1][digits.count]
    }
}
