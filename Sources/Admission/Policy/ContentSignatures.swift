import Bytes

/// One way that content of a type begins.
struct ContentSignature: Sendable {
    let type: Literal
    let pattern: [UInt8]
    /// Which bits of `pattern` count; all when empty.
    let mask: [UInt8]
    /// Where the pattern stands.
    let offset: Int

    init(_ type: Literal, _ pattern: [UInt8], mask: [UInt8] = [], at offset: Int = 0) {
        self.type = type
        self.pattern = pattern
        self.mask = mask
        self.offset = offset
    }

    init(_ type: Literal, _ text: String, mask: [UInt8] = [], at offset: Int = 0) {
        self.init(type, [UInt8](text.utf8), mask: mask, at: offset)
    }

    func matches(_ bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= offset + pattern.count else { return false }
        for index in pattern.indices {
            let byte = mask.isEmpty ? bytes[offset + index] : bytes[offset + index] & mask[index]
            if byte != pattern[index] { return false }
        }
        return true
    }

    /// In order: the first that matches tells the type. From the tables of the WHATWG standard "MIME Sniffing"
    /// (sections 6 and 7), with the archives, programs and media that it leaves out added from the registrations of
    /// their types.
    static let all: [ContentSignature] = images + media + archives + documents + programs + fonts

