import Bytes
import HTTPModel
import OSSModel

/// What came of reading a callback.
struct CallbackReading: Sendable {
    /// The uploads that take a callback in their head; a form has it in a field.
    static let operations: OperationSet = [.putObject, .completeMultipartUpload]

    let result: Result<Callback, Refusal>

    private init(result: Result<Callback, Refusal>) { self.result = result }

    init(base64 text: ByteSlice) {
        result = Result { () throws(Refusal) in try Callback(base64: text) }
    }

    /// nil when neither a field nor a parameter asks for a callback. The field goes first; both are refused before.
    init?(query: QueryParameters, fields: Fields) {
        let field: Literal = "x-oss-callback"
        let count = fields.count(of: field)
        if count > 1 {
            self.init(
                result: .failure(
                    Refusal(
                        CatalogueRow.callbackNotBase64.with("ArgumentName", "callback"),
                        expected: "one \(field) field", actual: "\(count) fields")))
        } else if let text = fields.first(field) ?? query.first("callback")?.base64Value[...] {
            self.init(base64: text)
        } else {
            return nil
        }
    }
}

/// One named check of a callback; heads and forms run the same ones, in the same order.
struct CallbackCheck: Sendable {
    let rule: Literal
    let check: @Sendable (CallbackReading) throws(Refusal) -> Void

    static let ordered: [CallbackCheck] = [.form, .url, .address, .content]

    /// Length, Base64, JSON, signature version.
    static let form = CallbackCheck(
        rule: "callback-form",
        check: { reading throws(Refusal) in try reading.result.get().requireSignatureVersion() })

    static let url = CallbackCheck(
        rule: "callback-url", check: { reading throws(Refusal) in try reading.sound?.requireURLs() })

    static let address = CallbackCheck(
        rule: "callback-private-address",
        check: { reading throws(Refusal) in try reading.sound?.requirePublicAddresses() })

    static let content = CallbackCheck(
        rule: "callback-content", check: { reading throws(Refusal) in try reading.sound?.requireContent() })

    /// The check of the form field `callback`.
    var formCheck: FieldCheck {
        let check = check
        return FieldCheck(rule, field: "callback") { value, _ throws(Refusal) in
            try check(CallbackReading(base64: value))
        }
    }
}

extension CallbackReading {
    /// nil when it could not be read, which is the first check's to refuse.
    fileprivate var sound: Callback? { try? result.get() }
}
