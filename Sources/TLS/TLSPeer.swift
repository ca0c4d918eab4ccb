import COpenSSL

/// Who a verified certificate says that the other side is. Bounded, printable text only.
package struct TLSPeer: Sendable, Equatable {
    /// The distinguished name as in RFC 4514, such as `CN=backup,O=Example`.
    package let subject: String
    /// The common name, or the first alternative name where there is none; for rules about who may do what.
    package let name: String
    /// The alternative names, each with its kind: `dns:`, `email:` or `uri:`.
    package let alternativeNames: [String]

    private static let subjectBytesMax = 512
    private static let namesMax = 16
    private static let nameBytesMax = 256

    init(_ certificate: OpaquePointer) {
        unsafe subject = Self.subject(of: certificate)
        unsafe alternativeNames = Self.names(of: certificate)
        name = unsafe Self.commonName(of: certificate) ?? alternativeNames.first ?? ""
    }

    private static func subject(of certificate: OpaquePointer) -> String {
        guard let bio = unsafe BIO_new(BIO_s_mem()) else { return "" }
        defer { unsafe BIO_free(bio) }
        // Escapes control bytes and all that is not ASCII.
        let flags = ossgate_name_flags()
        guard unsafe X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, flags) >= 0 else {
            return ""
        }
        var count = 0
        guard let start = unsafe ossgate_bio_memory(bio, &count) else { return "" }
        let bytes = unsafe UnsafeRawBufferPointer(start: start, count: min(max(count, 0), subjectBytesMax))
        return unsafe String(decoding: bytes, as: UTF8.self)
    }

    private static func commonName(of certificate: OpaquePointer) -> String? {
        let subject = unsafe X509_get_subject_name(certificate)
        let place = unsafe X509_NAME_get_index_by_NID(subject, NID_commonName, -1)
        guard place >= 0, let entry = unsafe X509_NAME_get_entry(subject, place),
            let text = unsafe X509_NAME_ENTRY_get_data(entry)
        else { return nil }
        return unsafe printable(text)
    }

    private static func names(of certificate: OpaquePointer) -> [String] {
        guard let raw = unsafe X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) else {
            return []
        }
        let list = OpaquePointer(raw)
        defer { unsafe GENERAL_NAMES_free(list) }
        var names: [String] = []
        for index in 0..<min(unsafe ossgate_general_names_count(list), Int32(namesMax)) {
            guard let name = unsafe ossgate_general_name_at(list, index) else { continue }
            var kind: Int32 = 0
            guard let value = unsafe GENERAL_NAME_get0_value(name, &kind) else { continue }
            let prefix: String
            switch kind {
            case GEN_DNS: prefix = "dns:"
            case GEN_EMAIL: prefix = "email:"
            case GEN_URI: prefix = "uri:"
            default: continue
            }
            let text = unsafe value.assumingMemoryBound(to: ASN1_STRING.self)
            if let printable = unsafe printable(text) { names.append(prefix + printable) }
        }
        return names
    }

    /// nil for a text that is empty, too long, or holds more than printable ASCII, such as a NUL that hides what follows.
    private static func printable(_ text: UnsafePointer<ASN1_STRING>) -> String? {
        let count = unsafe Int(ASN1_STRING_length(text))
        guard (1...nameBytesMax).contains(count), let start = unsafe ASN1_STRING_get0_data(text) else {
            return nil
        }
        let bytes = unsafe UnsafeBufferPointer(start: start, count: count)
        guard unsafe bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { return nil }
        return unsafe String(decoding: bytes, as: UTF8.self)
    }
}
