import Bytes
import Digest
import Emulator
import HTTPModel
import OSSModel
import Testing

@Suite struct AuthorizationTests {
    private let secret = Array("testsecret".utf8)

    private func guarded() throws -> Harness {
        try Harness { $0.keys = KeyRing([EmulatorKey(id: "testid", secret: "testsecret")]) }
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// V1, the string written out here as the pages of the service describe it.
    private func v1(
        _ emulator: Harness, _ method: String, _ resource: String, _ headers: String = "", skew: Int64 = 0,
        id: String = "testid", secret: String = "testsecret"
    ) -> [(String, String)] {
        let date = text(OSSTime.httpDate(emulator.clock.now + skew))
        let toSign = Array("\(method)\n\n\n\(date)\n\(headers)\(resource)".utf8)
        let signature = text(Base64.encode(HMAC.sha1(key: Array(secret.utf8).span, message: toSign.span)))
        return [("Date", date), ("Authorization", "OSS \(id):\(signature)")]
    }

    @Test func signedRequestsPass() throws {
        let emulator = try guarded()
        let put = emulator.send(
            "PUT", "/bucket/key", v1(emulator, "PUT", "/bucket/key"), body: Array("text".utf8))
        #expect(put.status == 200, "\(put.text)")
        let hosted = emulator.send(
            "GET", "/key", v1(emulator, "GET", "/bucket/key"), host: "bucket.oss-cn-hangzhou.aliyuncs.com")
        #expect(hosted.text == "text")
        let acl = emulator.send("GET", "/bucket/?acl&prefix=x", v1(emulator, "GET", "/bucket/?acl"))
        #expect(acl.status == 200)
        #expect(emulator.send("GET", "/", v1(emulator, "GET", "/")).status == 200)
    }

    @Test func mismatchesTellWhatWasSigned() throws {
        let emulator = try guarded()
        let fields = v1(emulator, "PUT", "/bucket/other")
        let reply = emulator.send("PUT", "/bucket/key", fields, body: Array("text".utf8))
        #expect(reply.status == 403)
        #expect(reply.code == "SignatureDoesNotMatch")
        #expect(reply.xml.text("OSSAccessKeyId") == "testid")
        #expect(reply.xml.text("SignatureProvided")?.count == 28)
        let toSign = "PUT\n\n\n\(text(OSSTime.httpDate(emulator.clock.now)))\n/bucket/key"
        #expect(reply.xml.text("StringToSign") == toSign)
        #expect(reply.xml.text("StringToSignBytes")?.hasPrefix("50 55 54 0A 0A") == true)
        let wrong = v1(emulator, "GET", "/bucket/key", secret: "other")
        #expect(emulator.send("GET", "/bucket/key", wrong).code == "SignatureDoesNotMatch")
        #expect(emulator.store(has: "/bucket/key") == false)
    }

    @Test func identityAndTime() throws {
        let emulator = try guarded()
        let unknown = emulator.send("GET", "/bucket", v1(emulator, "GET", "/bucket/", id: "nobody"))
        #expect(unknown.status == 403)
        #expect(unknown.code == "InvalidAccessKeyId")
        #expect(unknown.xml.text("OSSAccessKeyId") == "nobody")
        for skew in [901, -901] as [Int64] {
            let reply = emulator.send("GET", "/bucket", v1(emulator, "GET", "/bucket/", skew: skew))
            #expect(reply.status == 403)
            #expect(reply.code == "RequestTimeTooSkewed")
            #expect(reply.xml.text("MaxAllowedSkewMilliseconds") == "900000")
            #expect(reply.xml.text("ServerTime") == "2023-11-14T22:13:20.000Z")
        }
        for skew in [900, -900] as [Int64] {
            #expect(
                emulator.send("GET", "/bucket", v1(emulator, "GET", "/bucket/", skew: skew)).status == 200)
        }
        let fields = v1(emulator, "GET", "/bucket/")
        #expect(emulator.send("GET", "/bucket", [fields[1]]).code == "InvalidArgument")
        for form in ["OSS", "OSS testid", "AWS4-HMAC-SHA256 Credential=a", "OSS4-HMAC-SHA256 x"] {
            let reply = emulator.send("GET", "/bucket", [fields[0], ("Authorization", form)])
            #expect(reply.status == 400, "\(form)")
            #expect(reply.code == "InvalidArgument")
        }
    }

    @Test func signedURLs() throws {
        let emulator = try guarded()
        emulator.send("PUT", "/bucket/key", v1(emulator, "PUT", "/bucket/key"), body: Array("text".utf8))
        let expires = emulator.clock.now + 60
        let toSign = Array("GET\n\n\n\(expires)\n/bucket/key".utf8)
        let signature = Base64.encode(HMAC.sha1(key: secret.span, message: toSign.span))
        let target =
            "/bucket/key?OSSAccessKeyId=testid&Expires=\(expires)&Signature="
            + text(PercentEncoding.encode(signature, keepingSlash: false))
        #expect(emulator.send("GET", target).text == "text")
        #expect(emulator.send("PUT", target, body: []).code == "SignatureDoesNotMatch")
        emulator.clock.advance(61)
        let late = emulator.send("GET", target)
        #expect(late.status == 403)
        #expect(late.code == "AccessDenied")
        #expect(late.xml.text("Message") == "Request has expired.")
        let partial = emulator.send("GET", "/bucket/key?OSSAccessKeyId=testid")
        #expect(partial.status == 403)
        #expect(partial.code == "AccessDenied")
    }

