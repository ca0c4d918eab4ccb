import Bytes
import HTTPModel
import OSSModel
import Testing

/// Signatures that the vendor's documentation and SDK tests publish, and the verdicts besides valid and mismatch.
@Suite struct SignatureTests {
    private func request(
        _ method: String, _ target: String, _ fields: [(String, String)], bucket: String?, key: String
    ) -> SignedRequest {
        var all = Fields()
        for (name, value) in fields { all.append(name: Array(name.utf8)[...], value: Array(value.utf8)[...]) }
        let token = Array(method.utf8)
        let head = RequestHead(method: Method(token.span), target: Array(target.utf8)[...], fields: all)
        return SignedRequest(head: head, bucket: bucket, key: key)
    }

    /// The example of the page "add signatures to headers" (V1).
    @Test func v1ExampleOfTheDocumentation() {
        let put = request(
            "PUT", "/nelson",
            [
                ("Content-Md5", "ODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM="),
                ("Content-Type", "text/html"),
                ("Date", "Thu, 17 Nov 2005 18:49:58 GMT"),
                ("Host", "oss-example.oss-cn-hangzhou.aliyuncs.com"),
                ("X-OSS-Meta-Author", "foo@bar.com"), ("X-OSS-Magic", "abracadabra"),
                ("Authorization", "OSS 44CF9590006BF252F707:26NBxoKdsyly4EDv6inkoDft/yA="),
            ], bucket: "oss-example", key: "nelson")
        #expect(
            SignatureV1.stringToSign(put.head, bucket: put.bucket, key: put.key)[...].text
                == "PUT\nODBGOERFMDMzQTczRUY3NUE3NzA5QzdFNUYzMDQxNEM=\ntext/html\nThu, 17 Nov 2005 18:49:58 GMT\n"
                + "x-oss-magic:abracadabra\nx-oss-meta-author:foo@bar.com\n/oss-example/nelson")
        #expect(
            put.verdict(
                now: 1_132_253_398, id: "44CF9590006BF252F707",
                secret: "OtxrzxIsfpFjA7SwPzILwy8Bw21TLhquhboDYROV")
                == .valid(accessKeyID: Array("44CF9590006BF252F707".utf8)))
    }

    private static let parameters =
        "param1=value1&%2Bparam1=value3&%7Cparam1=value4&%2Bparam2&%7Cparam2=&param2="

    private func v4(_ authorization: String, date: String, token: String? = nil) -> SignedRequest {
        var fields = [
            ("x-oss-head1", "value"), ("abc", "value"), ("ZAbc", "value"), ("XYZ", "value"),
            ("content-type", "text/plain"), ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
            ("x-oss-date", date),
            ("Authorization", "OSS4-HMAC-SHA256 " + authorization),
        ]
        if let token { fields.append(("x-oss-security-token", token)) }
        return request("PUT", "/?" + Self.parameters, fields, bucket: "bucket", key: "1234+-/123/1.txt")
    }

    /// The signer tests of the vendor's Go, PHP and C++ SDKs.
    @Test func v4HeadersOfTheSDKTests() {
        let valid = SignatureVerdict.valid(accessKeyID: Array("ak".utf8))
        let plain = v4(
            "Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,"
                + "Signature=e21d18daa82167720f9b1047ae7e7f1ce7cb77a31e8203a7d5f4624fa0284afe",
            date: "20231216T162057Z")
        #expect(plain.verdict(now: 1_702_743_657, id: "ak", secret: "sk") == valid)
        let token = v4(
            "Credential=ak/20231217/cn-hangzhou/oss/aliyun_v4_request,"
                + "Signature=b94a3f999cf85bcdc00d332fbd3734ba03e48382c36fa4d5af5df817395bd9ea",
            date: "20231217T034736Z", token: "token")
        #expect(token.verdict(now: 1_702_784_856, id: "ak", secret: "sk") == valid)
        // The additional names in any order and case, and those signed anyway, mean the same.
        for list in ["abc;zabc", "ZAbc;abc", "x-oss-head1;zabc;abc;abc"] {
            let additional = v4(
                "Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request , AdditionalHeaders=\(list), "
                    + "Signature=4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f",
                date: "20231216T172512Z")
            #expect(additional.verdict(now: 1_702_747_512, id: "ak", secret: "sk") == valid)
        }
    }

    @Test func v4URLsOfTheSDKTests() {
        func put(_ date: String, _ extra: String, _ signature: String) -> SignedRequest {
            request(
                "PUT",
                "/?\(Self.parameters)&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-date=\(date)&x-oss-expires=599"
                    + "&x-oss-credential=ak%2F20231217%2Fcn-hangzhou%2Foss%2Faliyun_v4_request\(extra)"
                    + "&x-oss-signature=\(signature)",
                [
                    ("x-oss-head1", "value"), ("abc", "value"), ("ZAbc", "value"), ("XYZ", "value"),
                    ("content-type", "application/octet-stream"),
                ], bucket: "bucket", key: "1234+-/123/1.txt")
        }
        let valid = SignatureVerdict.valid(accessKeyID: Array("ak".utf8))
        let plain = put(
            "20231217T025437Z", "", "a39966c61718be0d5b14e668088b3fa07601033f6518ac7b523100014269c0fe")
        #expect(plain.verdict(now: 1_702_782_276, id: "ak", secret: "sk") == valid)
        #expect(
            plain.verdict(now: 1_702_782_277, id: "ak", secret: "sk")
                == .expired(expiredSeconds: 1_702_782_276))
        let token = put(
            "20231217T035628Z", "&x-oss-security-token=token",
            "3817ac9d206cd6dfc90f1c09c00be45005602e55898f26f5ddb06d7892e1f8b5")
        #expect(token.verdict(now: 1_702_785_388, id: "ak", secret: "sk") == valid)
        let additional = put(
            "20231217T033009Z", "&x-oss-additional-headers=abc%3Bzabc",
            "6bd984bfe531afb6db1f7550983a741b103a8c58e5e14f83ea474c2322dfa2b7")
        #expect(additional.verdict(now: 1_702_783_809, id: "ak", secret: "sk") == valid)
    }

    /// `ossutil` sends no `x-oss-date` with V4 and signs the text of `Date`. The signature was computed with
    /// Python's hmac module.
    @Test func v4SignsDateWhenThatIsAll() {
        let get = request(
            "GET", "/",
            [
                ("Date", "Sat, 16 Dec 2023 16:20:57 GMT"), ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
                (
                    "Authorization",
                    "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,"
                        + "Signature=34437278ac5bafedba5f9bac97bfa57c8e5a162231dfe36398d6b3bac4f58c76"
                ),
            ], bucket: nil, key: "")
        #expect(
            get.verdict(now: 1_702_743_657, id: "ak", secret: "sk") == .valid(accessKeyID: Array("ak".utf8)))
    }

    @Test func canonicalRequestHasEveryLine() {
        let get = request(
            "GET", "/a%2Fb?b=%7e+%2b&a&z=&x-oss-signature=no&%41=1",
            [("Host", "h"), ("Content-Type", " t ")],
            bucket: "bkt", key: "a/b\u{E4}")
        let canonical = SignatureV4.canonicalRequest(
            get.head, bucket: get.bucket, key: get.key, additionalHeaders: [Array("host".utf8)])
        #expect(
            canonical[...].text
                == "GET\n/bkt/a/b%C3%A4\nA=1&a&b=~%20%2B&z\ncontent-type:t\nhost:h\n\nhost\nUNSIGNED-PAYLOAD")
    }

    @Test func canonicalResourceHoldsSignedParametersOnly() {
        func resource(_ query: String, bucket: String?, key: String) -> String {
            SignatureV1.canonicalResource(
                bucket: bucket.map { Array($0.utf8)[...] }, key: Array(key.utf8)[...],
                query: QueryParameters(Array(query.utf8)[...]))[...].text
        }
        #expect(resource("prefix=p&max-keys=1", bucket: nil, key: "") == "/")
        #expect(resource("acl", bucket: "b", key: "") == "/b/?acl")
        #expect(
            resource("uploadId=U%2B&partNumber=1&x=y", bucket: "b", key: "k+k")
                == "/b/k+k?partNumber=1&uploadId=U+")
        #expect(resource("acl=&acl=2&%61ppend", bucket: "b", key: "k") == "/b/k?acl&append")
    }

    @Test(arguments: [
        "OSS", "OSS id", "OSS :s", "OSS id:", "", "OSS4-HMAC-SHA256", "OSS4-HMAC-SHA256 Credential",
        "OSS4-HMAC-SHA256 Credential=a/20231216/r/oss/aliyun_v4_request",
        "OSS4-HMAC-SHA256 Credential=a/20231216/r/oss/aws4_request,Signature=s",
        "OSS4-HMAC-SHA256 Credential=/20231216/r/oss/aliyun_v4_request,Signature=s",
        "OSS4-HMAC-SHA256 Credential=20231216/r/oss/aliyun_v4_request,Signature=s",
    ])
    func fieldsThatCannotBeRead(_ value: String) {
        let get = request("GET", "/", [("Authorization", value)], bucket: nil, key: "")
        #expect(get.verdict(now: 0) == .malformed)
    }

    @Test(arguments: [
        "OSSAccessKeyId=testid", "Expires=1&Signature=s", "OSSAccessKeyId=testid&Expires=x&Signature=s",
        "OSSAccessKeyId=testid&Expires=99999999999999999999&Signature=s", "x-oss-credential=c",
        "x-oss-signature-version=OSS4-HMAC-SHA256",
    ])
    func parametersThatCannotBeRead(_ query: String) {
        #expect(request("GET", "/?" + query, [], bucket: nil, key: "").verdict(now: 0) == .malformed)
    }

    @Test func otherVerdicts() {
        #expect(request("GET", "/", [], bucket: nil, key: "").verdict(now: 0) == .missing)
        let amazon = request(
            "GET", "/", [("Authorization", "AWS4-HMAC-SHA256 Credential=a")], bucket: nil, key: "")
        #expect(amazon.verdict(now: 0) == .otherScheme)
        let undated = request("GET", "/", [("Authorization", "OSS testid:s")], bucket: nil, key: "")
        #expect(undated.verdict(now: 0) == .noValidDate)
        let slashes = V4Credential(
            scope: Array("a/b/20231216/r/oss/aliyun_v4_request".utf8)[...], signature: [0x73],
            additionalHeaders: [])
        #expect(slashes?.accessKeyID == Array("a/b".utf8))
    }

    @Test func skewIsAllowedToTheSecond() {
        let get = request(
            "GET", "/", [("Date", "Thu, 01 Jan 1970 01:00:00 GMT"), ("Authorization", "OSS other:s")],
            bucket: nil, key: "")
        let unknown = SignatureVerdict.invalidAccessKeyID(Array("other".utf8))
        #expect(get.verdict(now: 3_600 + 900) == unknown)
        #expect(get.verdict(now: 3_600 - 900) == unknown)
        #expect(get.verdict(now: 3_600 + 901) == .skewed(requestSeconds: 3_600))
        #expect(get.verdict(now: 3_600 - 901) == .skewed(requestSeconds: 3_600))
    }
}
