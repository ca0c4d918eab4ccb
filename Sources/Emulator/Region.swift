import Bytes
import HTTPModel
import OSSModel

extension EmulatorApplication {
    /// What a request says of its region and of its signature's form. A bucket that has a region is at no other
    /// region's endpoint, and signatures for it name no other.
    func checkRegion(_ request: EmulatorRequest, _ settings: BucketSettings?) throws(OSSError) {
        if let version = request.text("x-oss-signature-version"),
            version != "OSS2", version != "OSS4-HMAC-SHA256"
        {
            throw CatalogueRow.signatureVersion.argument("x-oss-signature-version", version)
        }
        guard let bucket = request.bucket, let region = settings?[Operations.regionKind]?[...].text else {
            return
        }
        let isCreation = request.head.method == .put && request.key.isEmpty && request.parameters.isEmpty
        guard !isCreation else { return }
        if let named = EmulatorRegion.named(byHost: request.head.authority ?? []), named != region {
            throw CatalogueRow.endpointAccessDenied.with("Bucket", bucket)
                .with("Endpoint", "oss-\(region).aliyuncs.com")
        }
        switch Credentials(request.head) {
        case .v4Header(let credential), .v4URL(let credential, _, _, _):
            guard credential.region.elementsEqual(region.utf8) else {
                throw CatalogueRow.signingRegion.argument("Region", credential.region[...].text)
            }
        default: break
        }
    }
}
