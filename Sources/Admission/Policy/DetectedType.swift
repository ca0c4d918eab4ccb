package import Bytes

/// The media type that content shows by its first bytes, whatever its sender calls it. The answer depends on the
/// bytes alone; nothing is parsed, so nothing in them can mislead a parser. Content that begins like two types is
/// taken for one of them: what a file goes on to be is not looked at.
package enum DetectedType {
    /// As much as the standard "MIME Sniffing" looks at.
    package static let bytesMax = 1_445

    /// `bytes` begin the content, and are all of it or at least `bytesMax` of it.
    package static func of(_ bytes: Span<UInt8>) -> Literal {
        let bytes = bytes.extracting(0..<min(bytes.count, bytesMax))
        guard !bytes.isEmpty else { return "application/x-empty" }
        let signatures = ContentSignature.all
        for index in signatures.indices where signatures[index].matches(bytes) {
            return signatures[index].type
        }
        if let type = ofBox(bytes) ?? ofMatroska(bytes) { return type }
        if let type = ofMarkup(bytes) { return type }
        if bytes.count >= 2, isTextMark(bytes) { return "text/plain" }
        return isBinary(bytes) ? "application/octet-stream" : "text/plain"
    }

    /// The files of ISO/IEC 14496-12, by their brand.
    private static func ofBox(_ bytes: Span<UInt8>) -> Literal? {
        guard bytes.count >= 12, ("ftyp" as Literal).matches(bytes.extracting(4..<8)) else { return nil }
        let brand = [UInt8](bytes.extracting(8..<12))[...]
        switch brand {
        case let brand where brand.hasPrefix("avif") || brand.hasPrefix("avis"): return "image/avif"
        case let brand where brand.hasPrefix("heic") || brand.hasPrefix("heix") || brand.hasPrefix("hevc"):
            return "image/heic"
        case let brand where brand.hasPrefix("mif1") || brand.hasPrefix("msf1"): return "image/heif"
        case let brand where brand.hasPrefix("M4A") || brand.hasPrefix("M4B"): return "audio/mp4"
        case let brand where brand.hasPrefix("qt"): return "video/quicktime"
        case let brand where brand.hasPrefix("3gp") || brand.hasPrefix("3g2"): return "video/3gpp"
        default: return "video/mp4"
        }
    }

    /// EBML, with the name of its document type near the beginning (section 6.2.2 of the standard).
    private static func ofMatroska(_ bytes: Span<UInt8>) -> Literal? {
        guard bytes.count >= 4, bytes[0] == 0x1A, bytes[1] == 0x45, bytes[2] == 0xDF, bytes[3] == 0xA3 else {
            return nil
        }
        return finds("webm", in: bytes.extracting(0..<min(bytes.count, 64)))
            ? "video/webm" : "video/x-matroska"
    }

    /// HTML, SVG and XML, after blanks, a byte order mark and comments.
    private static func ofMarkup(_ bytes: Span<UInt8>) -> Literal? {
        var start = bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF ? 3 : 0
        while start < bytes.count, isSpace(bytes[start]) { start += 1 }
        let rest = bytes.extracting(start..<bytes.count)
        if begins(rest, "<?php") { return "text/x-php" }
        for tag in ContentSignature.htmlTags where begins(rest, tag) {
            guard rest.count > tag.count else { return "text/html" }
            let next = rest[tag.count]
            if isSpace(next) || next == 0x3E || next == ASCII.slash { return "text/html" }
        }
        let isSVG = begins(rest, "<svg") || begins(rest, "<!doctype svg")
        if isSVG { return "image/svg+xml" }
        guard begins(rest, "<?xml") || begins(rest, "<!--") || begins(rest, "<!doctype") else { return nil }
        if finds("<svg", in: rest) || finds("<!doctype svg", in: rest) { return "image/svg+xml" }
        if finds("<html", in: rest) || finds("<!doctype html", in: rest) || finds("<script", in: rest) {
            return "text/html"
        }
        // What only begins with a comment is HTML to a browser.
        return begins(rest, "<!--") ? "text/html" : "text/xml"
    }

    private static func begins(_ bytes: Span<UInt8>, _ text: Literal) -> Bool {
        bytes.count >= text.count && text.matchesIgnoringCase(bytes.extracting(0..<text.count))
    }

    private static func finds(_ text: Literal, in bytes: Span<UInt8>) -> Bool {
        guard bytes.count >= text.count else { return false }
        for start in 0...(bytes.count - text.count) {
            if text.matchesIgnoringCase(bytes.extracting(start..<(start + text.count))) { return true }
        }
        return false
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        ASCII.isBlank(byte) || (0x0A...0x0D).contains(byte) && byte != 0x0B
    }

    /// The byte order marks of UTF-16, and of UTF-8.
    private static func isTextMark(_ bytes: Span<UInt8>) -> Bool {
        bytes[0] == 0xFE && bytes[1] == 0xFF || bytes[0] == 0xFF && bytes[1] == 0xFE
            || bytes.count >= 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
    }

    /// A binary data byte of the standard (section 3) is among them.
    private static func isBinary(_ bytes: Span<UInt8>) -> Bool {
        for index in 0..<bytes.count {
            switch bytes[index] {
            case 0x00...0x08, 0x0B, 0x0E...0x1A, 0x1C...0x1F: return true
            default: break
            }
        }
        return false
    }
}
