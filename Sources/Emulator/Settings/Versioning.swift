import Bytes
import OSSModel
import XML

extension EmulatorStore.State {
    /// `Enabled`, `Suspended`, or empty where versioning has never been set.
    func versioningStatus(_ name: String) throws(OSSError) -> String {
        try bucket(name).record.versioning?.rawValue ?? ""
    }
}

/// Whether a bucket keeps the versions of its objects.
extension Operations {
    func putVersioning(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        _ = try store.bucket(bucket)
        let root = try Self.root(of: body, named: "VersioningConfiguration")
        guard let status = root.child("Status")?.trimmedText, !status.isEmpty else {
            throw CatalogueRow.versioningElementMissing.error
        }
        guard let versioning = Versioning(rawValue: status.text) else {
            throw Fault.argument("Status", Array(status))
        }
        try store.update(bucket: bucket) { $0.versioning = versioning }
        return Answer()
    }

    func getVersioning(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let versioning = try store.bucket(request.requiredBucket()).versioning
        var xml = XMLWriter()
        xml.element("VersioningConfiguration") { xml in
            if let versioning { xml.element("Status", versioning.rawValue) }
        }
        return Answer(xml: xml.bytes)
    }
}
