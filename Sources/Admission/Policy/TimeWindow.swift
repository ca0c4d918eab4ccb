import Bytes
import OSSModel

/// When a rule holds: days of the week and hours of the day in one time zone, and a first and a last moment. What is
/// not given does not bound it.
package struct TimeWindow: Sendable, Equatable {
    /// Bit `d` for day `d`; Sunday is 0.
    private var days: UInt8 = 0x7F
    /// Minutes of the day, the second not included; from after until means over midnight, and then the day is that
    /// of the evening.
    private var from = 0
    private var until = 1440
    private var offsetSeconds: Int64 = 0
    private var notBefore = Int64.min
    private var notAfter = Int64.max

    package static let dayNames = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    package init() {}

    /// Names of days.
    package mutating func setDays(_ names: [String]) throws(PatternFault) {
        days = 0
        for name in names {
            guard let day = Self.dayNames.firstIndex(of: name) else {
                throw PatternFault("must be of \(Self.dayNames.joined(separator: ", ")), not \"\(name)\"")
            }
            days |= 1 << UInt8(day)
        }
    }

    /// `08:00`; `24:00` is the end of a day.
    package mutating func setFrom(_ text: String) throws(PatternFault) { from = try Self.minutes(text) }
    package mutating func setUntil(_ text: String) throws(PatternFault) { until = try Self.minutes(text) }

    /// `+08:00`, `-03:30`, or `UTC`.
    package mutating func setZone(_ text: String) throws(PatternFault) {
        guard text != "UTC", text != "Z" else { return offsetSeconds = 0 }
        guard let sign = text.first, sign == "+" || sign == "-",
            let minutes = try? Self.minutes(String(text.dropFirst())),
            minutes <= 14 * 60
        else { throw PatternFault("must be an offset such as \"+08:00\", or \"UTC\", not \"\(text)\"") }
        offsetSeconds = Int64(minutes) * (sign == "-" ? -60 : 60)
    }

    /// `2026-01-31T16:00:00Z`; both moments are part of the window.
    package mutating func setNotBefore(_ text: String) throws(PatternFault) {
        notBefore = try Self.moment(text)
    }
    package mutating func setNotAfter(_ text: String) throws(PatternFault) {
        notAfter = try Self.moment(text)
    }

    private static func minutes(_ text: String) throws(PatternFault) -> Int {
        let parts = text.utf8.split(separator: ASCII.colon, omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.count == 2 }),
            let hour = [UInt8](parts[0])[...].decimal, let minute = [UInt8](parts[1])[...].decimal,
            minute < 60,
            hour * 60 + minute <= 1440
        else { throw PatternFault("must be a time of the day such as \"08:30\", not \"\(text)\"") }
        return Int(hour * 60 + minute)
    }

    private static func moment(_ text: String) throws(PatternFault) -> Int64 {
        guard let seconds = OSSTime.parseExtended([UInt8](text.utf8)[...]) else {
            throw PatternFault("must be a moment such as \"2026-01-31T16:00:00Z\", not \"\(text)\"")
        }
        return seconds
    }

    /// `unixSeconds` lies in it.
    package func contains(_ unixSeconds: Int64) -> Bool {
        guard unixSeconds >= notBefore, unixSeconds <= notAfter else { return false }
        let (local, overflow) = unixSeconds.addingReportingOverflow(offsetSeconds)
        guard !overflow else { return false }
        let second = Int(((local % 86_400) + 86_400) % 86_400)
        let day = Int((((local - Int64(second)) / 86_400 % 7) + 7 + 4) % 7)
        let minute = second / 60
        if from <= until { return minute >= from && minute < until && has(day) }
        return minute >= from ? has(day) : minute < until && has((day + 6) % 7)
    }

    private func has(_ day: Int) -> Bool { days >> UInt8(day) & 1 == 1 }
}
