import CNghttp2

/// A field list in nghttp2's form, valid while `withPointers` runs; nghttp2 copies it.
struct NameValues {
    private var bytes: [UInt8] = []
    private var lengths: [(name: Int, value: Int)] = []

    init(_ fields: [(name: [UInt8], value: [UInt8])]) {
        for field in fields {
            bytes += field.name
            bytes += field.value
            lengths.append((field.name.count, field.value.count))
        }
    }

    func withPointers(_ body: (UnsafeBufferPointer<nghttp2_nv>) -> Void) {
        var storage = bytes + [0]
        unsafe storage.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            var place = unsafe start
            var pairs: [nghttp2_nv] = unsafe []
            unsafe pairs.reserveCapacity(lengths.count)
            for length in lengths {
                let value = unsafe place + length.name
                unsafe pairs.append(
                    nghttp2_nv(
                        name: place, value: value, namelen: length.name, valuelen: length.value,
                        flags: UInt8(NGHTTP2_NV_FLAG_NONE.rawValue)))
                unsafe place = value + length.value
            }
            unsafe pairs.withUnsafeBufferPointer { unsafe body($0) }
        }
    }
}
