import OSSModel

extension EmulatorStore.State {
    /// `Enabled`, `Suspended`, or empty where versioning has never been set.
    func versioningStatus(_ name: String) throws(OSSError) -> String {
        _ = try bucket(name)
        return ""
    }
}
