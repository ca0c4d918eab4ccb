/// Text from the network on its way to a terminal: nothing in it can move the cursor, ring, or turn the direction of
/// the text around it.
package enum Printable {
    /// The text with such characters written as `\u{…}`.
    package static func text(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: isActive) else { return text }
        var shown = ""
        for scalar in text.unicodeScalars {
            if isActive(scalar) {
                shown += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }

    /// The text cut to so many characters; what was cut is marked by `…`.
    package static func text(_ text: String, charactersMax: Int) -> String {
        let shown = Self.text(text)
        guard shown.count > charactersMax else { return shown }
        return shown.prefix(max(0, charactersMax - 1)) + "…"
    }

    private static func isActive(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF: true
        default: false
        }
    }
}
