import Config
import Proxy
import Reactor

extension Configuration {
    /// Where the origins are, with every address of their names; `emulator` is that of the embedded one. The resolver
    /// may make this wait.
    func originPlaces(
        emulator: BindAddress?, _ security: SecurityContexts
    ) throws(TransportError) -> [OriginPlace] {
        var places: [OriginPlace] = []
        for (endpoint, tls) in zip(origins, security.origins) {
            guard let bind = endpoint.bind ?? emulator else {
                preconditionFailure("an embedded origin has been started")
            }
            places.append(
                OriginPlace(
                    name: bind.description, addresses: try SocketAddress.resolveAll(bind), tls: tls))
        }
        return places
    }

    /// For the line at the start.
    func originsDescription(emulator: BindAddress?) -> String {
        origins.map { endpoint in
            switch endpoint {
            case .embedded: "embedded emulator\(emulator.map { " on \($0)" } ?? "")"
            case .http(let host, let port): "http://\(host):\(port)"
            case .https(let host, let port): "https://\(host):\(port)"
            }
        }.joined(separator: ",")
    }
}

extension Configuration.OriginEndpoint {
    /// nil for the embedded emulator.
    var bind: BindAddress? {
        switch self {
        case .embedded: nil
        case .http(let host, let port), .https(let host, let port): .tcp(host: host, port: port)
        }
    }
}
