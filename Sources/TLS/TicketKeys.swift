import COpenSSL
import Synchronization

/// The keys that session tickets are sealed with. All shards and all listeners share them, so that a client resumes
/// wherever it comes back to; a reload of certificates keeps them. Old keys still open what they sealed, for a bounded
/// time: nobody can open it once they are gone.
package final class TicketKeys: Sendable {
    /// A ticket is good for at least one and at most two times the interval of `rotate`.
    private static let keysMax = 2

    private struct Key {
        let name: [UInt8]
        let cipher: [UInt8]
        let authentication: [UInt8]

        init() {
            name = Self.random(16)
            cipher = Self.random(32)
            authentication = Self.random(32)
        }

        private static func random(_ count: Int) -> [UInt8] {
            unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
                let made = unsafe RAND_bytes(buffer.baseAddress, Int32(count))
                precondition(made == 1, "OpenSSL has no random numbers")
                written = count
            }
        }
    }

    /// The first seals. Handshakes only take this lock, no byte of data waits for it.
    private let keys = Mutex<[Key]>([Key()])

    package init() {}

    /// Seals with a new key from now on, and forgets the oldest.
    package func rotate() {
        keys.withLock { keys in
            keys.insert(Key(), at: 0)
            if keys.count > Self.keysMax { keys.removeLast() }
        }
    }

    /// Makes a server's tickets ours. `self` must live as long as sessions of the context.
    func attach(to context: ContextHandle) {
        unsafe SSL_CTX_set_ex_data(context.pointer, 0, Unmanaged.passUnretained(self).toOpaque())
        _ = unsafe SSL_CTX_set_tlsext_ticket_key_evp_cb(context.pointer) {
            ssl, name, vector, cipher, mac, seals in
            guard let ssl = unsafe ssl, let name = unsafe name, let vector = unsafe vector,
                let raw = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), 0)
            else { return -1 }
            let keys = unsafe Unmanaged<TicketKeys>.fromOpaque(raw).takeUnretainedValue()
            let ticket = unsafe Ticket(name: name, vector: vector, cipher: cipher, mac: mac)
            let renews = unsafe SSL_version(ssl) == TLS1_3_VERSION
            return seals == 1 ? keys.seal(ticket) : keys.open(ticket, renews: renews)
        }
    }

    /// What OpenSSL hands over for one ticket: a name of 16 bytes, an initialization vector of 16, and the contexts that
    /// it will use.
    ///
    /// @safe: used only within the callback that made it, while OpenSSL keeps all four alive.
    @safe private struct Ticket {
        let name: UnsafeMutablePointer<UInt8>
        let vector: UnsafeMutablePointer<UInt8>
        let cipher: OpaquePointer?
        let mac: OpaquePointer?

        var nameBytes: [UInt8] { unsafe Array(UnsafeBufferPointer(start: name, count: 16)) }

        func prepare(_ key: Key) -> Bool {
            var secret = key.authentication
            return unsafe ossgate_mac_set_key(mac, &secret, secret.count) == 1
        }
    }

    private func seal(_ ticket: Ticket) -> Int32 {
        let key = keys.withLock { $0[0] }
        guard unsafe RAND_bytes(ticket.vector, 16) == 1 else { return -1 }
        for (index, byte) in key.name.enumerated() { unsafe ticket.name[index] = byte }
        guard
            unsafe EVP_EncryptInit_ex(ticket.cipher, EVP_aes_256_cbc(), nil, key.cipher, ticket.vector) == 1,
            ticket.prepare(key)
        else { return -1 }
        return 1
    }

    /// 1: use it; 2: use it and give the client a new one; 0: nobody can open it, so a full handshake follows.
    private func open(_ ticket: Ticket, renews: Bool) -> Int32 {
        let wanted = ticket.nameBytes
        let found = keys.withLock { keys in keys.firstIndex { $0.name == wanted }.map { ($0, keys[$0]) } }
        guard let (age, key) = found else { return 0 }
        guard
            unsafe EVP_DecryptInit_ex(ticket.cipher, EVP_aes_256_cbc(), nil, key.cipher, ticket.vector) == 1,
            ticket.prepare(key)
        else { return -1 }
        // Clients of TLS 1.3 use a ticket once (RFC 8446, appendix C.4).
        return age == 0 && !renews ? 1 : 2
    }
}
