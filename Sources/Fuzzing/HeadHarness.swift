import Admission
import Bytes
import HTTP1
import HTTPModel
import OSSModel
import XML

extension Harness {
    /// A request head: the bucket and key that it names, the operation that it is routed to, and every head rule. What it
    /// is refused with is an XML document of bounded size whatever it reflects.
    package static func head(_ input: [UInt8]) {
        guard let head = decodedHead(input) else { return }
        let settings = AdmissionSettings(
            addressing: Addressing(
                domains: ["oss.example.com"], pathStyle: input.count % 2 == 0,
                cnames: ["files.example.com": "bucket"]))
        let resource = settings.addressing.resolve(authority: authority(of: head), path: head.path).resource
        if let decoded = PercentEncoding.decode(resource.rawKey) {
            precondition(decoded == Array(resource.key), "a key is not what its escapes say")
        }
        let encoded = PercentEncoding.encode(resource.key, keepingSlash: true)
        precondition(
            PercentEncoding.decode(encoded[...]) == Array(resource.key), "a key does not survive its escapes")
        let verdict = Admission.judge(head: head, settings: settings, now: 1_800_000_000)
        precondition(verdict.reported.isEmpty, "a rule that is enforced was only reported")
        precondition(verdict.operation == OperationTable.route(head, level: verdict.resource.level))
        guard let refusal = verdict.rejection else { return }
        let again = Admission.judge(head: head, settings: settings, now: 1_800_000_000).rejection
        precondition(again?.ruleName == refusal.ruleName, "a request is refused for something else each time")
        checkDocument(of: refusal.error, hostID: authority(of: head) ?? [])
    }

    /// A signed head gets a verdict; signed with the first signature by the secret that is asked for, it is valid, and
    /// with a bit changed it is not.
    package static func signature(_ input: [UInt8]) {
        guard var head = decodedHead(input) else { return }
        let resource = Addressing().resolve(authority: authority(of: head), path: head.path).resource
        let secret = Array("secret".utf8)
        func verdict(_ head: RequestHead, now: Int64) -> SignatureVerdict {
            SignatureCheck.verify(head, bucket: resource.bucket, key: resource.key, now: now) { _ in secret }
        }
        let date = SignatureCheck.parseDate(SignatureCheck.dateText(head))
        _ = verdict(head, now: date ?? 1_800_000_000)
        guard let date else { return }
        var fields = Fields()
        for entry in head.fields.entries {
            guard !head.fields.bytes[entry.name].matchesIgnoringCase("authorization") else { continue }
            fields.append(name: head.fields.bytes[entry.name], value: head.fields.bytes[entry.value])
        }
        head.fields = fields
        let text = SignatureV1.stringToSign(head, bucket: resource.bucket, key: resource.key)
        var signature = SignatureV1.signature(of: text, secret: secret)
        head.fields = signed(fields, with: signature)
        precondition(
            verdict(head, now: date) == .valid(accessKeyID: Array("id".utf8)), "what is signed is not valid")
        signature[input.count % (signature.count - 1)] ^= 1
        head.fields = signed(fields, with: signature)
        if case .valid = verdict(head, now: date) { preconditionFailure("what is not signed so is valid") }
    }

    private static func signed(_ fields: Fields, with signature: [UInt8]) -> Fields {
        var signed = fields
        signed.append("Authorization", Array("OSS id:".utf8) + signature)
        return signed
    }

    private static func decodedHead(_ input: [UInt8]) -> RequestHead? {
        var decoder = RequestDecoder()
        var position = 0
        guard case .head(let head)? = try? decoder.next(input.span, &position) else { return nil }
        return head
    }

    private static func authority(of head: RequestHead) -> ByteSlice? {
        head.targetAuthority ?? head.fields.first("host")
    }

    private static func checkDocument(of error: OSSError, hostID: ByteSlice) {
        let document = ErrorDocument.body(
            error, requestID: RequestID(unixSeconds: 1, rest: 2), hostID: hostID)
        precondition(document.count < 4096, "a refusal is longer than SDKs read")
        guard let root = try? XMLReader.parse(document.span, limits: XMLLimits(bytesMax: document.count))
        else {
            preconditionFailure("a refusal is no XML")
        }
        precondition(root.child("Code")?.trimmedText.text == error.code, "a refusal has another code")
    }
}
