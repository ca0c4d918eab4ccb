import Bytes
import Testing

@testable import Admission

@Suite struct DetectedTypeTests {
    private func type(_ bytes: [UInt8]) -> String { DetectedType.of(bytes.span).description }
    private func type(_ text: String) -> String { type(Array(text.utf8)) }

    @Test(arguments: [
        ("", "application/x-empty"), ("GIF89a", "image/gif"),
        ("RIFF\u{1}\u{2}\u{3}\u{4}WEBPVP8 ", "image/webp"),
        ("RIFF\u{1}\u{2}\u{3}\u{4}WAVEfmt ", "audio/wav"), ("ID3\u{4}", "audio/mpeg"), ("fLaC", "audio/flac"),
        ("OggS\0\u{2}", "application/ogg"), ("\0\0\0\u{18}ftypisom", "video/mp4"),
        ("\0\0\0\u{18}ftypM4A ", "audio/mp4"),
        ("\0\0\0\u{18}ftypqt  ", "video/quicktime"), ("\0\0\0\u{18}ftypheic", "image/heic"),
        ("\0\0\0\u{18}ftypavif", "image/avif"),
        ("PK\u{3}\u{4}\u{14}", "application/zip"), ("7z", "text/plain"), ("%PDF-1.7", "application/pdf"),
        ("%PDF", "text/plain"),
        ("MZ\u{3}", "application/vnd.microsoft.portable-executable"),
        ("\u{7F}ELF\u{2}", "application/x-executable"),
        ("#!/bin/sh\n", "text/x-shellscript"), ("#!AMR\n", "audio/amr"), ("<?php echo 1;", "text/x-php"),
        ("  <!DOCTYPE html>", "text/html"), ("<HTML ", "text/html"), ("<htmlx", "text/plain"),
        ("\u{FEFF}<script>", "text/html"),
        ("<svg xmlns=\"x\">", "image/svg+xml"),
        ("<?xml version=\"1.0\"?>\n<!-- c -->\n<svg>", "image/svg+xml"),
        ("<?xml version=\"1.0\"?><a/>", "text/xml"), ("<!-- <b> -->", "text/html"),
        ("{\"a\": 1}", "text/plain"),
        ("plain\ttext\r\n", "text/plain"), ("a\0b", "application/octet-stream"),
        ("\u{FEFF}text", "text/plain"),
        ("SQLite format 3\0", "application/vnd.sqlite3"), ("wOF2", "font/woff2"),
        ("\0asm\u{1}", "application/wasm"),
    ])
    func texts(content: String, expected: String) {
        #expect(type(content) == expected)
    }

    @Test func binaries() {
        #expect(type([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0]) == "image/png")
        #expect(type([0xFF, 0xD8, 0xFF, 0xE0]) == "image/jpeg")
        #expect(type([0xFF, 0xFB, 0x90, 0x64]) == "audio/mpeg")
        #expect(type([0xFF, 0xF1, 0x50]) == "audio/aac")
        #expect(type([0x1F, 0x8B, 0x08, 0]) == "application/gzip")
        #expect(type([0x28, 0xB5, 0x2F, 0xFD]) == "application/zstd")
        #expect(type([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0]) == "application/x-xz")
        #expect(type([0x1A, 0x45, 0xDF, 0xA3, 0x01, 0x42, 0x82, 0x84] + Array("webm".utf8)) == "video/webm")
        #expect(type([0x1A, 0x45, 0xDF, 0xA3, 0x01]) == "video/x-matroska")
        #expect(type([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 2]) == "application/x-mach-binary")
        #expect(type([0xCA, 0xFE, 0xBA, 0xBE, 0, 0, 0, 0x34]) == "application/java-vm")
        #expect(type([0xFF, 0xFE, 0x41, 0x00]) == "text/plain")
        #expect(type([0x80, 0x81]) == "text/plain")
        var tar = [UInt8](repeating: 0x61, count: 512)
        tar.replaceSubrange(257..<262, with: Array("ustar".utf8))
        #expect(type(tar) == "application/x-tar")
    }

    /// Nothing after the first bytes counts.
    @Test func onlyTheBeginningCounts() {
        var text = [UInt8](repeating: 0x61, count: DetectedType.bytesMax)
        text.append(0)
        #expect(type(text) == "text/plain")
    }
}
