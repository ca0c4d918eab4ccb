package import Bytes

/// The parameters of a query in order: split at `&`, then at the first `=`, nothing decoded.
package struct QueryParameters: Sendable, Sequence {
    /// One parameter as written; `value` is nil when there is no `=`.
    package struct Parameter: Sendable {
        package let name: ByteSlice
        package let value: ByteSlice?

        /// The name percent-decoded, `+` kept.
        package var decodedName: [UInt8] { PercentEncoding.decode(name) ?? [] }
        /// The value percent-decoded, `+` kept; empty when there is no `=`.
        package var decodedValue: [UInt8] { PercentEncoding.decode(value ?? []) ?? [] }
    }

    package let parameters: [Parameter]

    package init(_ query: ByteSlice?) {
        parameters = (query ?? []).split(separator: ASCII.ampersand).map { item in
            guard let equals = item.firstIndex(of: ASCII.equals) else {
                return Parameter(name: item, value: nil)
            }
            return Parameter(name: item[..<equals], value: item[(equals + 1)...])
        }
    }

    package func makeIterator() -> Array<Parameter>.Iterator { parameters.makeIterator() }

    /// The first parameter of this name, as written or percent-encoded.
    package func first(_ name: Literal) -> Parameter? {
        parameters.first { PercentEncoding.matches($0.name, name) }
    }

    package func contains(_ name: Literal) -> Bool { first(name) != nil }
}
