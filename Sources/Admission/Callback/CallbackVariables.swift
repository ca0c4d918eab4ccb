import Bytes
import JSON
import OSSModel

/// The variables of a callback: an object of texts whose names start with `x:` and are in lower case.
enum CallbackVariables {
    /// Length, then Base64 and JSON, which share a row.
    static func check(base64 text: ByteSlice) throws(Refusal) {
        guard text.count <= OSSLimits.callbackTextBytesMax else {
            throw Refusal(
                CatalogueRow.callbackVarTooLong.argument(
                    "callback-var", text.prefix(Refusal.shownBytesMax).text),
                expected: "at most \(OSSLimits.callbackTextBytesMax) bytes", actual: "\(text.count) bytes")
        }
        guard let fault = fault(of: text) else { return }
        throw Refusal(
            CatalogueRow.callbackVarNotJSON.argument("callback-var", text.text),
            expected: "the Base64 form of an object of texts named x: and lower case", actual: fault)
    }

    private static func fault(of text: ByteSlice) -> String? {
        guard let bytes = Base64.decode(text) else { return "not Base64" }
        guard let value = try? JSONParser.parse(bytes) else { return "not JSON" }
        guard case .object(let members) = value else { return value.kind }
        for member in members {
            guard member.name.hasPrefix("x:"), !member.name.utf8.contains(where: { ASCII.isUpper($0) }) else {
                return "the name \(member.name)"
            }
            guard case .string = member.value else { return "\(member.value.kind) as \(member.name)" }
        }
        return nil
    }
}
