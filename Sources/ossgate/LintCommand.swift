import Admission
import ArgumentParser
import Bytes
import Config
import Explain
import Foundation
import HTTPModel

/// `ossgate lint`: a presigned URL, the policy of a form, a callback or a key, put to the gateway's own rules.
struct LintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check a presigned URL, the policy of a form, a callback or the key of an object.",
        discussion: """
            Nothing is sent anywhere. Policies and callbacks are taken as JSON or as the Base64 of it; - stands for the \
            standard input. Exits 0 when no rule has anything against the value, 65 when one has, 64 when the command \
            line is wrong. Whether a signature is right only its owner's secret could tell.
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case url
        case postPolicy = "post-policy"
        case callback
        case key
    }

    @Argument(help: "url, post-policy, callback or key.")
    var kind: Kind

    @Argument(help: "What is checked; - for the standard input.")
    var value: String

    @Option(help: "Of a url: the method that it is meant for.")
    var method = "GET"

    @Option(
        name: .customLong("header"),
        help: "Of a url: a field that is sent with it, such as \"Content-Type: image/png\".")
    var headers: [String] = []

    @Option(help: "Of a callback: its variables (callback-var).")
    var variables: String?

    @OptionGroup var source: ConfigurationOption

    /// More than any of these may be.
    private static let bytesMax = 1 << 20

    func validate() throws {
        guard kind == .url || (method == "GET" && headers.isEmpty) else {
            throw ValidationError("--method and --header are for urls")
        }
        guard kind == .callback || variables == nil else {
            throw ValidationError("--variables is for callbacks")
        }
    }

    func run() throws {
        let settings = try source.load().admissionSettings
        let now = Int64(Date().timeIntervalSince1970)
        let text = try input()
        let lint =
            switch kind {
            case .url: Lint(url: try head(text), settings: settings, now: now)
            case .postPolicy: Lint(postPolicy: text, settings: settings, now: now)
            case .callback:
                Lint(
                    callback: text, variables: variables.map { Array($0.utf8)[...] }, settings: settings,
                    now: now)
            case .key: Lint(key: text, settings: settings, now: now)
            }
        var parts = lint.facts.isEmpty ? [] : [Explanation.text(of: lint.facts)]
        parts += lint.failures.map { Explanation.text(of: Explanation.Failure($0)) }
        parts += lint.doubts.map { "No rule decides, but OSS will: \($0).\n" }
        let isGood = lint.failures.isEmpty && lint.doubts.isEmpty
        if isGood { parts.append("No rule has anything against it.\n") }
        print(parts.joined(separator: "\n"), terminator: "")
        if !isGood { throw ExitCode.data }
    }

    /// The value, or all of the standard input but a line end behind it.
    private func input() throws -> ByteSlice {
        guard value == "-" else { return Array(value.utf8)[...] }
        var bytes = Array(try FileHandle.standardInput.read(upToCount: Self.bytesMax + 1) ?? Data())[...]
        guard bytes.count <= Self.bytesMax else {
            throw ExitCode.failing(.data, "standard input: more than \(Self.bytesMax) bytes")
        }
        if bytes.last == ASCII.lineFeed { bytes.removeLast() }
        if bytes.last == ASCII.carriageReturn { bytes.removeLast() }
        return bytes
    }

    /// The request that the URL stands for, read as strictly as one that comes over a connection.
    private func head(_ url: ByteSlice) throws -> RequestHead {
        let schemes: [Literal] = ["http://", "https://"]
        guard let scheme = schemes.first(where: { url.hasPrefixIgnoringCase($0) }) else {
            throw ExitCode.failing(.data, "the URL must begin with \"http://\" or \"https://\"")
        }
        guard url.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
            throw ExitCode.failing(
                .data, "the URL has a blank or a character that is not ASCII; these are percent-encoded")
        }
        let rest = url.dropFirst(scheme.count).prefix { $0 != UInt8(ascii: "#") }
        let host = rest.prefix { $0 != ASCII.slash && $0 != ASCII.question }
        let target = rest[host.endIndex...]
        let lines = [
            "\(method) \(target.first == ASCII.slash ? "" : "/")\(target.text) HTTP/1.1",
            "Host: \(host.text)",
            ["GET", "HEAD"].contains(method) ? nil : "Content-Length: 0",
        ]
        guard (headers + [method]).allSatisfy({ !$0.utf8.contains { ASCII.isControl($0) } }) else {
            throw ExitCode.failing(.usage, "a header or the method has a control character")
        }
        let text = (lines.compactMap { $0 } + headers).joined(separator: "\r\n") + "\r\n\r\n"
        do throws(CaseFault) {
            return try RawRequest.parse(text, at: "the request of the URL").0
        } catch {
            throw ExitCode.failing(.data, "\(error)")
        }
    }
}

extension Explanation.Failure {
    fileprivate init(_ rejection: Rejection) {
        self.init(
            rule: rejection.ruleName, status: rejection.error.status, code: rejection.error.code,
            message: rejection.error.message)
        expected = rejection.expected
        actual = rejection.actual
        hint = rejection.hint
    }
}