    @Test func signaturesOfTheFourthKind() throws {
        let emulator = try guarded()
        let now = emulator.clock.now
        let day = text(OSSTime.basicDay(now))
        let scope = "\(day)/cn-hangzhou/oss/aliyun_v4_request"
        let date = text(OSSTime.basic(now))
        let canonical = """
            PUT
            /bucket/a%20b/c

            x-oss-content-sha256:UNSIGNED-PAYLOAD
            x-oss-date:\(date)


            UNSIGNED-PAYLOAD
            """
        let digest = text(Hex.encode(SHA256.hash(Array(canonical.utf8).span)))
        let toSign = "OSS4-HMAC-SHA256\n\(date)\n\(scope)\n\(digest)"
        var key = Array("aliyun_v4testsecret".utf8)
        for step in [day, "cn-hangzhou", "oss", "aliyun_v4_request"] {
            key = HMAC.sha256(key: key.span, message: Array(step.utf8).span)
        }
        let signature = text(Hex.encode(HMAC.sha256(key: key.span, message: Array(toSign.utf8).span)))
        let fields = [
            ("x-oss-date", date), ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
            ("Authorization", "OSS4-HMAC-SHA256 Credential=testid/\(scope),Signature=\(signature)"),
        ]
        let reply = emulator.send("PUT", "/bucket/a%20b/c", fields, body: Array("text".utf8))
        #expect(reply.status == 200, "\(reply.text)")
        let other = emulator.send("PUT", "/bucket/other", fields, body: [])
        #expect(other.code == "SignatureDoesNotMatch")
        #expect(other.xml.text("CanonicalRequest")?.hasPrefix("PUT\n/bucket/other\n") == true)
    }

    /// The token of temporary credentials is signed like every field of the service, in a URL like a sub-resource.
    @Test func tokensAreSigned() throws {
        let emulator = try guarded()
        var fields = v1(emulator, "PUT", "/bucket/key", "x-oss-security-token:token\n")
        fields.append(("x-oss-security-token", "token"))
        #expect(emulator.send("PUT", "/bucket/key", fields, body: Array("text".utf8)).status == 200)
        fields[2].1 = "another"
        let other = emulator.send("PUT", "/bucket/key", fields, body: [])
        #expect(other.code == "SignatureDoesNotMatch")
        #expect(other.xml.text("StringToSign")?.contains("x-oss-security-token:another\n") == true)
        let expires = emulator.clock.now + 60
        let toSign = Array("GET\n\n\n\(expires)\n/bucket/key?security-token=token".utf8)
        let signature = Base64.encode(HMAC.sha1(key: secret.span, message: toSign.span))
        func target(_ token: String) -> String {
            "/bucket/key?OSSAccessKeyId=testid&Expires=\(expires)&security-token=\(token)&Signature="
                + text(PercentEncoding.encode(signature, keepingSlash: false))
        }
        #expect(emulator.send("GET", target("token")).text == "text")
        #expect(emulator.send("GET", target("another")).code == "SignatureDoesNotMatch")
    }

    /// Each key with its own token alone; whoever has none is as unknown as a stranger.
    @Test func temporaryKeysComeWithTheirTokens() throws {
        let ring = KeyRing([
            EmulatorKey(id: "testid", secret: "testsecret", token: "right"),
            EmulatorKey(id: "otherid", secret: "x", token: "other"),
        ])
        let emulator = try Harness { $0.keys = ring }
        func put(_ token: String?, field: String = "x-oss-security-token") -> Reply {
            let signed = token.map { field.hasPrefix("x-oss-") ? "\(field):\($0)\n" : "" } ?? ""
            var fields = v1(emulator, "PUT", "/bucket/key", signed)
            if let token { fields.append((field, token)) }
            return emulator.send("PUT", "/bucket/key", fields, body: [])
        }
        #expect(put("right").status == 200)
        #expect(put("right", field: "security-token").status == 200)
        for (token, code) in [
            (nil, "InvalidAccessKeyId"), ("", "InvalidAccessKeyId"), ("wrong", "InvalidSecurityToken"),
            ("other", "AccessKeyIdAndSecurityTokenNotMatch"),
        ] as [(String?, String)] {
            let refused = put(token)
            #expect((refused.status, refused.code) == (403, code), "\(refused.text)")
        }
        // Other keys hold from the next request on, and none at all opens everything.
        ring.replace([EmulatorKey(id: "testid", secret: "testsecret")])
        #expect(put(nil).status == 200)
        ring.replace([EmulatorKey(id: "newid", secret: "testsecret")])
        #expect(put(nil).code == "InvalidAccessKeyId")
        ring.replace([])
        #expect(emulator.send("GET", "/bucket/key").status == 200)
    }

