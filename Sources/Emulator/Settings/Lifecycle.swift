import Bytes
import OSSModel
import XML

/// What a lifecycle configuration must observe beyond its form.
enum Lifecycle {
    /// Gives rules without an id one. Refuses ids that repeat, and rules that get in each other's way: the same
    /// action on overlapping prefixes, ages by days and by date among them, and steps in the wrong order.
    static func complete(_ root: inout XMLElement, request: EmulatorRequest) throws(OSSError) {
        var ids: Set<String> = []
        for index in root.children.indices where root.children[index].isNamed("Rule") {
            let given = root.children[index].string("ID") ?? ""
            let id = given.isEmpty ? "rule-\(request.id)-\(index + 1)" : given
            guard ids.insert(id).inserted else { throw CatalogueRow.malformedXML.error }
            root.children[index].remove("ID")
            root.children[index].children.insert(XMLElement("ID", id), at: 0)
        }
        let rules = try root.children("Rule").map(Rule.init)
        let allowsOverlap = request.field("x-oss-allow-same-action-overlap") == "true"
        for (index, rule) in rules.enumerated() {
            guard rule.isInOrder else { throw overlap }
            for other in rules[..<index] where rule.overlaps(other) {
                if !rule.actions.isDisjoint(with: other.actions), !allowsOverlap { throw overlap }
                if rule.usesDays && other.usesDate || rule.usesDate && other.usesDays { throw overlap }
            }
        }
    }

    private static var overlap: OSSError { CatalogueRow.lifecycleOverlap.error }

    private struct Rule {
        let prefix: [UInt8]
        let tags: [XMLElement]
        let isEnabled: Bool
        /// Such as `Expiration` or a storage class to move to.
        private(set) var actions: Set<String> = []
        private(set) var usesDays = false
        private(set) var usesDate = false
        /// Objects become colder with time, and are gone last.
        private(set) var isInOrder = true

        init(_ element: XMLElement) throws(OSSError) {
            prefix = element.child("Prefix")?.text ?? []
            tags = element.children("Tag")
            isEnabled = element.string("Status") == "Enabled"
            let steps: [Literal] = [
                "Expiration", "Transition", "AbortMultipartUpload", "NoncurrentVersionExpiration",
                "NoncurrentVersionTransition",
            ]
            for name in steps {
                for step in element.children(name) {
                    actions.insert(name.description + (step.string("StorageClass") ?? ""))
                    let hasDays = step.child("Days") != nil
                    let hasDate = step.child("CreatedBeforeDate") != nil || step.child("Date") != nil
                    guard !hasDays || !hasDate else { throw CatalogueRow.malformedXML.error }
                    guard name != "AbortMultipartUpload" else { continue }
                    usesDays = usesDays || hasDays
                    usesDate = usesDate || hasDate
                }
            }
            if usesDays && usesDate { isInOrder = false }
            isInOrder = isInOrder && Self.isInOrder(element)
        }

        func overlaps(_ other: Rule) -> Bool {
            isEnabled && other.isEnabled && tags == other.tags
                && (prefix.starts(with: other.prefix) || other.prefix.starts(with: prefix))
        }

        private static func isInOrder(_ element: XMLElement) -> Bool {
            let classes = ["IA", "Archive", "ColdArchive", "DeepColdArchive"]
            var last: UInt64 = 0
            for name in classes {
                let step = element.children("Transition").first { $0.string("StorageClass") == name }
                guard let days = step?.child("Days")?.trimmedText.decimal else { continue }
                guard days > last else { return false }
                last = days
            }
            guard let end = element.child("Expiration")?.child("Days")?.trimmedText.decimal else {
                return true
            }
            return end > last
        }
    }
}
