/// Which records somebody wants to see. Everything that is given has to fit.
package struct RecordFilter: Sendable {
    /// Not earlier than this, in Unix milliseconds.
    package var sinceMilliseconds: Int64?
    /// The error code; its case does not count.
    package var code: String?
    package var rule: String?
    package var bucket: String?
    /// The client's address.
    package var client: String?

    package init() {}

    package func admits(_ record: LoggedRecord) -> Bool {
        if let sinceMilliseconds, record.unixMilliseconds < sinceMilliseconds { return false }
        if let code, record["oss.code"]?.lowercased() != code.lowercased() { return false }
        if let rule, record["ossgate.rule"] != rule { return false }
        if let bucket, record["oss.bucket"] != bucket { return false }
        if let client, record["client.address"] != client { return false }
        return true
    }

    /// A time as people give it: `90s`, `15m`, `2h` or `3d` ago, or `2026-11-23T06:40:00Z`. In Unix milliseconds;
    /// nil when it is neither.
    package static func since(_ text: String, nowMilliseconds: Int64) -> Int64? {
        if let exact = LoggedRecord.milliseconds(text) { return exact }
        let units: [Character: Int64] = ["s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000]
        guard let last = text.last, let unit = units[last], let count = Int64(text.dropLast()), count >= 0
        else { return nil }
        let (span, overflow) = count.multipliedReportingOverflow(by: unit)
        return overflow ? nil : max(0, nowMilliseconds - min(span, nowMilliseconds))
    }
}