    @Test func signedURLsOfTheFourthKind() throws {
        let emulator = try guarded()
        let put = v1(emulator, "PUT", "/bucket/key")
        #expect(emulator.send("PUT", "/bucket/key", put, body: Array("text".utf8)).status == 200)
        let day = text(OSSTime.basicDay(emulator.clock.now))
        let date = text(OSSTime.basic(emulator.clock.now))
        let scope = "\(day)/cn-hangzhou/oss/aliyun_v4_request"
        let query =
            "x-oss-credential=testid%2F\(scope.replacing("/", with: "%2F"))&x-oss-date=\(date)&x-oss-expires=60"
            + "&x-oss-signature-version=OSS4-HMAC-SHA256"
        let canonical = Array("GET\n/bucket/key\n\(query)\n\n\nUNSIGNED-PAYLOAD".utf8)
        let digest = text(Hex.encode(SHA256.hash(canonical.span)))
        let toSign = "OSS4-HMAC-SHA256\n\(date)\n\(scope)\n\(digest)"
        var key = Array("aliyun_v4testsecret".utf8)
        for step in [day, "cn-hangzhou", "oss", "aliyun_v4_request"] {
            key = HMAC.sha256(key: key.span, message: Array(step.utf8).span)
        }
        let signature = text(Hex.encode(HMAC.sha256(key: key.span, message: Array(toSign.utf8).span)))
        let good = emulator.send("GET", "/bucket/key?\(query)&x-oss-signature=\(signature)")
        #expect(good.text == "text")
        let bad = emulator.send("GET", "/bucket/other?\(query)&x-oss-signature=\(signature)")
        #expect(bad.code == "SignatureDoesNotMatch")
        #expect(bad.xml.text("SignatureProvided") == signature)
        #expect(bad.xml.text("StringToSign")?.hasPrefix("OSS4-HMAC-SHA256\n\(date)\n\(scope)\n") == true)
        #expect(bad.xml.text("CanonicalRequest")?.hasPrefix("GET\n/bucket/other\n") == true)
        emulator.clock.advance(61)
        let late = emulator.send("GET", "/bucket/key?\(query)&x-oss-signature=\(signature)")
        #expect(late.status == 403)
        #expect(late.message == "Request has expired.")
    }

    @Test func nobodyMayDoWhatIsNotOpen() throws {
        let emulator = try guarded()
        emulator.send("PUT", "/bucket/key", v1(emulator, "PUT", "/bucket/key"), body: Array("text".utf8))
        for (method, target) in [
            ("GET", "/"), ("GET", "/bucket"), ("GET", "/bucket/key"), ("HEAD", "/bucket/key"),
            ("PUT", "/bucket/key"), ("DELETE", "/bucket/key"), ("PUT", "/other"), ("DELETE", "/bucket"),
            ("POST", "/bucket/?delete"), ("GET", "/bucket?acl"), ("POST", "/bucket/key?uploads"),
        ] {
            let reply = emulator.send(method, target, body: method == "GET" || method == "HEAD" ? nil : [])
            #expect(reply.status == 403, "\(method) \(target)")
            #expect(reply.code == "AccessDenied")
        }
        #expect(emulator.send("GET", "/none").code == "NoSuchBucket")
    }

    @Test func accessControlOpensForEverybody() throws {
        let emulator = try guarded()
        emulator.send("PUT", "/bucket/key", v1(emulator, "PUT", "/bucket/key"), body: Array("text".utf8))
        let acl = "x-oss-acl:public-read\n"
        emulator.send(
            "PUT", "/bucket?acl", v1(emulator, "PUT", "/bucket/?acl", acl) + [("x-oss-acl", "public-read")])
        #expect(emulator.send("GET", "/bucket/key").text == "text")
        #expect(emulator.send("GET", "/bucket").status == 200)
        #expect(emulator.send("GET", "/bucket/key?response-expires=1").code == "InvalidRequest")
        #expect(emulator.send("PUT", "/bucket/key", body: []).status == 403)
        #expect(emulator.send("GET", "/bucket?acl").status == 403)
        let own = "x-oss-object-acl:private\n"
        emulator.send(
            "PUT", "/bucket/key?acl",
            v1(emulator, "PUT", "/bucket/key?acl", own) + [("x-oss-object-acl", "private")])
        #expect(emulator.send("GET", "/bucket/key").status == 403)
        let open = "x-oss-acl:public-read-write\n"
        emulator.send(
            "PUT", "/bucket?acl",
            v1(emulator, "PUT", "/bucket/?acl", open) + [("x-oss-acl", "public-read-write")])
        #expect(emulator.send("PUT", "/bucket/new", body: [1]).status == 200)
        #expect(emulator.send("DELETE", "/bucket/new").status == 204)
        #expect(emulator.send("DELETE", "/bucket").status == 403)
    }
}

extension Harness {
    /// Asked without credentials, by an emulator on the same store.
    fileprivate func store(has target: String) -> Bool {
        let application = EmulatorApplication(store: store, settings: EmulatorSettings())
        let responder = RecordingResponder()
        application.begin(head("HEAD", target), responder).receiveEnd(trailers: Fields())
        return responder.head?.status == 200
    }
}
