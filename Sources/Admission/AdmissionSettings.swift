package import OSSModel

/// What admission needs of the configuration; an immutable snapshot.
package struct AdmissionSettings: Sendable {
    package let addressing: Addressing
    package let modes: RuleModes
    package let limits: AdmissionLimits

    package init(
        addressing: Addressing = Addressing(), modes: RuleModes = RuleModes(),
        limits: AdmissionLimits = AdmissionLimits()
    ) {
        self.addressing = addressing
        self.modes = modes
        self.limits = limits
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
