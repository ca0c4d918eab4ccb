import Bytes
import HTTPModel
import OSSModel
import XML

/// Where buckets lie. A bucket has the region of the endpoint that it was made at, or of the signature that made
/// it; one that was made without either answers for any.
extension Operations {
    static let regionKind = "region"

    func region(ofBucket bucket: String) throws(OSSError) -> String {
        guard let region = try store.settings(of: bucket)[Self.regionKind] else {
            return EmulatorRegion.fallback
        }
        return String(decoding: region, as: UTF8.self)
    }

    func describeRegions(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let named = request.text("regions") ?? ""
        let chosen = EmulatorRegion.all.filter { named.isEmpty || "oss-" + $0 == named }
        guard !chosen.isEmpty else { throw CatalogueRow.noSuchRegion.error }
        let infos = chosen.map { region in
            XMLElement(
                "RegionInfo",
                [
                    XMLElement("Region", "oss-\(region)"),
                    XMLElement("InternetEndpoint", "oss-\(region).aliyuncs.com"),
                    XMLElement("InternalEndpoint", "oss-\(region)-internal.aliyuncs.com"),
                    XMLElement("AccelerateEndpoint", "oss-accelerate.aliyuncs.com"),
                ])
        }
        return Answer(xml: XMLElement("RegionInfoList", infos).document)
    }
}

/// Names of regions.
enum EmulatorRegion {
    static let fallback = "cn-hangzhou"

    static let all = [
        "cn-hangzhou", "cn-shanghai", "cn-nanjing", "cn-fuzhou", "cn-wuhan-lr", "cn-qingdao", "cn-beijing",
        "cn-zhangjiakou", "cn-huhehaote", "cn-wulanchabu", "cn-shenzhen", "cn-heyuan", "cn-guangzhou",
        "cn-chengdu", "cn-hongkong", "us-west-1", "us-east-1", "na-south-1", "ap-northeast-1",
        "ap-northeast-2", "ap-southeast-1", "ap-southeast-3", "ap-southeast-5", "ap-southeast-6",
        "ap-southeast-7", "eu-central-1", "eu-west-1", "me-east-1", "me-central-1",
    ]

    /// The region of the vendor's endpoint at the end of a host; nil for other hosts, and for the endpoints that
    /// stand for all regions.
    static func named(byHost authority: ByteSlice) -> String? {
        let host = authority.prefix { $0 != ASCII.colon }.map(ASCII.lowercased)
        let labels = host.split(separator: ASCII.dot, omittingEmptySubsequences: false)
        guard labels.count >= 3, labels[labels.count - 1].matches("com"),
            labels[labels.count - 2].matches("aliyuncs")
        else { return nil }
        var label = labels[labels.count - 3].text
        if label == "oss" { return fallback }
        guard label.hasPrefix("oss-"), !label.hasPrefix("oss-accelerate") else { return nil }
        if label.hasSuffix("-internal") { label.removeLast(9) }
        return String(label.dropFirst(4))
    }

    /// The region that a request is for: that of its endpoint, else that of its V4 signature.
    static func asked(_ request: EmulatorRequest) -> String? {
        if let region = named(byHost: request.head.authority ?? []) { return region }
        switch Credentials(request.head) {
        case .v4Header(let credential), .v4URL(let credential, _, _, _): return credential.region[...].text
        default: return nil
        }
    }
}
