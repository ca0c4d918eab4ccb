import Foundation

/// What can be fuzzed. The corpus of each lies in `Tests/Corpora` under its name; deploy/fuzz and the tests take every one.
package enum FuzzTarget: String, CaseIterable, Sendable {
    case form, document, http1, http2, head, signature, configuration, proxy

    /// What the environment asks for; nil when it asks for nothing that is known.
    package static var chosen: FuzzTarget? {
        FuzzTarget(rawValue: ProcessInfo.processInfo.environment["FUZZ_TARGET"] ?? "")
    }

    /// Puts one input to the harness.
    package func run(_ input: [UInt8]) {
        switch self {
        case .form: Harness.form(input)
        case .document: Harness.document(input)
        case .http1: Harness.http1(input)
        case .http2: Harness.http2(input)
        case .head: Harness.head(input)
        case .signature: Harness.signature(input)
        case .configuration: Harness.configuration(input)
        case .proxy: Harness.proxyHeader(input)
        }
    }
}
