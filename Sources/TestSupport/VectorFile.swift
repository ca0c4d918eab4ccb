import Foundation

/// The files of `Tests/Vectors`.
package enum VectorFile {
    /// The vectors of one file, such as `vectors.json`.
    package static func load(_ name: String) throws -> [Vector] {
        try JSONDecoder().decode([Vector].self, from: data(name))
    }

    /// The names of our own files of vectors.
    package static func ownFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path)
            .filter { $0.hasPrefix("own-") && $0.hasSuffix(".json") && !$0.hasPrefix("own-origin-") }.sorted()
    }

    /// The names of those whose cases the origin decides: the gateway forwards every request in them.
    package static func originFiles() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path)
            .filter { $0.hasPrefix("own-origin-") && $0.hasSuffix(".json") }.sorted()
    }

    /// Those of our own files whose cases are decided by heads alone.
    package static func ownHeadFiles() throws -> [String] {
        try ownFiles().filter {
            $0 != "own-forms.json" && $0 != "own-uploads.json" && !$0.hasPrefix("own-documents")
        }
    }

    /// The rows of the catalogue that are decided at one site, such as `edge-head`.
    package static func catalogueRows(site: String, status: Int? = nil) throws -> Set<String> {
        Set(try catalogue().filter { $0.site == site && (status ?? $0.status) == $0.status }.map(\.id))
    }

    /// The rows of the catalogue that have this status, wherever they are decided.
    package static func catalogueRows(status: Int) throws -> Set<String> {
        Set(try catalogue().filter { $0.status == status }.map(\.id))
    }

    private static func catalogue() throws -> [CatalogueEntry] {
        try FileManager.default.contentsOfDirectory(atPath: directory.appending(path: "catalogue").path)
            .filter { $0.hasSuffix(".json") }
            .flatMap { try JSONDecoder().decode([CatalogueEntry].self, from: data("catalogue/" + $0)) }
    }

    /// What the documentation names as the operations of each row of the catalogue.
    package static func catalogueOperations() throws -> [(id: String, operations: [String])] {
        try catalogue().map { ($0.id, $0.operations) }
    }

    private struct CatalogueEntry: Decodable {
        let id: String
        let operations: [String]
        let site: String
        let status: Int
    }

    /// The requests of `captures.json`.
    package static func captures() throws -> [Capture] {
        try JSONDecoder().decode(CaptureFile.self, from: data("captures.json")).requests
    }

    private struct CaptureFile: Decodable {
        let requests: [Capture]
    }

    private static func data(_ name: String) throws -> Data {
        try Data(contentsOf: directory.appending(path: name))
    }

    private static let directory = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Tests/Vectors").standardized
}

/// A request as a public client sent it to a recording endpoint.
package struct Capture: Sendable, Decodable {
    package enum Framing: String, Sendable, Decodable {
        case none
        case length
        case chunked
    }

    package let id: Int
    /// The client and how it was set up, such as `oss2 V4 virtual host`.
    package let client: String
    package let step: String
    package let framing: Framing?
    /// The decoded body, whole.
    package let bodyLength: Int?
    /// What the recording endpoint answered: a status and perhaps a code.
    package let answer: String
    private let head: String
    private let body: String?

    private enum CodingKeys: String, CodingKey {
        case id
        case client
        case step
        case framing
        case bodyLength = "body_length"
        case answer
        case head
        case body
    }

    /// The head as it was on the wire (recorded as Latin-1).
    package var headBytes: [UInt8] { head.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) } }

    /// What followed the head, not decoded; nil when there was none or the recording holds less than all of it.
    package var bodyBytes: [UInt8]? {
        guard let body, framing == .length else { return nil }
        let bytes = body.unicodeScalars.map { UInt8(truncatingIfNeeded: $0.value) }
        return bytes.count == bodyLength ? bytes : nil
    }

    package var name: String { "\(id) \(client): \(step)" }
}
