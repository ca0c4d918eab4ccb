import Dispatch
import TLS

/// Gives session tickets a new key again and again, so that one that leaks opens little.
final class TicketKeyRotation {
    private static let interval = DispatchTimeInterval.seconds(12 * 3600)
    private let timer: any DispatchSourceTimer

    init(_ keys: TicketKeys) {
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "ossgate.tickets"))
        timer.schedule(deadline: .now() + Self.interval, repeating: Self.interval)
        timer.setEventHandler { keys.rotate() }
        timer.activate()
    }

    func stop() { timer.cancel() }
}
