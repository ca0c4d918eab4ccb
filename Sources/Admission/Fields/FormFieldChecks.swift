import Bytes
package import HTTPModel

/// The checks of values that a form shares with heads.
package enum FormFieldChecks {
    /// In the order of the head rules. A form has no tags ("PostObject" page), and its key id means something with
    /// KMS only, as in a head.
    static let ordered: [FieldCheck] =
        [
            .trafficLimit, .encryptionAlgorithm, .dataEncryption, .kmsKeyID, .objectACL, .storageClass,
            .forbidOverwrite, .persistentHeaders,
        ] + CallbackCheck.ordered.map(\.formCheck)

    /// Puts every check to the fields of a form (the names as sent, the values as they are, without the file). Of a
    /// repeated field each value is looked at: which of them the origin takes is not known.
    package static func judge(
        _ form: Fields, modes: RuleModes
    ) -> (rejection: Rejection?, reported: [Rejection]) {
        var reported: [Rejection] = []
        for check in ordered {
            for index in form.entries.indices where form.isNamed(check.field, at: index) {
                let mode = modes.mode(of: check.rule)
                guard mode != .off else { continue }
                do throws(Refusal) {
                    try check.check(form.value(at: index), form)
                } catch {
                    let rejection = error.rejection(by: check.rule, in: .body)
                    if mode == .enforce { return (rejection, reported) }
                    reported.append(rejection)
                }
            }
        }
        return (nil, reported)
    }
}
