import ArgumentParser
import Config
import Explain
import Foundation
import OSSModel

/// `ossgate explain`: an error code, a rule, a request id of the rejection log, or a saved error document.
struct ExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Explain an error code, a refused request, or an error document.",
        discussion: """
            A code or the name of a rule is looked up in the catalogue, a request id in the rejection log, and a file \
            is read as the error document that a client was given; - stands for the standard input.
            """)

    @Argument(help: "A code such as InvalidDigest, a rule, a request id of 24 digits, a file, or -.")
    var subject: String

    @OptionGroup var log: RejectionLogOption

    func run() throws {
        if subject == "-" { return try explain(document: FileHandle.standardInput, named: "standard input") }
        if Self.isRequestID(subject) { return try explain(requestID: subject.uppercased()) }
        let notes = Self.notes(of: subject)
        if !notes.isEmpty { return Self.show(Explanation.text(of: notes)) }
        if let found = try? FileManager.default.attributesOfItem(atPath: subject) {
            guard found[.type] as? FileAttributeType != .typeDirectory else {
                throw ExitCode.failing(.data, "\(subject) is a directory, not an error document")
            }
            do {
                return try explain(document: RejectionFiles.open(subject), named: subject)
            } catch let failure as RejectionFiles.Unreadable {
                throw ExitCode.failing(.inputOutput, failure.description)
            }
        }
        throw ExitCode.failing(.data, Self.unknown(subject))
    }

    /// Of a code, of a rule, or of one row.
    static func notes(of name: String) -> [CatalogueNote] {
        let coded = CatalogueNote.of(code: name)
        if !coded.isEmpty { return coded }
        let lower = name.lowercased()
        let row = CatalogueNote.all.filter { $0.row.id == lower }
        return row.isEmpty ? CatalogueNote.all.filter { $0.rules.contains(lower) } : row
    }

    /// The ids of requests are 24 hexadecimal digits.
    static func isRequestID(_ text: String) -> Bool {
        text.utf8.count == 24 && text.allSatisfy(\.isHexDigit)
    }

    private func explain(requestID: String) throws {
        let files = try log.files()
        guard let record = try Self.record(requestID, in: files) else {
            let place = files.map { "\($0.path) and its rotated files" } ?? "the standard input"
            throw ExitCode.failing(
                .data, "no refusal \(requestID) in \(place); the request may have been answered by the origin"
            )
        }
        Self.show(Explanation.text(of: record))
    }

    private func explain(document: FileHandle, named name: String) throws {
        let bytes = Array(try document.read(upToCount: ErrorAnswer.bytesMax + 1) ?? Data())
        let answer: ErrorAnswer
        do throws(ErrorAnswer.NoDocument) {
            answer = try ErrorAnswer(bytes)
        } catch {
            throw ExitCode.failing(.data, "\(name): \(error)")
        }
        Self.show(Explanation.text(of: answer))
        // Whoever has the log at hand learns more.
        guard log.file != "-", let id = answer.requestID, let files = try log.filesIfAny(),
            FileManager.default.fileExists(atPath: files.path),
            let record = try Self.record(id.uppercased(), in: files)
        else { return }
        Self.show("\nIn the rejection log:\n\n" + Explanation.text(of: record))
    }

    /// The last record of the request, which is that of its refusal.
    private static func record(_ id: String, in files: RejectionFiles?) throws -> LoggedRecord? {
        var found: LoggedRecord?
        var reader = RecordReader { record, _ in
            if record["ossgate.request_id"] == id { found = record }
        }
        do {
            guard let files else {
                try reader.read(.standardInput)
                reader.endFile()
                return found
            }
            for path in try files.inOrder() {
                try reader.read(RejectionFiles.open(path))
                reader.endFile()
            }
        } catch {
            throw ExitCode.failing(.inputOutput, "\(error)")
        }
        return found
    }

    private static func unknown(_ subject: String) -> String {
        let names = Set(CatalogueNote.all.map(\.row.code)).union(CatalogueNote.all.flatMap(\.rules))
        let shown = Printable.text(subject, charactersMax: 80)
        let suggestion = Suggestion.nearest(to: subject, among: names).map { "; did you mean \($0)?" } ?? ""
        return "\(shown) is no error code, rule or request id, and there is no such file\(suggestion)"
    }

    private static func show(_ text: String) {
        FileHandle.standardOutput.write(Data(text.utf8))
    }
}
