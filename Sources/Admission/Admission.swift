package import HTTPModel
package import OSSModel

/// What admission says of one request head.
package struct Verdict: Sendable {
    /// What was judged.
    package let view: HeadView
    /// The first failure of an enforced rule.
    package let rejection: Rejection?
    /// The failures of rules that only report, in order, up to the first enforced failure.
    package let reported: [Rejection]

    package var resource: ResourceName { view.resource }
    package var operation: OSSOperation? { view.operation }

    package var bodyPlan: BodyPlan { view.bodyPlan }
}

/// The gate for request heads: routes the request and puts every head rule to it, in the fixed order, until one
/// refuses. Pure; `100 Continue` and the origin come after it.
package enum Admission {
    /// `now` is in Unix seconds.
    package static func judge(head: RequestHead, settings: AdmissionSettings, now: Int64) -> Verdict {
        judge(HeadView(head: head, settings: settings, now: now))
    }

    /// The same for a caller that has made the view.
    package static func judge(_ view: HeadView) -> Verdict {
        var rejection: Rejection?
        var reported: [Rejection] = []
        let ordered = HeadRules.ordered
        let rules = ordered.span
        let ofRules = view.settings.modes.head
        let modes = ofRules.span
        let fields = view.fields
        for index in HeadRules.indices(for: view) {
            let mode = modes[index]
            guard mode != .off, rules[index].concerns(fields), let failure = rules[index].refusal(of: view)
            else { continue }
            if mode == .enforce {
                rejection = failure
                break
            }
            reported.append(failure)
        }
        return Verdict(view: view, rejection: rejection, reported: reported)
    }
}
