package import OSSModel

/// What one word of a policy stands for.
package enum OperationGroups {
    /// Everything that stores content under a key.
    package static let upload: [OSSOperation] =
        [.putObject, .appendObject, .postObject, .copyObject] + inParts

    /// The content and the properties of objects, read.
    package static let read: [OSSOperation] = [
        .getObject, .headObject, .getObjectMeta, .selectObject, .getSymlink,
    ]

    /// An upload in parts is one upload, of many requests.
    private static let inParts: [OSSOperation] = [
        .initiateMultipartUpload, .uploadPart, .uploadPartCopy, .completeMultipartUpload,
    ]

    /// The operations that a rule about one is about: naming any of an upload's parts names the upload, a copy may be
    /// made in parts, and deletions may come together.
    package static func members(of operation: OSSOperation) -> [OSSOperation] {
        switch operation {
        case .uploadPart: inParts
        case .copyObject: [.copyObject, .uploadPartCopy]
        case .deleteObject: [.deleteObject, .deleteMultipleObjects]
        default: [operation]
        }
    }
}
