import Bytes
package import HTTPModel
import OSSModel

/// Reads the form of one PostObject as it passes by and judges it: its grammar and sizes as they come, its fields
/// when the file begins, the size of the file and a second file after that. It keeps the fields before the file, at
/// most `fieldBytesMax` of them, and no byte of the file.
package struct FormInspector: Sendable {
    /// All values before the file together ("PostObject" page, EC 0006-00000112).
    static let fieldBytesMax = 8_388_608
    /// One value (EC 0006-00000110).
    static let valueBytesMax = 2_097_152
    /// The form up to its file with boundaries and heads, which whoever gathers it must hold.
    package static let prefixBytesMax = fieldBytesMax + 1_048_576
    /// Fields before the file. The service has no such limit; nobody has so many fields.
    package static let fieldsMax = 1_000

    /// Bytes of the file that have come.
    package private(set) var fileBytes: UInt64 = 0

    private var parser: FormParser
    private var progress = Progress.fields
    private var fields = FormFields()
    private var openName: ByteSlice?
    private var openValue: [UInt8] = []
    private var fieldBytes = 0
    private var prefixBytes = 0
    private var sizeMin: UInt64 = 0
    private var sizeMax = UInt64.max
    private let request: HeadView
    /// The operator's policy over this form; it is judged with the fields, and goes on with the file.
    package var policy: PolicyRun?

    private enum Progress {
        case fields
        case file
        /// What follows the file: nothing of it counts but another file.
        case rest
        case ended
        /// Refused, or faulty in a way that the operator does not want refused: nothing more is read.
        case over
    }

    /// nil when the head names no boundary. `now` is in Unix seconds.
    package init?(head: RequestHead, settings: AdmissionSettings, now: Int64) {
        guard let boundary = head.fields.first("content-type").flatMap({ FormBoundary.parse($0) }) else {
            return nil
        }
        parser = FormParser(boundary: boundary)
        request = HeadView(head: head, settings: settings, now: now)
    }

    /// The fields have not been judged, or what the policy wants to see of the file has not come: no byte of the form
    /// may go to the origin.
    package var holdsOrigin: Bool { progress == .fields || progress == .file && policy?.holdsOrigin == true }
    /// The file has been seen from its first byte to its last, and the form is whole.
    package var hasWholeFile: Bool { progress == .ended }

    /// Reads a piece; `file` is given what in it is content of the file. The rejections are in order; only the last
    /// can be of an enforced rule, and then nothing more is read.
    package mutating func take(_ bytes: Span<UInt8>, file: (Span<UInt8>) -> Void) -> [Rejection] {
        var found: [Rejection] = []
        var position = 0
        let before = prefixBytes
        while progress != .over {
            let event: FormEvent
            do throws(FormFault) {
                event = try parser.next(bytes, &position)
            } catch {
                giveUp(rejection(error), &found)
                break
            }
            if case .needsInput = event { break }
            handle(event, bytes, &found, file: file)
            if progress == .fields, !isWithinPrefix(before + position) { failFields(&found) }
        }
        prefixBytes = before + position
        return found
    }

    /// The end of the body.
    package mutating func finish() -> [Rejection] {
        guard progress != .over, progress != .ended else { return [] }
        var found: [Rejection] = []
        giveUp(.malformedForm("the closing boundary is missing"), &found)
        return found
    }

    private mutating func handle(
        _ event: FormEvent, _ bytes: Span<UInt8>, _ found: inout [Rejection], file: (Span<UInt8>) -> Void
    ) {
        switch event {
        case .needsInput: break
        case .partBegan(let part): began(part, &found)
        case .data(let range): content(bytes.extracting(range), &found, file: file)
        case .heldData:
            let held = parser.held
            content(held.span, &found, file: file)
        case .partEnded: partEnded(&found)
        case .end:
            if progress == .fields {
                giveUp(.malformedForm("there is no file"), &found)
            } else {
                progress = .ended
            }
        }
    }

    private mutating func began(_ part: FormPartHead, _ found: inout [Rejection]) {
        let isFile = part.name.matchesIgnoringCase("file")
        switch progress {
        case .fields where isFile:
            progress = .file
            parser.ignoresFaultyHeads = true
            judge(part, &found)
        case .fields:
            guard fields.all.count < Self.fieldsMax else { return failFields(&found) }
            openName = part.name
            openValue = []
        case .rest where isFile:
            if raise(.secondFile(), &found) { progress = .over }
        case .file, .rest, .ended, .over: break
        }
    }

    /// Puts the fields to every rule, until one refuses.
    private mutating func judge(_ part: FormPartHead, _ found: inout [Rejection]) {
        let view = FormView(fields: fields, file: part, request: request)
        fields = FormFields()
        for rule in FormRules.ordered where request.settings.modes.mode(of: rule.name) != .off {
            guard let rejection = rule.refusal(of: view) else { continue }
            if raise(rejection, &found) { return progress = .over }
        }
        if raise(policy?.begin(request, form: view) ?? [], &found) { return progress = .over }
        guard case .policy(let policy) = view.policy, !view.isS3 else { return }
        for case .contentLength(let min, let max) in policy.conditions {
            sizeMin = Swift.max(sizeMin, min)
            sizeMax = Swift.min(sizeMax, max)
        }
    }

    private mutating func content(
        _ bytes: Span<UInt8>, _ found: inout [Rejection], file: (Span<UInt8>) -> Void
    ) {
        switch progress {
        case .fields:
            fieldBytes += bytes.count
            guard openValue.count + bytes.count <= Self.valueBytesMax else {
                return giveUp(
                    .formItemTooLong(
                        expected: "a value of at most \(Self.valueBytesMax) bytes", actual: "more"), &found)
            }
            guard fieldBytes <= Self.fieldBytesMax else { return failFields(&found) }
            openValue.append(bytes)
        case .file:
            fileBytes += UInt64(bytes.count)
            file(bytes)
            if raise(policy?.take(bytes) ?? [], &found) { return progress = .over }
            guard fileBytes > sizeMax else { return }
            if raise(.fileTooLarge(limit: sizeMax), &found) { progress = .over }
            sizeMax = .max
        case .rest, .ended, .over: break
        }
    }

    private mutating func partEnded(_ found: inout [Rejection]) {
        switch progress {
        case .fields:
            if let name = openName { fields.append(name: name, value: openValue) }
            openName = nil
            openValue = []
        case .file:
            progress = .rest
            if raise(policy?.end() ?? [], &found) { return progress = .over }
            guard fileBytes < sizeMin else { return }
            if raise(.fileTooSmall(limit: sizeMin, actual: fileBytes), &found) { progress = .over }
        case .rest, .ended, .over: break
        }
    }

    // MARK: Refusals

    private func isWithinPrefix(_ count: Int) -> Bool { count <= Self.prefixBytesMax }

    private mutating func failFields(_ found: inout [Rejection]) { giveUp(.formFieldsTooLarge(), &found) }

    /// Nothing more of the form is read. When the operator lets it through all the same, the policy judges it by what
    /// was read of it; the rest it cannot know.
    private mutating func giveUp(_ rejection: Rejection, _ found: inout [Rejection]) {
        let isBeforeFile = progress == .fields
        progress = .over
        guard !raise(rejection, &found) else { return }
        if isBeforeFile {
            let view = FormView(fields: fields, file: FormPartHead(), request: request)
            fields = FormFields()
            if raise(policy?.begin(request, form: view) ?? [], &found) { return }
        }
        _ = raise(policy?.loseSight() ?? [], &found)
    }

    /// Adds the rejection if its rule is on; true if it is enforced.
    private func raise(_ rejection: Rejection, _ found: inout [Rejection]) -> Bool {
        let mode = request.settings.modes.mode(of: rejection)
        if mode != .off { found.append(rejection) }
        return mode == .enforce
    }

    /// The same for several, of which the last alone can be enforced.
    private func raise(_ rejections: [Rejection], _ found: inout [Rejection]) -> Bool {
        rejections.reduce(false) { raise($1, &found) || $0 }
    }

    private func rejection(_ fault: FormFault) -> Rejection {
        switch fault {
        case .malformed(let reason): .malformedForm(reason)
        case .unknownHeader(let name): .unknownPartHeader(name)
        case .nameTooLong(let count):
            .formItemTooLong(
                expected: "a name of at most \(FormPartHead.nameBytesMax) bytes", actual: "\(count) bytes")
        }
    }
}
