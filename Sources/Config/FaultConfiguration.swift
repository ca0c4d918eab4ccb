import JSON
import OSSModel

extension Configuration {
    /// Something that the emulator does wrong, and for which requests.
    package struct Fault: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            case delay
            case bandwidth
            case shortBody
            case wrongCRC
            case resetRequest
            case resetAnswer
            case status
            case error
            case earlyAnswer
            case clock

            /// The key that says how much; nil for a fault that just is.
            var measure: String? {
                switch self {
                case .delay: "time"
                case .bandwidth: "rate"
                case .shortBody, .resetRequest, .resetAnswer: "bytes"
                case .status, .earlyAnswer: "status"
                case .clock: "seconds"
                case .error: "row"
                case .wrongCRC: nil
                }
            }
        }

        package var kind: Kind
        /// Milliseconds, bytes, bytes a second, a status or seconds, as the kind has it; 0 without a measure.
        package var amount: Int
        /// The id of a row of the error catalogue, for `error`.
        package var row: String?
        package var bucket: String?
        package var key: String?
        /// Names of operations; none for all of them.
        package var operations: [String]
        package var count: Int?
    }
}

extension ConfigurationKey {
    static let faults: [ConfigurationKey] = [
        ConfigurationKey(
            "emulator.faults[].fault", .choice(Configuration.Fault.Kind.allCases.map(\.rawValue)), nil,
            "what it does wrong"),
        ConfigurationKey("emulator.faults[].bucket", .text, nil, "only for requests to this bucket"),
        ConfigurationKey(
            "emulator.faults[].key", .text, nil, "only for keys like this: `?`, `*` (no slash), `**`"),
        ConfigurationKey("emulator.faults[].operations[]", .text, nil, "only for these, such as `PutObject`"),
        ConfigurationKey(
            "emulator.faults[].count", .count(1...1_000_000_000), nil, "only for so many requests"),
        ConfigurationKey("emulator.faults[].time", .duration(0...86_400_000), nil, "of `delay`"),
        ConfigurationKey("emulator.faults[].rate", .size(1...(1 << 40)), nil, "a second, of `bandwidth`"),
        ConfigurationKey(
            "emulator.faults[].bytes", .size(0...(1 << 50)), nil,
            "of `shortBody`, `resetRequest` and `resetAnswer`"),
        ConfigurationKey(
            "emulator.faults[].status", .count(400...599), nil, "of `status` and `earlyAnswer`"),
        ConfigurationKey(
            "emulator.faults[].row", .text, nil, "of `error`: a row of the error catalogue, by its id"),
        ConfigurationKey(
            "emulator.faults[].seconds", .count(-1_000_000_000...1_000_000_000), nil,
            "of `clock`: how far it is ahead, or behind below zero"),
    ]
}

/// The list `emulator.faults`, which the emulator's admin listener takes as well.
extension ConfigurationDecoder {
    /// Every request is held against all of them.
    private static let faultsMax = 100
    private static let quantities = ["time", "rate", "bytes", "status", "seconds"]
    private static let measures = quantities + ["row"]

    func faults(_ reader: ObjectReader) -> [Configuration.Fault] {
        let readers = reader.objects("faults") ?? []
        if readers.count > Self.faultsMax {
            problems.add(
                ObjectReader.join(reader.path, "faults"),
                "has \(readers.count) items, at most \(Self.faultsMax)")
        }
        return readers.compactMap(fault)
    }

    private func fault(_ reader: ObjectReader) -> Configuration.Fault? {
        let operations = reader.texts("operations") ?? []
        for (path, name) in operations where !operationNames.contains(name) {
            let nearest = Suggestion.nearest(to: name, among: operationNames)
            let hint = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
            problems.add(path, "there is no operation \"\(name)\"\(hint)")
        }
        let bucket = reader.text("bucket")
        let key = reader.text("key")
        if let key, !(1...1023).contains(key.text.utf8.count) {
            problems.add(key.path, "must have 1 to 1023 bytes")
        }
        let count = reader.quantity("count")
        var amounts: [String: Int] = [:]
        for measure in Self.quantities { amounts[measure] = reader.quantity(measure) }
        let row = reader.text("row")
        if let row, !CatalogueRow.all.contains(where: { $0.id == row.text }) {
            let nearest = Suggestion.nearest(to: row.text, among: CatalogueRow.all.map(\.id))
            let hint = nearest.map { "; did you mean \"\($0)\"?" } ?? ""
            problems.add(row.path, "there is no row \"\(row.text)\"\(hint)")
        }
        guard reader.isObject else { return nil }
        guard reader.contains("fault") else {
            problems.add(reader.path, "needs a fault")
            return nil
        }
        guard let kind = reader.text("fault").flatMap({ Configuration.Fault.Kind(rawValue: $0.text) }) else {
            return nil
        }
        for measure in Self.measures where reader.contains(measure) && measure != kind.measure {
            problems.add(ObjectReader.join(reader.path, measure), "is not for the fault \"\(kind.rawValue)\"")
        }
        if let measure = kind.measure, !reader.contains(measure) {
            problems.add(reader.path, "the fault \"\(kind.rawValue)\" needs \(measure)")
        }
        return Configuration.Fault(
            kind: kind, amount: kind.measure.flatMap { amounts[$0] } ?? 0, row: row?.text,
            bucket: bucket?.text, key: key?.text, operations: operations.map(\.text), count: count)
    }
}
