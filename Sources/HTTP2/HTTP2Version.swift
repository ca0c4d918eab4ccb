import CNghttp2

/// The nghttp2 that the process has loaded.
package enum HTTP2Version {
    /// Such as `nghttp2 1.52.0`.
    package static var text: String {
        guard let info = unsafe nghttp2_version(0), let version = unsafe info.pointee.version_str else {
            return "nghttp2"
        }
        return unsafe "nghttp2 \(String(cString: version))"
    }
}
