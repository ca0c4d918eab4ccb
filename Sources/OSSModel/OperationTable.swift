import Bytes
package import HTTPModel

/// The operations table: which method, level, query parameters and header select which operation. Declarative rows
/// stand in the extensions; here is the lookup.
package enum OperationTable {
    /// One row. `query` holds parameter names that must be present, with or without `=`, or `name=value` where the
    /// value selects.
    struct Row: Sendable {
        let operation: OSSOperation
        let method: Method
        let level: ResourceLevel
        let query: [String]
        /// A copy source header must be present; rows without it match either way.
        let copies: Bool

        init(
            _ operation: OSSOperation, _ method: Method, _ level: ResourceLevel, _ query: String...,
            copies: Bool = false
        ) {
            self.operation = operation
            self.method = method
            self.level = level
            self.query = query
            self.copies = copies
        }
    }

    static let rows: [Row] = serviceRows + bucketRows + objectRows

    /// The operation of a request, nil when there is none for its method at this level. Among the rows that match
    /// the one with the longest list wins; parameters in no row are ignored. `query` must be that of the head.
    package static func route(
        _ head: RequestHead, query: QueryParameters, level: ResourceLevel
    ) -> OSSOperation? {
        guard let slot = slot(head.method, level) else { return nil }
        var present = query.parameters.isEmpty ? KeySet() : index.keys(of: query)
        if head.method == .put, level == .object, hasCopySource(head.fields) { present.insert(.copySource) }
        return index.candidates[slot].first { present.isSuperset(of: $0.needs) }?.operation
    }

    /// The same for a caller that has not split the query.
    package static func route(_ head: RequestHead, level: ResourceLevel) -> OSSOperation? {
        route(head, query: QueryParameters(head.query), level: level)
    }

    /// The S3 dialect names its own header; such a request copies as well and has no body.
    private static func hasCopySource(_ fields: Fields) -> Bool {
        fields.contains("x-oss-copy-source") || fields.contains("x-amz-copy-source")
    }

    private static func slot(_ method: Method, _ level: ResourceLevel) -> Int? {
        let column: Int
        switch method {
        case .get: column = 0
        case .head: column = 1
        case .put: column = 2
        case .post: column = 3
        case .delete: column = 4
        case .options: column = 5
        case .other: return nil
        }
        switch level {
        case .service: return column
        case .bucket: return column + 6
        case .object: return column + 12
        }
    }

    private static let index = Index(rows)

    /// The rows made fit for the lookup, once.
    private struct Index: Sendable {
        struct Candidate: Sendable {
            let needs: KeySet
            let operation: OSSOperation
        }

        /// By slot, longest list first.
        let candidates: [[Candidate]]
        /// The keys that rows ask for, by the length of their names.
        private let keysByLength: [[RoutingKey]]

        init(_ rows: [Row]) {
            var keys: [RoutingKey] = []
            var slots: [[Candidate]] = Array(repeating: [], count: 18)
            for row in rows {
                guard let slot = OperationTable.slot(row.method, row.level) else { continue }
                var needs = KeySet()
                for text in row.query {
                    let bit = keys.firstIndex { $0.text == text } ?? keys.count
                    if bit == keys.count { keys.append(RoutingKey(text, bit: bit)) }
                    needs.insert(KeySet(bit: bit))
                }
                if row.copies { needs.insert(.copySource) }
                slots[slot].append(Candidate(needs: needs, operation: row.operation))
            }
            candidates = slots.map { $0.sorted { $0.needs.count > $1.needs.count } }
            let longest = keys.map(\.name.count).max() ?? 0
            keysByLength = (0...longest).map { length in keys.filter { $0.name.count == length } }
        }

        /// Which keys the parameters hold; each parameter is looked at once.
        func keys(of query: QueryParameters) -> KeySet {
            var found = KeySet()
            for parameter in query {
                let name = ResourceName.decoded(parameter.name)
                guard name.count < keysByLength.count else { continue }
                for key in keysByLength[name.count] where key.matches(name, parameter) {
                    found.insert(KeySet(bit: key.bit))
                }
            }
            return found
        }
    }
}

/// One parameter name, or name and value, that some row asks for.
private struct RoutingKey: Sendable {
    let text: String
    let bit: Int
    let name: [UInt8]
    private let value: [UInt8]?

    init(_ text: String, bit: Int) {
        self.text = text
        self.bit = bit
        let parts = text.utf8.split(separator: ASCII.equals, maxSplits: 1)
        name = parts.first.map { [UInt8]($0) } ?? []
        value = parts.count == 2 ? [UInt8](parts[1]) : nil
    }

    func matches(_ name: ByteSlice, _ parameter: QueryParameters.Parameter) -> Bool {
        guard name.elementsEqual(self.name) else { return false }
        guard let value else { return true }
        return ResourceName.decoded(parameter.value ?? []).elementsEqual(value)
    }
}

/// A set of routing keys as bits; the table has fewer than 127.
private struct KeySet: OptionSet, Sendable {
    let rawValue: UInt128

    init(rawValue: UInt128) { self.rawValue = rawValue }

    init(bit: Int) {
        precondition(bit < 127, "too many routing keys: \(bit)")
        rawValue = 1 &<< UInt128(bit)
    }

    static let copySource = KeySet(bit: 126)

    var count: Int { rawValue.nonzeroBitCount }
}
