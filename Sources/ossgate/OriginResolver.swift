import Config
import Dispatch
import Proxy
import Reactor

/// Asks for the addresses of the origin's name again and again, since names of a cloud lead elsewhere over time. The
/// resolver may make it wait, so it has a queue of its own; what it cannot find out changes nothing.
final class OriginResolver {
    private static let interval = DispatchTimeInterval.seconds(30)
    private let timer: any DispatchSourceTimer

    /// nil for an origin that has no name.
    init?(_ origin: Configuration.OriginEndpoint, _ gateway: GatewayServer) {
        let (host, port): (String, UInt16)
        switch origin {
        case .embedded: return nil
        case .http(let name, let number), .https(let name, let number): (host, port) = (name, number)
        }
        guard host.contains(where: \.isLetter), !host.contains(":") else { return nil }
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "ossgate.resolver"))
        timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval)
        timer.setEventHandler {
            guard let found = try? SocketAddress.resolveAll(.tcp(host: host, port: port)) else { return }
            Task { await gateway.replaceOriginAddresses(found) }
        }
        timer.activate()
    }

    func stop() { timer.cancel() }
}