    private static let images: [ContentSignature] = [
        ContentSignature("image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
        ContentSignature("image/jpeg", [0xFF, 0xD8, 0xFF]),
        ContentSignature("image/gif", "GIF87a"),
        ContentSignature("image/gif", "GIF89a"),
        ContentSignature(
            "image/webp", "RIFF\0\0\0\0WEBPVP",
            mask: [255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255]),
        ContentSignature(
            "image/bmp", "BM\0\0\0\0\0\0\0\0", mask: [255, 255, 0, 0, 0, 0, 255, 255, 255, 255]),
        ContentSignature("image/vnd.microsoft.icon", [0, 0, 1, 0]),
        ContentSignature("image/vnd.microsoft.icon", [0, 0, 2, 0]),
        ContentSignature("image/tiff", [0x49, 0x49, 0x2A, 0x00]),
        ContentSignature("image/tiff", [0x4D, 0x4D, 0x00, 0x2A]),
        ContentSignature("image/vnd.adobe.photoshop", "8BPS"),
        ContentSignature("image/jxl", [0xFF, 0x0A]),
        ContentSignature("image/jxl", [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
        ContentSignature("image/jp2", [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20, 0x0D, 0x0A, 0x87, 0x0A]),
    ]

    private static let media: [ContentSignature] = [
        ContentSignature(
            "audio/wav", "RIFF\0\0\0\0WAVE", mask: [255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255]),
        ContentSignature(
            "video/x-msvideo", "RIFF\0\0\0\0AVI ", mask: [255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255]),
        ContentSignature(
            "audio/aiff", "FORM\0\0\0\0AIFF", mask: [255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255]),
        ContentSignature(
            "audio/aiff", "FORM\0\0\0\0AIFC", mask: [255, 255, 255, 255, 0, 0, 0, 0, 255, 255, 255, 255]),
        ContentSignature("audio/midi", "MThd\0\0\0\u{6}"),
        ContentSignature("audio/mpeg", "ID3"),
        // The frame header of MPEG audio: 11 bits of one, a version and a layer that exist.
        ContentSignature("audio/mpeg", [0xFF, 0xFA], mask: [0xFF, 0xFE]),
        ContentSignature("audio/mpeg", [0xFF, 0xF2], mask: [0xFF, 0xFE]),
        ContentSignature("audio/mpeg", [0xFF, 0xE2], mask: [0xFF, 0xFE]),
        ContentSignature("audio/aac", [0xFF, 0xF0], mask: [0xFF, 0xF6]),
        ContentSignature("audio/flac", "fLaC"),
        ContentSignature("audio/amr", "#!AMR"),
        ContentSignature("audio/basic", ".snd"),
        ContentSignature("application/ogg", "OggS\0"),
        ContentSignature("video/x-flv", "FLV\u{1}"),
        ContentSignature("video/mpeg", [0x00, 0x00, 0x01, 0xBA]),
        ContentSignature("video/mpeg", [0x00, 0x00, 0x01, 0xB3]),
        ContentSignature("video/x-ms-asf", [0x30, 0x26, 0xB2, 0x75, 0x8E, 0x66, 0xCF, 0x11]),
    ]

    private static let archives: [ContentSignature] = [
        ContentSignature("application/gzip", [0x1F, 0x8B, 0x08]),
        ContentSignature("application/zip", "PK\u{3}\u{4}"),
        ContentSignature("application/zip", "PK\u{5}\u{6}"),
        ContentSignature("application/zip", "PK\u{7}\u{8}"),
        ContentSignature("application/vnd.rar", "Rar!\u{1A}\u{7}"),
        ContentSignature("application/x-7z-compressed", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]),
        ContentSignature("application/x-xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]),
        ContentSignature("application/x-bzip2", "BZh"),
        ContentSignature("application/zstd", [0x28, 0xB5, 0x2F, 0xFD]),
        ContentSignature("application/x-lz4", [0x04, 0x22, 0x4D, 0x18]),
        ContentSignature("application/x-tar", "ustar", at: 257),
        ContentSignature("application/vnd.ms-cab-compressed", "MSCF"),
        ContentSignature("application/x-rpm", [0xED, 0xAB, 0xEE, 0xDB]),
        ContentSignature("application/vnd.debian.binary-package", "!<arch>\ndebian"),
        ContentSignature("application/x-archive", "!<arch>\n"),
    ]

    private static let documents: [ContentSignature] = [
        ContentSignature("application/pdf", "%PDF-"),
        ContentSignature("application/postscript", "%!PS-Adobe-"),
        ContentSignature("application/rtf", "{\\rtf"),
        ContentSignature("application/x-ole-storage", [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]),
        ContentSignature("application/vnd.sqlite3", "SQLite format 3\0"),
        ContentSignature("application/vnd.apache.parquet", "PAR1"),
    ]

    private static let programs: [ContentSignature] = [
        ContentSignature("application/x-executable", [0x7F, 0x45, 0x4C, 0x46]),
        ContentSignature("application/vnd.microsoft.portable-executable", "MZ"),
        ContentSignature("application/x-mach-binary", [0xFE, 0xED, 0xFA, 0xCE]),
        ContentSignature("application/x-mach-binary", [0xFE, 0xED, 0xFA, 0xCF]),
        ContentSignature("application/x-mach-binary", [0xCE, 0xFA, 0xED, 0xFE]),
        ContentSignature("application/x-mach-binary", [0xCF, 0xFA, 0xED, 0xFE]),
        // Java classes begin as programs for several processors do; a version is larger than their number.
        ContentSignature(
            "application/x-mach-binary", [0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 0],
            mask: [255, 255, 255, 255, 255, 255, 255, 0xE0]),
        ContentSignature("application/java-vm", [0xCA, 0xFE, 0xBA, 0xBE]),
        ContentSignature("application/wasm", [0x00, 0x61, 0x73, 0x6D]),
        ContentSignature("application/vnd.android.dex", "dex\n"),
        ContentSignature("text/x-shellscript", "#!"),
        ContentSignature("text/x-shellscript", [0xEF, 0xBB, 0xBF, 0x23, 0x21]),
    ]

    private static let fonts: [ContentSignature] = [
        ContentSignature("font/ttf", [0x00, 0x01, 0x00, 0x00]),
        ContentSignature("font/otf", "OTTO"),
        ContentSignature("font/collection", "ttcf"),
        ContentSignature("font/woff", "wOFF"),
        ContentSignature("font/woff2", "wOF2"),
    ]

    /// Tags that HTML begins with (section 7.1 of the standard), in lower case; a blank or `>` follows each.
    static let htmlTags: [Literal] = [
        "<!doctype html", "<html", "<head", "<script", "<iframe", "<h1", "<div", "<font", "<table", "<a",
        "<style", "<title", "<body", "<br", "<p", "<img", "<form", "<meta", "<link", "<object", "<embed",
    ]
}
