import Bytes
import OSSModel
import XML

extension DocumentRule {
    /// Each part number is a number from 1 to 10000 ("CompleteMultipartUpload" page). Goes before the order.
    static let partNumber = DocumentRule("xml-part-number", on: [.completeMultipartUpload]) {
        view throws(Refusal) in
        for part in view.root.children where part.isNamed("Part") {
            guard let text = part.child("PartNumber")?.trimmedText else { continue }
            guard let number = text.decimal, OSSLimits.partNumbers.contains(number) else {
                throw Refusal(.partNumberRange, expected: "1 to 10000", actual: text.prefix(64).text)
            }
        }
    }

    /// Part numbers rise strictly; gaps are allowed.
    static let partOrder = DocumentRule("xml-part-order", on: [.completeMultipartUpload]) {
        view throws(Refusal) in
        var last: UInt64 = 0
        for part in view.root.children where part.isNamed("Part") {
            guard let number = part.child("PartNumber")?.trimmedText.decimal else { continue }
            guard number > last else {
                throw Refusal(.partOrder, expected: "a part above \(last)", actual: "\(number)")
            }
            last = number
        }
    }

    /// Each object to be deleted has a key ("DeleteMultipleObjects" page).
    static let deleteKey = DocumentRule("xml-delete-key", on: [.deleteMultipleObjects]) {
        view throws(Refusal) in
        for object in view.root.children where object.isNamed("Object") {
            guard object.child("Key")?.text.isEmpty ?? true else { continue }
            throw Refusal(.userKeyMustBeSpecified, expected: "a key", actual: "none")
        }
    }

    /// Both numbers of fragments or none ("PutLiveChannel" page).
    static let liveFragments = DocumentRule("xml-live-fragments", on: [.putLiveChannel]) {
        view throws(Refusal) in
        guard let target = view.root.child("Target") else { return }
        let hasDuration = target.value("FragDuration") != nil
        let hasCount = target.value("FragCount") != nil
        guard hasDuration != hasCount else { return }
        throw .malformed(
            expected: "FragDuration and FragCount, or neither",
            actual: hasDuration ? "FragDuration alone" : "FragCount alone")
    }

    /// A playlist ends with `.m3u8`, has no slash, and 6 to 128 bytes ("PutLiveChannel" page).
    static let livePlaylist = DocumentRule("xml-live-playlist", on: [.putLiveChannel]) {
        view throws(Refusal) in
        guard let name = view.root.child("Target")?.value("PlaylistName") else { return }
        guard name.suffix(5).matches(".m3u8") else {
            throw Refusal(
                .playlistNameSuffix, expected: "a name that ends with .m3u8", actual: name.prefix(64).text)
        }
        guard OSSLimits.playlistNameBytes.contains(name.count), !name.contains(ASCII.slash) else {
            throw Refusal(
                .invalidArgumentGeneric, argument: "PlaylistName", value: name.prefix(256),
                expected: "6 to 128 bytes without a slash")
        }
    }
}

extension XMLElement {
    /// The text of the first child of this name, without white space at its ends; nil when there is none or it is
    /// empty.
    func value(_ name: Literal) -> ByteSlice? {
        guard let text = child(name)?.trimmedText, !text.isEmpty else { return nil }
        return text
    }

    /// Neither text nor an element inside.
    var isEmpty: Bool { children.isEmpty && trimmedText.isEmpty }
}
