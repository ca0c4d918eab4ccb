package import Bytes

/// The time texts of HTTP and OSS, read and written without a locale or a time zone: all of them are UTC.
/// Everything is Unix seconds; years run from 0 to 9999, as four digits allow.
package enum OSSTime {
    /// Unix seconds of 9999-12-31T23:59:59Z, the last second that four-digit years can tell.
    package static let secondsMax: Int64 = 253_402_300_799
    /// Unix seconds of 0000-01-01T00:00:00Z.
    package static let secondsMin: Int64 = -62_167_219_200

    /// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7, IMF-fixdate; two-digit day). nil when it is of any
    /// other form or no day of the calendar. The name of the weekday must be one, but need not fit the date:
    /// recipients compare the time only.
    package static func parseHTTPDate(_ text: ByteSlice) -> Int64? {
        guard text.count == 29, text.dropFirst(25).matches(" GMT") else { return nil }
        var reader = Reader(rest: text)
        guard reader.name(of: weekdays) != nil, reader.skip(", "), let day = reader.number(2),
            reader.skip(" "),
            let month = reader.name(of: months), reader.skip(" "), let year = reader.number(4),
            reader.skip(" "), let hour = reader.number(2), reader.skip(":"), let minute = reader.number(2),
            reader.skip(":"), let second = reader.number(2)
        else { return nil }
        return CivilTime(
            year: year, month: month + 1, day: day, hour: hour, minute: minute, second: second
        ).unixSeconds
    }

    /// `20231203T121212Z` (ISO 8601, basic form), the form of `x-oss-date`. nil when it is of any other form or no
    /// day of the calendar.
    package static func parseBasic(_ text: ByteSlice) -> Int64? {
        guard text.count == 16 else { return nil }
        var reader = Reader(rest: text)
        guard let year = reader.number(4), let month = reader.number(2), let day = reader.number(2),
            reader.skip("T"), let hour = reader.number(2), let minute = reader.number(2),
            let second = reader.number(2), reader.skip("Z")
        else { return nil }
        return CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
            .unixSeconds
    }

    /// `2014-12-01T12:00:00Z` or with a fraction of 1 to 9 digits, which is dropped: the form of XML bodies and of
    /// the policy of a form. nil when it is of any other form or no day of the calendar.
    package static func parseExtended(_ text: ByteSlice) -> Int64? {
        guard text.count >= 20, text.count <= 30 else { return nil }
        var reader = Reader(rest: text)
        guard let year = reader.number(4), reader.skip("-"), let month = reader.number(2), reader.skip("-"),
            let day = reader.number(2), reader.skip("T"), let hour = reader.number(2), reader.skip(":"),
            let minute = reader.number(2), reader.skip(":"), let second = reader.number(2)
        else { return nil }
        if reader.skip(".") {
            let fraction = reader.rest.prefix { ASCII.isDigit($0) }
            guard !fraction.isEmpty else { return nil }
            reader.rest = reader.rest.dropFirst(fraction.count)
        }
        guard reader.skip("Z"), reader.rest.isEmpty else { return nil }
        return CivilTime(year: year, month: month, day: day, hour: hour, minute: minute, second: second)
            .unixSeconds
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`. Times beyond four-digit years are held at the nearest that has one, here
    /// and in the other writers.
    package static func httpDate(_ unixSeconds: Int64) -> [UInt8] {
        let time = CivilTime(unixSeconds: unixSeconds)
        var out: [UInt8] = []
        out.reserveCapacity(29)
        out.append(weekdays[time.weekday])
        out.append(", ")
        append(time.day, digits: 2, to: &out)
        out.append(ASCII.space)
        out.append(months[time.month - 1])
        out.append(ASCII.space)
        append(time.year, digits: 4, to: &out)
        out.append(ASCII.space)
        appendClock(time, separator: ":", to: &out)
        out.append(" GMT")
        return out
    }

    /// `2014-12-01T12:00:00.000Z`, the form of XML answers.
    package static func extended(_ unixSeconds: Int64) -> [UInt8] {
        let time = CivilTime(unixSeconds: unixSeconds)
        var out: [UInt8] = []
        out.reserveCapacity(24)
        appendDay(time, separator: "-", to: &out)
        out.append("T")
        appendClock(time, separator: ":", to: &out)
        out.append(".000Z")
        return out
    }

    /// `20231203T121212Z`.
    package static func basic(_ unixSeconds: Int64) -> [UInt8] {
        let time = CivilTime(unixSeconds: unixSeconds)
        var out: [UInt8] = []
        out.reserveCapacity(16)
        appendDay(time, separator: "", to: &out)
        out.append("T")
        appendClock(time, separator: "", to: &out)
        out.append("Z")
        return out
    }

    /// `20231203`, the day of a V4 credential.
    package static func basicDay(_ unixSeconds: Int64) -> [UInt8] {
        var out: [UInt8] = []
        appendDay(CivilTime(unixSeconds: unixSeconds), separator: "", to: &out)
        return out
    }

    private static let weekdays: [Literal] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months: [Literal] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    private static func appendDay(_ time: CivilTime, separator: Literal, to out: inout [UInt8]) {
        append(time.year, digits: 4, to: &out)
        out.append(separator)
        append(time.month, digits: 2, to: &out)
        out.append(separator)
        append(time.day, digits: 2, to: &out)
    }

    private static func appendClock(_ time: CivilTime, separator: Literal, to out: inout [UInt8]) {
        append(time.hour, digits: 2, to: &out)
        out.append(separator)
        append(time.minute, digits: 2, to: &out)
        out.append(separator)
        append(time.second, digits: 2, to: &out)
    }

    private static func append(_ value: Int, digits: Int, to out: inout [UInt8]) {
        var unit = digits == 4 ? 1_000 : 10
        while unit > 0 {
            out.append(ASCII.zero &+ UInt8(value / unit % 10))
            unit /= 10
        }
    }

    /// Takes fixed-width items from the front of a text.
    private struct Reader {
        var rest: ByteSlice

        mutating func number(_ digits: Int) -> Int? {
            guard rest.count >= digits, let value = rest.prefix(digits).decimal else { return nil }
            rest = rest.dropFirst(digits)
            return Int(value)
        }

        mutating func skip(_ text: Literal) -> Bool {
            guard rest.hasPrefix(text) else { return false }
            rest = rest.dropFirst(text.count)
            return true
        }

        /// The index of the name that the text goes on with.
        mutating func name(of names: [Literal]) -> Int? {
            guard let index = names.firstIndex(where: { rest.hasPrefix($0) }) else { return nil }
            rest = rest.dropFirst(names[index].count)
            return index
        }
    }
}

/// A date and time of the proleptic Gregorian calendar in UTC.
private struct CivilTime {
    var year: Int
    var month: Int
    var day: Int
    var hour: Int
    var minute: Int
    var second: Int

    init(year: Int, month: Int, day: Int, hour: Int, minute: Int, second: Int) {
        self.year = year
        self.month = month
        self.day = day
        self.hour = hour
        self.minute = minute
        self.second = second
    }

    /// Held within four-digit years.
    init(unixSeconds: Int64) {
        let seconds = Int(min(max(unixSeconds, OSSTime.secondsMin), OSSTime.secondsMax))
        let days = Self.floorDivided(seconds, by: 86_400)
        let clock = seconds - days * 86_400
        // Years begin in March here, so that the leap day is the last day of a year; eras are 400 years.
        let shifted = days + 719_468
        let era = Self.floorDivided(shifted, by: 146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        hour = clock / 3_600
        minute = clock / 60 % 60
        second = clock % 60
    }

    /// nil when this is no time of the calendar. Second 60 is the leap second at the end of a day, which Unix time
    /// counts as the first second of the next.
    var unixSeconds: Int64? {
        guard (1...12).contains(month), day >= 1, day <= daysInMonth, hour < 24, minute < 60,
            second < 60 || second == 60 && hour == 23 && minute == 59
        else { return nil }
        return Int64(((daysSinceEpoch * 24 + hour) * 60 + minute) * 60 + second)
    }

    /// 0 is Sunday; 1970-01-01 was a Thursday.
    var weekday: Int { ((daysSinceEpoch + 4) % 7 + 7) % 7 }

    private var daysInMonth: Int {
        switch month {
        case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    private var daysSinceEpoch: Int {
        let fromMarch = month <= 2 ? year - 1 : year
        let era = Self.floorDivided(fromMarch, by: 400)
        let yearOfEra = fromMarch - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }

    private static func floorDivided(_ value: Int, by divisor: Int) -> Int {
        (value >= 0 ? value : value - divisor + 1) / divisor
    }
}
