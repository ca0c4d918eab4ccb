import Bytes
package import OSSModel

/// One fault that the emulator is asked to show, and which requests it befalls: those that fit all that is given.
package struct FaultRule: Sendable, Equatable {
    package enum Effect: Sendable, Equatable {
        /// The answer is held back.
        case delay(nanoseconds: UInt64)
        /// Bodies come and go at so many bytes a second.
        case bandwidth(bytesPerSecond: UInt64)
        /// The body of the answer has at most so many bytes, and says so: what follows is missing, digests are those of
        /// the whole.
        case shortBody(bytes: UInt64)
        /// `x-oss-hash-crc64ecma` of the answer is that of other bytes.
        case wrongCRC
        /// The connection is reset when so many bytes of the request's body have come.
        case resetRequest(bytes: UInt64)
        /// The connection is reset when so many bytes of the answer's body have gone; with none before its head.
        case resetAnswer(bytes: UInt64)
        /// The request is read and refused with this status; nothing is stored.
        case status(Int)
        /// The request is read and refused with this row of the error catalogue; nothing is stored.
        case error(CatalogueRow)
        /// It is refused with this status before its body is read.
        case earlyAnswer(Int)
        /// The emulator's clock is off by so much, for the signature and in `Date`.
        case clock(seconds: Int64)
    }

    package var effect: Effect
    package var bucket: String?
    package var key: KeyPattern?
    /// Empty for all of them.
    package var operations: Set<OSSOperation> = []
    /// It befalls so many requests; nil for all of them.
    package var count: Int?

    package init(_ effect: Effect) { self.effect = effect }

    func fits(bucket: String?, key: [UInt8], operation: OSSOperation?) -> Bool {
        if let wanted = self.bucket, wanted != bucket { return false }
        if let pattern = self.key, key.isEmpty || !pattern.matches(key) { return false }
        guard !operations.isEmpty else { return true }
        return operation.map(operations.contains) ?? false
    }
}

/// A pattern of keys: `?` is one byte but a slash, `*` any number of those, `**` any bytes at all.
package struct KeyPattern: Sendable, Equatable {
    private enum Token: Sendable, Equatable {
        case byte(UInt8)
        case one
        case segment
        case anything
    }

    private let tokens: [Token]

    package init(_ text: String) {
        var tokens: [Token] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "?"): tokens.append(.one)
            case UInt8(ascii: "*") where tokens.last == .segment: tokens[tokens.count - 1] = .anything
            case UInt8(ascii: "*"): if tokens.last != .anything { tokens.append(.segment) }
            default: tokens.append(.byte(byte))
            }
        }
        self.tokens = tokens
    }

    /// In steps of the length of the pattern for each byte of the key, whatever both are.
    func matches(_ key: [UInt8]) -> Bool {
        // reached[n]: the first n tokens fit what has been read of the key.
        var reached = [Bool](repeating: false, count: tokens.count + 1)
        reached[0] = true
        spread(&reached)
        for byte in key {
            var next = [Bool](repeating: false, count: tokens.count + 1)
            for (index, token) in tokens.enumerated() where reached[index] {
                switch token {
                case .byte(let wanted): if byte == wanted { next[index + 1] = true }
                case .one: if byte != ASCII.slash { next[index + 1] = true }
                case .segment: if byte != ASCII.slash { next[index] = true }
                case .anything: next[index] = true
                }
            }
            spread(&next)
            reached = next
        }
        return reached[tokens.count]
    }

    /// Stars fit nothing, too.
    private func spread(_ reached: inout [Bool]) {
        for (index, token) in tokens.enumerated()
        where reached[index] && (token == .segment || token == .anything) {
            reached[index + 1] = true
        }
    }
}
