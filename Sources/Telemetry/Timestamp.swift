import Bytes

/// Times as RFC 3339 writes them, in UTC.
package enum Timestamp {
    /// `2012-02-23T07:01:34.056Z`. Times before 1970 or after the year 9999 are held at those bounds.
    package static func rfc3339(unixMilliseconds: Int64) -> String {
        let bounded = min(max(unixMilliseconds, 0), 253_402_300_799_999)
        let (days, rest) = bounded.quotientAndRemainder(dividingBy: 86_400_000)
        let (year, month, day) = civil(daysSinceEpoch: days)
        var out: [UInt8] = []
        func digits(_ value: Int64, _ count: Int, _ after: UInt8) {
            JSONText.appendDigits(UInt64(value), count: count, to: &out)
            out.append(after)
        }
        digits(year, 4, ASCII.hyphen)
        digits(month, 2, ASCII.hyphen)
        digits(day, 2, 0x54)
        digits(rest / 3_600_000, 2, ASCII.colon)
        digits(rest / 60_000 % 60, 2, ASCII.colon)
        digits(rest / 1000 % 60, 2, ASCII.dot)
        digits(rest % 1000, 3, 0x5A)
        return String(decoding: out, as: UTF8.self)
    }

    /// The proleptic Gregorian date; days are counted from 1 March of year 0, so that the leap day comes last.
    private static func civil(daysSinceEpoch: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSinceEpoch + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * marchMonth + 2) / 5 + 1)
    }
}
