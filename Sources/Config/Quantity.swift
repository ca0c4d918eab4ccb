/// Durations and sizes as a configuration writes them: digits, at most three decimals, and a unit.
package enum Quantity {
    /// Thousandths of a second, from `30s`, `250ms`, `1.5h` or a plain number of seconds.
    static func milliseconds(_ text: String) -> Int? {
        scaled(text, units: ["": 1000, "ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000])
    }

    /// Bytes, from `5GiB`, `64KiB`, `10MB` or a plain number.
    package static func bytes(_ text: String) -> Int? {
        scaled(
            text,
            units: [
                "": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "TiB": 1 << 40, "KB": 1000,
                "MB": 1_000_000, "GB": 1_000_000_000, "TB": 1_000_000_000_000,
            ])
    }

    /// The shortest exact spelling, for messages.
    static func duration(_ milliseconds: Int) -> String {
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)]
        where milliseconds != 0 && milliseconds.isMultiple(of: factor) {
            return "\(milliseconds / factor)\(unit)"
        }
        return "\(milliseconds)ms"
    }

    /// The shortest exact spelling, for messages.
    static func size(_ bytes: Int) -> String {
        for (unit, shift) in [("TiB", 40), ("GiB", 30), ("MiB", 20), ("KiB", 10)]
        where bytes != 0 && bytes.isMultiple(of: 1 << shift) {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes)"
    }

    /// nil for anything malformed, above `Int.max`, or finer than a whole number of the smallest unit.
    private static func scaled(_ text: String, units: [String: Int]) -> Int? {
        let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
        guard let factor = units[String(text.dropFirst(number.count))] else { return nil }
        let parts = number.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let whole = parts.first.flatMap({ Int($0) }) else { return nil }
        let (product, overflow) = whole.multipliedReportingOverflow(by: factor)
        guard !overflow else { return nil }
        guard parts.count == 2 else { return product }
        guard (1...3).contains(parts[1].count), let decimals = Int(parts[1]) else { return nil }
        let divisor = [1: 10, 2: 100, 3: 1000][parts[1].count] ?? 1
        let (thousandths, tooMuch) = factor.multipliedReportingOverflow(by: decimals)
        guard !tooMuch, thousandths.isMultiple(of: divisor) else { return nil }
        let (sum, carry) = product.addingReportingOverflow(thousandths / divisor)
        return carry ? nil : sum
    }
}
