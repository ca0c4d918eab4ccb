/// A set of operations as bits: asking it costs a shift, which counts where every rule asks for every request.
package struct OperationSet: Sendable, ExpressibleByArrayLiteral {
    private var low: UInt128 = 0
    private var high: UInt128 = 0

    package init(_ operations: some Sequence<OSSOperation>) {
        for operation in operations {
            let bit = UInt128(1) &<< UInt128(operation.rawValue & 127)
            if operation.rawValue < 128 { low |= bit } else { high |= bit }
        }
    }

    package init(arrayLiteral elements: OSSOperation...) { self.init(elements) }

    package func contains(_ operation: OSSOperation) -> Bool {
        let half = operation.rawValue < 128 ? low : high
        return half &>> UInt128(operation.rawValue & 127) & 1 == 1
    }

    package func union(_ other: OperationSet) -> OperationSet {
        var both = self
        both.low |= other.low
        both.high |= other.high
        return both
    }
}
