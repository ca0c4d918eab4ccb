import Config
import Dispatch
import Proxy
import Reactor

/// Asks for the addresses of the origins' names again and again, since names of a cloud lead elsewhere over time. The
/// resolver may make it wait, so it has a queue of its own; what it cannot find out changes nothing.
final class OriginResolver {
    private static let interval = DispatchTimeInterval.seconds(30)
    private let timer: any DispatchSourceTimer

    /// nil when no origin has a name.
    init?(_ origins: [Configuration.OriginEndpoint], _ gateway: GatewayServer) {
        let named = origins.enumerated().compactMap { index, origin -> (Int, BindAddress)? in
            guard case .tcp(let host, _)? = origin.bind, host.contains(where: \.isLetter), !host.contains(":")
            else { return nil }
            return origin.bind.map { (index, $0) }
        }
        guard !named.isEmpty else { return nil }
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "ossgate.resolver"))
        timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval)
        timer.setEventHandler {
            for (index, name) in named {
                guard let found = try? SocketAddress.resolveAll(name) else { continue }
                Task { await gateway.replaceOriginAddresses(found, ofOrigin: index) }
            }
        }
        timer.activate()
    }

    func stop() { timer.cancel() }
}
