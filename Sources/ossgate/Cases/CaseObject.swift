import Config
import JSON

/// An object of a file of cases, read strictly.
struct CaseObject {
    let path: String
    private let members: [JSONValue.Member]

    /// `names` are all that it may have; nil for any.
    init(_ value: JSONValue, path: String, names: [String]? = nil) throws(CaseFault) {
        guard case .object(let members) = value else {
            throw CaseFault(path: path, message: "must be an object, not \(value.kind)")
        }
        self.path = path
        self.members = members
        guard let names else { return }
        for member in members where !names.contains(member.name) {
            let hint =
                Suggestion.nearest(to: member.name, among: names).map { "did you mean \"\($0)\"?" }
                ?? "known here: \(names.joined(separator: ", "))"
            throw CaseFault(path: place(member.name), message: "unknown key; \(hint)")
        }
    }

    subscript(name: String) -> JSONValue? { members.first { $0.name == name }?.value }

    var all: [JSONValue.Member] { members }

    func place(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }

    /// nil when it is absent.
    func text(_ name: String) throws(CaseFault) -> String? {
        switch self[name] {
        case nil: return nil
        case .string(let text): return text
        case .some(let other):
            throw CaseFault(path: place(name), message: "must be a string, not \(other.kind)")
        }
    }

    func flag(_ name: String) throws(CaseFault) -> Bool {
        switch self[name] {
        case nil: return false
        case .bool(let flag): return flag
        case .some(let other):
            throw CaseFault(path: place(name), message: "must be true or false, not \(other.kind)")
        }
    }

    func texts(_ name: String) throws(CaseFault) -> [String]? {
        guard let value = self[name] else { return nil }
        guard case .array(let items) = value else {
            throw CaseFault(path: place(name), message: "must be a list, not \(value.kind)")
        }
        var found: [String] = []
        for (index, item) in items.enumerated() {
            guard case .string(let text) = item else {
                throw CaseFault(
                    path: "\(place(name))[\(index)]", message: "must be a string, not \(item.kind)")
            }
            found.append(text)
        }
        return found
    }

    /// Bytes, as a number or with a unit.
    func size(_ name: String) throws(CaseFault) -> UInt64? {
        guard let value = self[name] else { return nil }
        let text: String? =
            switch value {
            case .number(let digits): digits
            case .string(let text): text
            default: nil
            }
        guard let bytes = text.flatMap(Quantity.bytes), bytes >= 0 else {
            throw CaseFault(
                path: place(name), message: "must be a size such as \"64KiB\" or a number of bytes")
        }
        return UInt64(bytes)
    }
}
