import Bytes
import Digest
import HTTPModel
import OSSModel
import Synchronization

/// A key pair that requests are signed with.
package struct EmulatorKey: Sendable {
    package let id: String
    package let secret: String
    /// Makes the key a temporary one: requests have to carry this token. Of a key without one it is not looked at.
    let token: String?

    package init(id: String, secret: String, token: String? = nil) {
        self.id = id
        self.secret = secret
        self.token = token
    }
}

/// The key pairs of an emulator; with none signatures are not checked, and anonymous requests are allowed. Shared by all
/// that serve one store, and replaced while they do.
package final class KeyRing: Sendable {
    private let keys: Mutex<[EmulatorKey]>

    package init(_ keys: [EmulatorKey] = []) { self.keys = Mutex(keys) }

    /// Holds for every request that begins from now on.
    package func replace(_ keys: [EmulatorKey]) { self.keys.withLock { $0 = keys } }

    var current: [EmulatorKey] { keys.withLock { $0 } }
}

extension [EmulatorKey] {
    /// The secret for a request that carries `token`. An id without its token is as unknown as one that nobody has:
    /// the service finds temporary keys by their tokens.
    func secret(of id: [UInt8], token: [UInt8]?) throws(OSSError) -> [UInt8] {
        guard let key = first(where: { $0.id.utf8.elementsEqual(id) }) else {
            throw Self.unknown(id)
        }
        if key.token != nil {
            guard let token, !token.isEmpty else { throw Self.unknown(id) }
            guard key.isToken(token) else {
                let isOfAnother = contains { $0.isToken(token) }
                throw
                    (isOfAnother
                    ? CatalogueRow.accessKeyIDAndSecurityTokenNotMatch : .invalidSecurityToken).error
            }
        }
        return Array<UInt8>(key.secret.utf8)
    }

    private static func unknown(_ id: [UInt8]) -> OSSError {
        CatalogueRow.accessKeyUnknown.with("OSSAccessKeyId", String(decoding: id, as: UTF8.self))
    }
}

extension EmulatorKey {
    fileprivate func isToken(_ given: [UInt8]) -> Bool {
        guard let token else { return false }
        let own = Array(token.utf8)
        return constantTimeEqual(own.span, given.span)
    }
}

extension Credentials {
    /// The token that a request carries beside them: in the query of a signed URL, else in a field, of which one SDK
    /// leaves out the prefix.
    func token(_ head: RequestHead) -> [UInt8]? {
        switch self {
        case .v1URL(_, _, _, let token), .v4URL(_, _, _, let token): token
        default:
            (head.fields.first("x-oss-security-token") ?? head.fields.first("security-token"))
                .map { Array($0.trimmingBlanks()) }
        }
    }
}
