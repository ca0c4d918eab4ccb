import Bytes
import HTTPModel
import Network

/// Who is at the other end of a connection, and what a listener believes of whom it forwards requests for.
struct ConnectionPeer {
    /// Of the socket, or as the header of the PROXY protocol says.
    let address: ClientAddress
    /// Every request is answered with a refusal: the address has too many connections.
    let isRefused: Bool
    private let slot: AddressSlot?
    /// Whose `X-Forwarded-For` is believed; empty when the other end is none of them.
    private let forwarders: [AddressRange]

    /// nil when the connection is to be closed unanswered. One of a proxy that forwards the requests of many is not
    /// counted; they are.
    init?(_ address: ClientAddress, _ options: ListenerOptions, _ server: Server) {
        self.address = address
        let forwards = options.forwardedFrom.contains { $0.contains(address) }
        forwarders = forwards ? options.forwardedFrom : []
        let max = forwards ? 0 : server.settings.connectionsPerAddressMax
        switch server.addressCounts.enter(address, max: max) {
        case .admitted(let slot): (isRefused, self.slot) = (false, slot)
        case .refused(let slot): (isRefused, self.slot) = (true, slot)
        case .closed:
            server.observe(.connectionRefused(.address))
            return nil
        }
        if isRefused { server.observe(.connectionRefused(.address)) }
    }

    /// Who sent a request.
    func source(of head: RequestHead, _ server: Server) -> RequestSource {
        guard !forwarders.isEmpty else {
            return RequestSource(client: address, isRefused: isRefused, slot: nil)
        }
        let fields = head.fields
        var values: [ByteSlice] = []
        for index in fields.entries.indices where fields.isNamed("x-forwarded-for", at: index) {
            values.append(fields.value(at: index))
        }
        let forwarded = ForwardedFor(connection: address, values: values, trusted: forwarders)
        if forwarded.isMalformed { server.observe(.forwardedForMalformed) }
        guard forwarded.client != address else {
            return RequestSource(client: address, isRefused: isRefused, slot: nil)
        }
        let max = server.settings.connectionsPerAddressMax
        if case .admitted(let slot) = server.addressCounts.enter(forwarded.client, max: max) {
            return RequestSource(client: forwarded.client, isRefused: false, slot: slot)
        }
        server.observe(.connectionRefused(.address))
        return RequestSource(client: forwarded.client, isRefused: true, slot: nil)
    }
}

/// Who sent one request. It is held for as long as the request lasts.
struct RequestSource {
    let client: ClientAddress
    /// The client has too much under way.
    let isRefused: Bool
    let slot: AddressSlot?
}
