package import OSSModel

/// What admission needs of the configuration; an immutable snapshot, held by reference because every request does.
package final class AdmissionSettings: Sendable {
    package let addressing: Addressing
    package let modes: RuleModes
    package let limits: AdmissionLimits
    /// The operator's own rules; nil when there are none.
    package let policy: CompiledPolicy?

    package init(
        addressing: Addressing = Addressing(), modes: RuleModes = RuleModes(),
        limits: AdmissionLimits = AdmissionLimits(), policy: CompiledPolicy? = nil
    ) {
        self.addressing = addressing
        self.modes = modes
        self.limits = limits
        self.policy = policy
    }
}

/// The limits that an operator may set lower (or higher, for an origin that is not the service); the defaults are
/// the service's own.
package struct AdmissionLimits: Sendable {
    /// The body of PutObject, AppendObject, UploadPart and PostObject; InlineDataTooLarge or, for a form,
    /// InvalidArgument above it.
    package var uploadBytesMax: UInt64 = OSSLimits.uploadBytesMax
    /// How far the time of a header-signed request may be off; RequestTimeTooSkewed above it.
    package var clockSkewSecondsMax: Int64 = OSSLimits.clockSkewSecondsMax

    package init() {}
}
