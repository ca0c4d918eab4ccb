import Admission
import Bytes
import HTTP1
import HTTPModel
import OSSModel

/// What a fuzzer does with one input. A harness traps when an invariant breaks; whatever a decoder throws is fine.
package enum Harness {
    /// A form read whole and read cut in two must be the same; then its fields go through every rule and the policy.
    package static func form(_ input: [UInt8]) {
        let cut = place(of: input)
        let whole = FormTranscript([input])
        let halves = FormTranscript([Array(input[..<cut]), Array(input[cut...])])
        precondition(whole == halves, "a form means something else when it comes in two pieces")
        var fields = Fields()
        fields.append("Host", "bucket.oss-cn-hangzhou.aliyuncs.com")
        fields.append("Content-Type", "multipart/form-data; boundary=b")
        let head = RequestHead(method: .post, target: Array("/".utf8)[...], fields: fields, framing: .chunked)
        guard var inspector = FormInspector(head: head, settings: AdmissionSettings(), now: 1_800_000_000)
        else {
            preconditionFailure("a form with a boundary can be inspected")
        }
        var fileBytes = 0
        _ = inspector.take(input.span) { fileBytes += $0.count }
        _ = inspector.finish()
        precondition(fileBytes <= input.count, "a file is larger than its form")
    }

    /// The first byte chooses the operation, the rest is its document.
    package static func document(_ input: [UInt8]) {
        guard let first = input.first else { return }
        let operations = OSSOperation.allCases
        let operation = operations[Int(first) % operations.count]
        let body = Array(input.dropFirst())
        let head = RequestHead(method: .put, target: Array("/?inventoryId=a".utf8)[...])
        let bucket = Array("bucket".utf8)
        let outcome = DocumentRules.judge(
            operation: operation, head: head, bucket: bucket[...], body: body.span, modes: RuleModes())
        precondition(outcome.reported.isEmpty, "a rule that is enforced was only reported")
    }

    /// Requests read whole and read cut in two must be the same.
    package static func http1(_ input: [UInt8]) {
        let cut = place(of: input)
        let whole = RequestTranscript([input])
        let halves = RequestTranscript([Array(input[..<cut]), Array(input[cut...])])
        precondition(whole == halves, "a request means something else when it comes in two pieces")
    }

    /// Where an input is cut: any place, the same each time.
    static func place(of input: [UInt8]) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in input { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(hash % UInt64(input.count + 1))
    }
}

/// What a form parser made of its input.
private struct FormTranscript: Equatable {
    private var names: [[UInt8]] = []
    private var contents: [[UInt8]] = []
    private var ended = 0
    private var isClosed = false
    private var fault: FormFault?

    init(_ pieces: [[UInt8]]) {
        var parser = FormParser(boundary: Array("b".utf8)[...])
        do throws(FormFault) {
            for piece in pieces { try read(piece, &parser) }
        } catch {
            // How far a name was read before it was too long depends on where the input is cut.
            if case .nameTooLong = error { fault = .nameTooLong(0) } else { fault = error }
        }
    }

    private mutating func read(_ piece: [UInt8], _ parser: inout FormParser) throws(FormFault) {
        var position = 0
        while true {
            switch try parser.next(piece.span, &position) {
            case .needsInput: return
            case .partBegan(let head):
                names.append(Array(head.name))
                contents.append([])
            case .data(let range): contents[contents.count - 1] += piece[range]
            case .heldData: contents[contents.count - 1] += parser.held
            case .partEnded: ended += 1
            case .end: isClosed = true
            }
        }
    }
}

/// What a request decoder made of its input.
private struct RequestTranscript: Equatable {
    private var heads: [[UInt8]] = []
    private var bodies: [[UInt8]] = []
    private var trailers = 0
    private var ended = 0
    private var error: DecodeError?

    init(_ pieces: [[UInt8]]) {
        var decoder = RequestDecoder()
        do throws(DecodeError) {
            for piece in pieces { try read(piece, &decoder) }
        } catch {
            self.error = error
        }
    }

    private mutating func read(_ piece: [UInt8], _ decoder: inout RequestDecoder) throws(DecodeError) {
        var position = 0
        while true {
            switch try decoder.next(piece.span, &position) {
            case .needsInput: return
            case .head(let head):
                heads.append(
                    Array(head.target) + head.fields.entries.flatMap { Array(head.fields.bytes[$0.value]) })
                bodies.append([])
            case .body(let range): bodies[bodies.count - 1] += piece[range]
            case .end(let trailers):
                self.trailers += trailers.count
                ended += 1
            }
        }
    }
}
