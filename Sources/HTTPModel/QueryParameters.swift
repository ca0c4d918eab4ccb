package import Bytes

/// The parameters of a query in order: split at `&`, then at the first `=`, nothing decoded.
package struct QueryParameters: Sendable, Sequence {
    /// One parameter as written; `value` is nil when there is no `=`.
    package struct Parameter: Sendable {
        package let name: ByteSlice
        package let value: ByteSlice?

        /// The name decoded.
        package var decodedName: [UInt8] { PercentEncoding.decode(name, plusIsSpace: true) ?? [] }
        /// The value decoded; empty when there is no `=`. A `+` is a space, unlike in a path: clients that build
        /// queries as forms do send it for one, and sign the space.
        package var decodedValue: [UInt8] { PercentEncoding.decode(value ?? [], plusIsSpace: true) ?? [] }
        /// The value percent-decoded with `+` kept: for Base64, where a space cannot be meant.
        package var base64Value: [UInt8] { PercentEncoding.decode(value ?? []) ?? [] }
    }

    package let parameters: [Parameter]

    package init(_ query: ByteSlice?) {
        guard var rest = query else {
            parameters = []
            return
        }
        var found: [Parameter] = []
        while !rest.isEmpty {
            let end = rest.firstIndex(of: ASCII.ampersand) ?? rest.endIndex
            let item = rest[..<end]
            rest = rest[end...].dropFirst()
            guard !item.isEmpty else { continue }
            if let equals = item.firstIndex(of: ASCII.equals) {
                found.append(Parameter(name: item[..<equals], value: item[(equals + 1)...]))
            } else {
                found.append(Parameter(name: item, value: nil))
            }
        }
        parameters = found
    }

    package func makeIterator() -> Array<Parameter>.Iterator { parameters.makeIterator() }

    /// The first parameter of this name, as written or percent-encoded.
    package func first(_ name: Literal) -> Parameter? {
        let all = parameters.span
        for index in 0..<all.count where PercentEncoding.matches(all[index].name.span, name) {
            return all[index]
        }
        return nil
    }

    package func contains(_ name: Literal) -> Bool {
        let all = parameters.span
        for index in 0..<all.count where PercentEncoding.matches(all[index].name.span, name) { return true }
        return false
    }
}
