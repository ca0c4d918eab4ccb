import Bytes

/// What the first bytes of an image tell: its format and how large it is. PNG, GIF, BMP, WebP and JPEG.
struct ImageHeader: Equatable {
    let format: String
    let width: Int
    let height: Int

    /// nil when the bytes are no image, or one that breaks off before its size.
    init?(_ bytes: [UInt8]) {
        let reader = Reader(bytes: bytes)
        let found: (String, Int?, Int?)
        if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            found = ("png", reader.big(16, 4), reader.big(20, 4))
        } else if bytes.starts(with: Array("GIF8".utf8)) {
            found = ("gif", reader.little(6, 2), reader.little(8, 2))
        } else if bytes.starts(with: Array("BM".utf8)) {
            found = ("bmp", reader.little(18, 4), reader.little(22, 4))
        } else if bytes.starts(with: Array("RIFF".utf8)), bytes.dropFirst(8).starts(with: Array("WEBP".utf8))
        {
            found = ("webp", reader.webP(isWidth: true), reader.webP(isWidth: false))
        } else if bytes.starts(with: [0xFF, 0xD8]) {
            let size = reader.jpeg()
            found = ("jpg", size?.width, size?.height)
        } else {
            return nil
        }
        guard let width = found.1, let height = found.2, width > 0, height > 0 else { return nil }
        (format, self.width, self.height) = (found.0, width, height)
    }

    private struct Reader {
        let bytes: [UInt8]

        func big(_ offset: Int, _ count: Int) -> Int? {
            guard offset + count <= bytes.count else { return nil }
            return bytes[offset..<offset + count].reduce(0) { $0 << 8 | Int($1) }
        }

        func little(_ offset: Int, _ count: Int) -> Int? {
            guard offset + count <= bytes.count else { return nil }
            return bytes[offset..<offset + count].reversed().reduce(0) { $0 << 8 | Int($1) }
        }

        /// The three kinds of chunk that may come first.
        func webP(isWidth: Bool) -> Int? {
            guard bytes.count >= 30 else { return nil }
            switch String(decoding: bytes[12..<16], as: UTF8.self) {
            case "VP8X": return little(isWidth ? 24 : 27, 3).map { $0 + 1 }
            case "VP8 ": return little(isWidth ? 26 : 28, 2).map { $0 & 0x3FFF }
            case "VP8L": return little(21, 4).map { ($0 >> (isWidth ? 0 : 14) & 0x3FFF) + 1 }
            default: return nil
            }
        }

        /// The first frame header among the segments.
        func jpeg() -> (width: Int, height: Int)? {
            var place = 2
            while let marker = big(place, 2), let length = big(place + 2, 2) {
                guard marker >> 8 == 0xFF, length >= 2 else { return nil }
                let kind = marker & 0xFF
                let isFrame = (0xC0...0xCF).contains(kind) && ![0xC4, 0xC8, 0xCC].contains(kind)
                if isFrame {
                    guard let height = big(place + 5, 2), let width = big(place + 7, 2) else { return nil }
                    return (width, height)
                }
                place += 2 + length
            }
            return nil
        }
    }
}
