import Bytes
import HTTP1
import HTTPModel
import JSON
import OSSModel
import Reactor

/// What came of a callback: the answer of the client's server, or why there is none.
enum CallbackOutcome {
    /// JSON.
    case answered([UInt8])
    case failed(OSSError)
}

/// Makes callbacks for the exchanges of one shard: to allowed hosts only, so many at a time, each within a time.
final class CallbackCaller {
    private unowned let core: ShardCore
    private let settings: CallbackSettings
    private var calls: [ObjectIdentifier: CallbackCall] = [:]
    let signer: CallbackSigner?

    init(core: ShardCore, settings: CallbackSettings) {
        self.core = core
        self.settings = settings
        signer = settings.isAllowed ? settings.origin.flatMap { CallbackSigner(origin: $0) } : nil
    }

    /// Tries the URLs in turn; the first that answers counts. `done` is called once, later or at once.
    func call(
        _ order: CallbackOrder, values: [String: [UInt8]], done: @escaping (CallbackOutcome) -> Void
    ) {
        guard settings.isAllowed else { return done(.failed(CatalogueRow.callbackFailedConnect.error)) }
        guard calls.count < settings.callsMax else {
            return done(.failed(CatalogueRow.callbackFailedTooMany.error))
        }
        attempt(order, order.urls[...], values, done)
    }

    private func attempt(
        _ order: CallbackOrder, _ urls: ArraySlice<CallbackURL>, _ values: [String: [UInt8]],
        _ done: @escaping (CallbackOutcome) -> Void
    ) {
        guard let url = urls.first else {
            return done(.failed(CatalogueRow.callbackFailedConnect.error))
        }
        guard !url.isSecure, let address = settings.address(url.host, url.port) else {
            return attempt(order, urls.dropFirst(), values, done)
        }
        let call = CallbackCall(
            core, message: order.message(to: url, values: values, signer), nanoseconds: settings.nanoseconds)
        calls[ObjectIdentifier(call)] = call
        call.begin(address) { [weak self, unowned call] outcome in
            self?.calls[ObjectIdentifier(call)] = nil
            if outcome == nil, let self, urls.count > 1 {
                return attempt(order, urls.dropFirst(), values, done)
            }
            done(outcome ?? .failed(CatalogueRow.callbackFailedConnect.error))
        }
    }
}

/// One callback on its way.
private final class CallbackCall: ConnectionHandler {
    private static let answerBytesMax = 1 << 20

    private let core: ShardCore
    private let message: [UInt8]
    private let nanoseconds: UInt64
    private var connection: Connection?
    private var decoder = ResponseDecoder()
    private var body: [UInt8] = []
    private var done: ((CallbackOutcome?) -> Void)?
    private lazy var deadline = Deadline(core) { [unowned self] in
        end(.failed(CatalogueRow.callbackFailedSlow.error))
    }

    init(_ core: ShardCore, message: [UInt8], nanoseconds: UInt64) {
        self.core = core
        self.message = message
        self.nanoseconds = nanoseconds
        decoder.begin(requestMethod: .post)
    }

    /// `done` hears nil when there is no connection to the server.
    func begin(_ address: SocketAddress, done: @escaping (CallbackOutcome?) -> Void) {
        self.done = done
        do throws(TransportError) {
            connection = try Connection.connect(core, to: address, handler: self)
            deadline.set(after: nanoseconds)
        } catch {
            end(nil)
        }
    }

    private func end(_ outcome: CallbackOutcome?) {
        guard let heard = done else { return }
        done = nil
        deadline.retire()
        connection?.close()
        connection = nil
        heard(outcome)
    }

    func connectionEstablished() { connection?.send(message) }
    func connectionDrained() {}
    func connectionClosed(_ error: TransportError?) { end(nil) }

    func connectionInputEnded() {
        if case .end? = try? decoder.endOfInput() { return finish() }
        end(nil)
    }

    func connectionReceived(_ bytes: Span<UInt8>) {
        var position = 0
        do throws(DecodeError) {
            while done != nil {
                switch try decoder.next(bytes, &position) {
                case .needsInput: return
                case .interim: break
                case .head(let head): check(head)
                case .body(let range):
                    body.append(bytes.extracting(range))
                    if body.count > Self.answerBytesMax {
                        end(.failed(CatalogueRow.callbackFailedLengthTooLong.error))
                    }
                case .end: return finish()
                }
            }
        } catch {
            end(.failed(CatalogueRow.callbackFailedInvalidLength.error))
        }
    }

    /// The answer has to be 200 and say how long it is.
    private func check(_ head: ResponseHead) {
        guard head.status == 200 else {
            return end(
                .failed(
                    OSSError(
                        status: 203, code: "CallbackFailed", message: "Error status : \(head.status).")))
        }
        switch head.framing {
        case .length(let count) where count > UInt64(Self.answerBytesMax):
            end(.failed(CatalogueRow.callbackFailedLengthTooLong.error))
        case .length, .none: break
        case .chunked, .untilClose: end(.failed(CatalogueRow.callbackFailedMissingLength.error))
        }
    }

    private func finish() {
        guard (try? JSONParser.parse(body)) != nil else {
            return end(.failed(CatalogueRow.callbackFailedNotJSON.error))
        }
        end(.answered(body))
    }
}
