/// How much of a message the decoders take before they refuse it. All sizes are in bytes as received.
package struct HTTP1Limits: Sendable, Equatable {
    /// A request-target longer than this is answered with 414.
    package var targetBytesMax: Int
    /// A head, with its start line and the empty line that ends it; a longer one is answered with 431, or with
    /// 414 when even its first line does not end within the limit.
    package var headBytesMax: Int
    /// Fields in a head, and fields in trailers: 431.
    package var fieldsMax: Int
    /// A method longer than this is none that could be implemented (RFC 9112, section 3): 501.
    package var methodBytesMax: Int
    /// Empty lines that are passed over before a request line (RFC 9112, section 2.2): 400.
    package var emptyLinesMax: Int
    /// One chunk line: size, extensions and CRLF: 400.
    package var chunkLineBytesMax: Int
    /// What the chunk lines of one body may cost beyond 16 bytes a chunk and twice its data: a flood of tiny
    /// chunks with long extensions runs into this, however long it is stretched; useful chunks never do: 400.
    package var chunkOverheadBytesMax: Int
    /// Trailers with the empty line that ends them: 431.
    package var trailerBytesMax: Int
    /// Interim responses (1xx) before a final one.
    package var interimResponsesMax: Int

    package init(
        targetBytesMax: Int = 8192, headBytesMax: Int = 32768, fieldsMax: Int = 128, methodBytesMax: Int = 64,
        emptyLinesMax: Int = 4, chunkLineBytesMax: Int = 256, chunkOverheadBytesMax: Int = 16384,
        trailerBytesMax: Int = 8192, interimResponsesMax: Int = 16
    ) {
        self.targetBytesMax = targetBytesMax
        self.headBytesMax = headBytesMax
        self.fieldsMax = fieldsMax
        self.methodBytesMax = methodBytesMax
        self.emptyLinesMax = emptyLinesMax
        self.chunkLineBytesMax = chunkLineBytesMax
        self.chunkOverheadBytesMax = chunkOverheadBytesMax
        self.trailerBytesMax = trailerBytesMax
        self.interimResponsesMax = interimResponsesMax
    }
}
