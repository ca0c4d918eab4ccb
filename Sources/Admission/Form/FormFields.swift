import Bytes

/// The fields of a form that came before its file, in order, found by name in any case ("PostObject" page). It owns
/// their values; `FormInspector` bounds them.
struct FormFields: Sendable {
    struct Field: Sendable {
        let name: ByteSlice
        let value: ByteSlice
    }

    private(set) var all: [Field] = []
    /// Indices of `all` by the name in lower case.
    private var byName: [[UInt8]: [Int]] = [:]

    mutating func append(name: ByteSlice, value: [UInt8]) {
        byName[name.map { ASCII.lowercased($0) }, default: []].append(all.count)
        all.append(Field(name: name, value: value[...]))
    }

    /// The values of all fields of this name.
    func values(of name: some Sequence<UInt8>) -> [ByteSlice] {
        (byName[name.map { ASCII.lowercased($0) }] ?? []).map { all[$0].value }
    }

    /// The value of the first field of this name, blanks around it aside; nil when absent or empty.
    func filled(_ name: Literal) -> ByteSlice? {
        guard let value = first(name)?.trimmingBlanks(), !value.isEmpty else { return nil }
        return value
    }

    func first(_ name: Literal) -> ByteSlice? { values(of: name.description.utf8).first }
    func contains(_ name: Literal) -> Bool { first(name) != nil }
    func count(of name: Literal) -> Int { values(of: name.description.utf8).count }
}
