import Dispatch
import Foundation

/// The signals that a serving process acts on, as a sequence: they are taken from the moment this is made.
final class ProcessSignals {
    private let stream: AsyncStream<Int32>
    private var sources: [any DispatchSourceSignal] = []

    /// On a serial queue: those share Dispatch's idle threads, while each signal on a global queue would have a thread made.
    init() {
        let queue = DispatchQueue(label: "ossgate.signals")
        let (stream, continuation) = AsyncStream<Int32>.makeStream(bufferingPolicy: .bufferingNewest(16))
        self.stream = stream
        for number in [SIGTERM, SIGINT, SIGUSR1, SIGHUP] {
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { continuation.yield(number) }
            source.activate()
            sources.append(source)
        }
    }

    /// Returns at SIGTERM or SIGINT; until then SIGUSR1 reopens logs and SIGHUP reloads.
    func serve(reopen: () -> Void, reload: () async -> Void) async {
        for await number in stream {
            switch number {
            case SIGUSR1: reopen()
            case SIGHUP: await reload()
            default: return
            }
        }
    }
}

/// Messages for whoever runs the process: the standard error, since the standard output may carry a log.
enum Operator {
    static func say(_ message: String) {
        FileHandle.standardError.write(Data("\(message)\n".utf8))
    }

    private static let later = DispatchQueue(label: "ossgate.operator")

    /// For those that must not wait for whoever reads the standard error.
    static func sayLater(_ message: String) { later.async { say(message) } }
}
