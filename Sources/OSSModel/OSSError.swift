/// An error as OSS words it: a row of the catalogue with the values of one occurrence. It is a value, thrown by
/// pure stages and rendered by `ErrorDocument`; `oss/errors` pages of the vendor are its source.
package struct OSSError: Error, Sendable, Equatable {
    /// One further element of the document, such as `ArgumentName`.
    package struct Element: Sendable, Equatable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package var status: Int
    package var code: String
    package var message: String
    /// The vendor's error number `dddd-dddddddd`, only where a documented one fits the cause.
    package var ec: String?
    /// Further elements in order; values are escaped when rendered. Never a secret.
    package var elements: [Element]

    package init(
        status: Int, code: String, message: String, ec: String? = nil, elements: [Element] = []
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.ec = ec
        self.elements = elements
    }

    /// The same error with one more element.
    package func with(_ name: String, _ value: String) -> OSSError {
        var copy = self
        copy.elements.append(Element(name, value))
        return copy
    }
}
