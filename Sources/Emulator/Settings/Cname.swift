import Bytes
import Digest
import HTTPModel
import OSSModel
import XML

/// Custom domains of buckets. Who owns a domain is not asked for: the emulator asks no name server.
enum Cname {
    /// Under which domains are kept, and the tokens that would prove who owns them.
    static let kind = "cname"
    static let tokens = "cname-token"
    static let tokenSeconds: Int64 = 7 * 86_400
}

extension Operations {
    func cnamePlan(_ request: EmulatorRequest) -> Plan? {
        switch (request.head.method, request.text("comp")) {
        case (.post, "add"): .document(putCname)
        case (.post, "delete"): .document(deleteCname)
        case (.post, "token"): .document(createToken)
        case (.get, "token"): plain(getToken)
        case (.get, _): plain(listCname)
        default: nil
        }
    }

    private func domain(_ body: [UInt8]) throws(OSSError) -> (name: String, cname: XMLElement) {
        let root = try Self.root(of: body, named: "BucketCnameConfiguration")
        guard Shape.cname.fits(root), let cname = root.child("Cname"),
            let name = cname.string("Domain")?.lowercased(), !name.isEmpty
        else { throw CatalogueRow.malformedXML.error }
        return (name, cname)
    }

    private func putCname(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let (name, cname) = try domain(body)
        var entry = XMLElement(
            "Cname",
            [
                XMLElement("Domain", name), XMLElement("LastModified", Self.extended(now)),
                XMLElement("Status", "Enabled"), XMLElement("IsPurgeCdnCache", "false"),
            ])
        if let certificate = certificate(cname) { entry.children.append(certificate) }
        let document = entry.document
        let limit = store.settings.limits.cnames
        try store.changeSettings(of: bucket) { state, draft throws(OSSError) in
            if let owner = state.domains[name], owner != bucket { throw CatalogueRow.cnameDenied.error }
            let isNew = draft.current[Cname.kind, name] == nil
            guard !isNew || draft.current.ids(Cname.kind).count < limit else {
                throw CatalogueRow.tooManyCname.error
            }
            draft.put(Cname.kind, name, document)
        }
        return Answer()
    }

    /// What may be told of a certificate: its key stays secret, and is not even kept.
    private func certificate(_ cname: XMLElement) -> XMLElement? {
        guard let given = cname.child("CertificateConfiguration"),
            given.string("DeleteCertificate") != "true"
        else { return nil }
        return XMLElement(
            "Certificate",
            [
                XMLElement("Type", "CAS"), XMLElement("CertId", given.string("CertId") ?? ""),
                XMLElement("Status", "Enabled"), XMLElement("CreationDate", Self.httpDate(now)),
                XMLElement("Fingerprint", ""), XMLElement("ValidStartDate", ""),
                XMLElement("ValidEndDate", ""),
            ])
    }

    private func deleteCname(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let name = try domain(body).name
        try store.changeSettings(of: request.requiredBucket()) { _, draft in
            draft.put(Cname.kind, name, nil)
            draft.put(Cname.tokens, name, nil)
        }
        return Answer()
    }

    private func listCname(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let entries = try documents(Cname.kind, try store.settings(of: bucket))
        let root = XMLElement(
            "ListCnameResult",
            [XMLElement("Bucket", bucket), XMLElement("Owner", Self.owner)] + entries.map(\.root))
        return Answer(xml: root.document)
    }

    private func createToken(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let name = try domain(body).name
        let seed = request.id.bytes
        let token = XMLElement(
            "CnameToken",
            [
                XMLElement("Bucket", bucket), XMLElement("Cname", name),
                XMLElement("Token", Self.hex(MD5.hash(seed.span)).lowercased()),
                XMLElement("ExpireTime", Self.httpDate(now + Cname.tokenSeconds)),
            ]
        ).document
        let current = now
        // A token that is still good is given again.
        let answered = try store.changeSettings(of: bucket) { _, draft throws(OSSError) in
            if let old = draft.current[Cname.tokens, name],
                let end = try Self.stored(old).child("ExpireTime")?.trimmedText,
                (OSSTime.parseHTTPDate(end) ?? 0) > current
            {
                return old
            }
            draft.put(Cname.tokens, name, token)
            return token
        }
        return Answer(xml: answered)
    }

    private func getToken(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        // SDKs name the domain in the value of either parameter.
        let named = [request.text("cname-value"), request.text("cname")].compactMap { $0 }
        let name = named.first { !$0.isEmpty }?.lowercased() ?? ""
        guard let token = try store.settings(of: request.requiredBucket())[Cname.tokens, name] else {
            throw OSSError(
                status: 404, code: "CnameTokenNotFound", message: "Cname token not found.",
                ec: "0018-00000301"
            ).with("Cname", name)
        }
        return Answer(xml: token)
    }
}
