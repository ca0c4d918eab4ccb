import Bytes
import Network

extension Harness {
    /// A header of the PROXY protocol means the same wherever it lies and whatever follows it, and nothing before its last
    /// byte is there. The same bytes as `X-Forwarded-For` name somebody.
    package static func proxyHeader(_ input: [UInt8]) {
        let whole = header(input[...])
        let moved = [0] + input + Array("GET ".utf8)
        if case .success(let found?) = whole {
            precondition(found.count <= input.count, "a header is longer than what came")
            precondition(header(moved[1...]) == whole, "a header means something else in another place")
            let cut = place(of: input) % found.count
            precondition(header(input[..<cut]) == .success(nil), "a header is taken before it is whole")
        }
        if case .success(nil) = whole {
            precondition(input.count < ProxyHeader.bytesMax, "more than the longest header is waited for")
        }
        guard let trusted = try? AddressRange("0.0.0.0/0") else { preconditionFailure("a range is a range") }
        let forwarded = ForwardedFor(connection: .v4(1), values: [input[...]], trusted: [trusted])
        precondition(
            ClientAddress(forwarded.client.description) == forwarded.client,
            "an address is not what its text says")
    }

    private static func header(_ bytes: ByteSlice) -> Result<ProxyHeader?, ProxyHeader.Malformed> {
        do throws(ProxyHeader.Malformed) {
            return .success(try ProxyHeader.read(bytes))
        } catch {
            return .failure(error)
        }
    }
}
