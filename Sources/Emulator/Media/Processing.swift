import Bytes
import Digest
import HTTPModel
import OSSModel
import XML

/// What `x-oss-process` asks for. The emulator tells what an image is and signs playlists; everything else that the
/// service can do with the bytes of an object is refused, after the checks that the service makes first.
extension Operations {
    func processPlan(_ request: EmulatorRequest) -> Plan? {
        guard request.has("x-oss-process"), !request.key.isEmpty else { return nil }
        guard request.head.method == .get else { return missingPlan("?x-oss-process of this method") }
        return plain(process)
    }

    private func process(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let object = try store.object(request.key, in: bucket)
        var instruction = request.text("x-oss-process") ?? ""
        if instruction.hasPrefix("style/") {
            let name = String(instruction.dropFirst(6))
            guard let style = try store.settings(of: bucket)[Self.styles, name] else {
                throw CatalogueRow.noSuchStyle.error
            }
            instruction = try Self.stored(style).string("Content") ?? ""
        }
        if instruction.hasPrefix("image/") {
            return try image(object, steps: instruction.dropFirst(6).split(separator: "/").map(String.init))
        }
        if instruction == "hls/sign" || instruction.hasPrefix("hls/sign,") {
            return try signedPlaylist(request, object)
        }
        throw Self.notImplemented("x-oss-process=\(instruction)")
    }

    private func image(_ object: ObjectRecord, steps: [String]) throws(OSSError) -> Answer {
        let limits = store.settings.limits
        guard steps.count <= limits.imagePipes else { throw CatalogueRow.tooManyPipes.error }
        guard object.size <= UInt64(limits.imageBytes) else { throw CatalogueRow.imageTooLarge.error }
        // Turning an image the way its camera was held changes nothing of what is told here when it is off.
        guard steps.last == "info", steps.dropLast().allSatisfy({ $0 == "auto-orient,0" }) else {
            throw Self.notImplemented("x-oss-process=image/\(steps.joined(separator: "/"))")
        }
        guard let image = ImageHeader(try bytes(of: object)) else { throw CatalogueRow.imageDamage.error }
        var answer = Answer()
        answer.set("Content-Type", "application/json")
        answer.body = .bytes(
            Array(
                """
                {"FileSize": {"value": "\(object.size)"}, "Format": {"value": "\(image.format)"}, \
                "ImageHeight": {"value": "\(image.height)"}, "ImageWidth": {"value": "\(image.width)"}}
                """.utf8))
        return answer
    }

    /// All bytes of an object that is known to be small.
    func bytes(of object: ObjectRecord) throws(OSSError) -> [UInt8] {
        let sender = ObjectSender(store.bodies, object, 0..<object.size)
        var bytes: [UInt8] = []
        do throws(StorageFailure) {
            while let more = try sender.next() { bytes += more }
        } catch {
            throw Fault.storage(error)
        }
        return bytes
    }

    // MARK: Playlists

    /// A playlist whose entries can be played by whoever has it: each is signed with the key of the request, and
    /// good as long as that is.
    private func signedPlaylist(
        _ request: EmulatorRequest, _ object: ObjectRecord
    ) throws(OSSError) -> Answer {
        guard object.size <= UInt64(store.settings.limits.playlistBytes) else {
            throw CatalogueRow.playlistTooBig.error
        }
        let lines = try bytes(of: object).split(
            separator: ASCII.lineFeed, omittingEmptySubsequences: false)
        let entries = lines.map { Self.entry($0) }
        let hasSegments = entries.contains { $0?.hasSuffix(".ts") == true }
        let hasPlaylists = entries.contains { $0?.hasSuffix(".m3u8") == true }
        guard hasSegments || hasPlaylists else { throw CatalogueRow.playlistNoTs.error }
        guard !hasSegments || !hasPlaylists else { throw CatalogueRow.playlistMasterHasTs.error }
        var text: [UInt8] = []
        for (index, line) in lines.enumerated() {
            if index > 0 { text.append(ASCII.lineFeed) }
            let isEnded = line.last == ASCII.carriageReturn
            text += isEnded ? line.dropLast() : line
            if let path = entries[index], !path.contains("://") {
                text += Array(signature(of: path, request).utf8)
            }
            if isEnded { text.append(ASCII.carriageReturn) }
        }
        var answer = Answer()
        answer.set("Content-Type", "application/x-mpegURL")
        answer.body = .bytes(text)
        return answer
    }

    /// The path of a line that is neither empty nor a comment.
    private static func entry(_ line: ByteSlice) -> String? {
        var line = line
        if line.last == ASCII.carriageReturn { line.removeLast() }
        guard !line.isEmpty, line.first != UInt8(ascii: "#") else { return nil }
        return line.prefix { $0 != ASCII.question }.text
    }

    /// What makes an entry a signed URL; empty when the emulator has no lasting key.
    private func signature(of path: String, _ request: EmulatorRequest) -> String {
        let asked = Credentials(request.head).accessKeyID
        // Temporary keys would need their tokens in the URL.
        let known = store.settings.keys.current.filter { $0.token == nil }
        guard let key = known.first(where: { $0.id.utf8.elementsEqual(asked ?? []) }) ?? known.first,
            let bucket = request.bucket
        else { return "" }
        let directory = request.key.lastIndex(of: ASCII.slash).map { request.key[...$0] } ?? []
        let object = path.hasPrefix("/") ? Array(path.utf8.dropFirst()) : directory + Array(path.utf8)
        let process = path.hasSuffix(".m3u8") ? "x-oss-process=hls/sign" : ""
        let expires = "\(now + 3600)"
        let resource = "/\(bucket)/" + String(decoding: object, as: UTF8.self)
        let text = "GET\n\n\n\(expires)\n" + resource + (process.isEmpty ? "" : "?" + process)
        let signature = SignatureV1.signature(of: Array(text.utf8), secret: Array(key.secret.utf8))
        let encoded = PercentEncoding.encode(signature, keepingSlash: false)
        return "?OSSAccessKeyId=\(key.id)&Expires=\(expires)"
            + "&Signature=\(String(decoding: encoded, as: UTF8.self))"
            + (process.isEmpty ? "" : "&x-oss-process=hls%2Fsign")
    }
}
