/// Character data of XML 1.0.
package enum XMLText {
    /// Appends `value` with markup escaped; characters that XML 1.0 cannot carry become `?`.
    package static func appendEscaped(_ value: String, bytesMax: Int = .max, to xml: inout [UInt8]) {
        var left = bytesMax
        for scalar in value.unicodeScalars {
            left -= UTF8.width(scalar)
            guard left >= 0 else { return }
            switch scalar {
            case "<": xml.append("&lt;")
            case ">": xml.append("&gt;")
            case "&": xml.append("&amp;")
            case "\"": xml.append("&quot;")
            case "'": xml.append("&apos;")
            case "\t", "\n": xml.append(UInt8(scalar.value))
            case "\r": xml.append("&#13;")
            case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": xml.append(0x3F)
            default: xml.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
    }
}
