import Bytes
import HTTPModel
import OSSModel

/// What a signature must look like before there is anything to verify, with the service's words for each defect.
enum AuthorizationForm {
    static func check(_ request: EmulatorRequest) throws(OSSError) {
        if let value = request.head.fields.first("authorization") {
            try check(field: value.trimmingBlanks())
        } else {
            try check(parameters: request)
        }
    }

    // MARK: Fields

    private static func check(field value: ByteSlice) throws(OSSError) {
        guard !value.isEmpty else { throw CatalogueRow.authorizationValueEmpty.error }
        let scheme = value.prefix { !ASCII.isBlank($0) }
        let rest = value[scheme.endIndex...].trimmingBlanks()
        if scheme.matches("OSS") {
            try check(v1: rest)
        } else if scheme.matches("OSS2") {
            try check(
                items: rest, separator: ASCII.colon, id: "AccessKeyId",
                known: ["AdditionalHeaders", "Signature"])
        } else if scheme.matches("OSS4-HMAC-SHA256") {
            try check(
                items: rest, separator: ASCII.equals, id: "Credential",
                known: ["AdditionalHeaders", "Signature"])
        } else {
            throw CatalogueRow.authorizationInvalid.error
        }
    }

    private static func check(v1 rest: ByteSlice) throws(OSSError) {
        let parts = rest.split(separator: ASCII.colon, omittingEmptySubsequences: false)
        guard parts.count > 1 else { throw CatalogueRow.authorizationInvalid.error }
        guard parts.count == 2 else { throw CatalogueRow.authorizationBadItemCount.error }
        guard parts.allSatisfy({ !$0.isEmpty }) else {
            throw CatalogueRow.authorizationMissingKeyOrSignature.error
        }
        try check(id: parts[0])
    }

    private static func check(
        items text: ByteSlice, separator: UInt8, id: String, known: [String]
    ) throws(OSSError) {
        guard !text.isEmpty else { throw CatalogueRow.authorizationInvalid.error }
        let items = text.split(separator: ASCII.comma).map { $0.trimmingBlanks() }.filter { !$0.isEmpty }
        guard (2...3).contains(items.count) else { throw CatalogueRow.authorizationBadItemCount.error }
        var values: [String: ByteSlice] = [:]
        for item in items {
            guard let place = item.firstIndex(of: separator) else {
                throw CatalogueRow.authorizationInvalid.error
            }
            values[item[..<place].text] = item[(place + 1)...]
        }
        guard values.keys.allSatisfy({ $0 == id || known.contains($0) }) else {
            throw CatalogueRow.authorizationUnknownParameter.error
        }
        guard let identity = values[id], values["Signature"] != nil else {
            throw CatalogueRow.authorizationMissingKeyOrSignature.error
        }
        guard values.values.allSatisfy({ !$0.isEmpty }) else {
            throw CatalogueRow.authorizationValueEmpty.error
        }
        try check(id: identity.prefix { $0 != ASCII.slash })
    }

    private static func check(id: ByteSlice) throws(OSSError) {
        let isValid = id.allSatisfy {
            ASCII.isAlphanumeric($0) || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "_")
                || $0 == ASCII.equals
        }
        guard isValid else { throw CatalogueRow.accessKeyCharacters.error }
    }

    // MARK: Parameters

    /// Of the first version of signed URLs; those of the fourth are read by the verification.
    private static func check(parameters request: EmulatorRequest) throws(OSSError) {
        guard !request.has("x-oss-signature-version"), !request.has("x-oss-credential") else { return }
        let names = ["OSSAccessKeyId", "Signature", "Expires"]
        guard names.contains(where: request.has) else { return }
        guard names.allSatisfy(request.has), let id = request.parameters["OSSAccessKeyId"],
            let expires = request.parameters["Expires"]
        else { throw CatalogueRow.queryAuthIncomplete.error }
        try check(id: id[...])
        guard expires[...].decimal != nil else {
            throw CatalogueRow.queryExpiresInvalid.with("Expires", String(decoding: expires, as: UTF8.self))
        }
        let isTemporary = id.starts(with: "STS.".utf8) || request.head.fields.contains("x-oss-security-token")
        if isTemporary, request.parameters["security-token"]?.isEmpty ?? true {
            throw CatalogueRow.securityTokenInQuery.error
        }
    }
}
