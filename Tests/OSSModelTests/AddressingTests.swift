import Bytes
import OSSModel
import Testing

@Suite struct AddressingTests {
    private let addressing = Addressing(
        domains: ["Store.example", "inner.store.example", "localhost"],
        cnames: ["IMG.example.com": "pictures"])

    private func resolve(_ host: String?, _ path: String) -> (
        kind: Addressing.HostKind, resource: ResourceName
    ) {
        addressing.resolve(authority: host.map { [UInt8]($0.utf8)[...] }, path: [UInt8](path.utf8)[...])
    }

    /// Host, path, then what is expected: kind, style, level, bucket, key.
    @Test(arguments: [
        ("oss-cn-hangzhou.aliyuncs.com", "/", "endpoint path Service - "),
        ("oss-cn-hangzhou.aliyuncs.com", "/b", "endpoint path Bucket b "),
        ("oss-cn-hangzhou.aliyuncs.com", "/b/", "endpoint path Bucket b "),
        ("oss-cn-hangzhou.aliyuncs.com", "/b/k/l", "endpoint path Object b k/l"),
        ("oss-cn-hangzhou.aliyuncs.com", "//k", "endpoint path Object  k"),
        ("oss-cn-hangzhou.aliyuncs.com", "*", "endpoint path Service - "),
        ("bkt.oss-cn-hangzhou.aliyuncs.com:443", "/", "bucketOfEndpoint virtualHosted Bucket bkt "),
        ("bkt.oss-cn-hangzhou.aliyuncs.com", "//k", "bucketOfEndpoint virtualHosted Object bkt /k"),
        ("bkt.OSS-cn-Hangzhou-internal.AliyunCS.com", "/k", "bucketOfEndpoint virtualHosted Object bkt k"),
        ("ABC.oss-accelerate-overseas.aliyuncs.com", "/", "bucketOfEndpoint virtualHosted Bucket ABC "),
        ("a.b.oss-cn-beijing.aliyuncs.com", "/", "bucketOfEndpoint virtualHosted Bucket a.b "),
        ("bkt.oss.aliyuncs.com", "/", "bucketOfEndpoint virtualHosted Bucket bkt "),
        ("oss.aliyuncs.com", "/b", "endpoint path Bucket b "),
        ("s3.oss-cn-beijing.aliyuncs.com", "/b", "endpoint path Bucket b "),
        ("bkt.s3.oss-cn-beijing.aliyuncs.com", "/", "bucketOfEndpoint virtualHosted Bucket bkt "),
        ("bkt.cn-beijing.oss.aliyuncs.com", "/", "bucketOfEndpoint virtualHosted Bucket bkt "),
        ("bkt.oss-cn-hangzhou.aliyuncs.com.", "/", "bucketOfEndpoint virtualHosted Bucket bkt "),
        ("store.EXAMPLE:80", "/b/k", "endpoint path Object b k"),
        ("bkt.store.example", "/k", "bucketOfEndpoint virtualHosted Object bkt k"),
        ("bkt.inner.store.example", "/k", "bucketOfEndpoint virtualHosted Object bkt k"),
        ("notstore.example", "/k", "unknown unknownHost Object - k"),
        ("bkt.localhost:8080", "/k", "bucketOfEndpoint virtualHosted Object bkt k"),
        ("localhost:8080", "/b/k", "endpoint path Object b k"),
        ("127.0.0.1:8080", "/b/k", "endpoint path Object b k"),
        ("[::1]:8080", "/b/k", "endpoint path Object b k"),
        ("[::1]", "/b", "endpoint path Bucket b "),
        ("300.1.2.3", "/b", "invalidAddress path Bucket b "),
        ("1.2.3.4.5", "/k", "unknown unknownHost Object - k"),
        ("99999999999999999999.1.1.1", "/", "invalidAddress path Service - "),
        ("img.example.com", "/a%20b", "cname cname Object pictures a b"),
        ("img.example.com:8080", "/", "cname cname Bucket pictures "),
        ("x.img.example.com", "/", "unknown unknownHost Bucket - "),
        ("aliyuncs.com", "/", "unknown unknownHost Bucket - "),
        ("oss-.aliyuncs.com", "/", "unknown unknownHost Bucket - "),
        ("fakeoss-cn-hangzhou.aliyuncs.com", "/", "unknown unknownHost Bucket - "),
        ("oss-cn-hangzhou.aliyuncs.com.evil.example", "/", "unknown unknownHost Bucket - "),
    ])
    func resolves(host: String, path: String, expected: String) {
        let (kind, resource) = resolve(host, path)
        let found =
            "\(kind) \(resource.style) \(resource.level.rawValue) \(resource.bucket?.text ?? "-") "
            + resource.key.text
        #expect(found == expected)
    }

    @Test func aRequestWithoutHostIsPathStyle() {
        let (kind, resource) = resolve(nil, "/b/k")
        #expect(kind == .endpoint)
        #expect(resource.bucket?.text == "b")
    }

    @Test func keysAreDecodedOnceAndKeptRaw() {
        let (_, resource) = resolve("127.0.0.1", "/b/a%2Fb%252F+%zz%")
        #expect(resource.key.text == "a/b%2F+%zz%")
        #expect(resource.rawKey.text == "a%2Fb%252F+%zz%")
    }

    @Test func aBucketOfThePathIsDecoded() {
        #expect(resolve("127.0.0.1", "/b%2Fk/x").resource.bucket?.text == "b/k")
    }
}
