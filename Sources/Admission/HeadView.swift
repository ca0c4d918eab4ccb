import Bytes
package import HTTPModel
package import OSSModel

/// What head rules see of a request: the head, and what is worked out of it once for all of them. Immutable, and held
/// by reference: it goes from hand to hand, and copying a head means counting references to all its parts.
package final class HeadView: Sendable {
    package let head: RequestHead
    /// Those that the request began with, whatever replaces them meanwhile.
    package let settings: AdmissionSettings
    /// Unix seconds.
    let now: Int64
    let hostKind: Addressing.HostKind
    /// What the request is about, as far as its host tells.
    package let resource: ResourceName
    package let query: QueryParameters
    /// nil when there is no such operation: then the request is refused, or the rule that would refuse it is not
    /// enforced.
    package let operation: OSSOperation?
    let signing: Signing
    /// What the Authorization field says, when it is that which signs the request.
    let authorization: AuthorizationForm?
    /// The callback that the upload asks for, read once for all its rules.
    let callback: CallbackReading?
    /// What is known of the upload in parts that the request is about; only the rules of uploads are given it.
    let upload: UploadFacts?

    /// `now` is in Unix seconds.
    package init(head: RequestHead, settings: AdmissionSettings, now: Int64, upload: UploadFacts? = nil) {
        self.settings = settings
        self.now = now
        self.upload = upload
        (hostKind, resource) = settings.addressing.resolve(authority: head.authority, path: head.path)
        query = QueryParameters(head.query)
        operation = OperationTable.route(head, query: query, level: resource.level)
        // A form carries its signature in its own fields and a preflight needs none: the service looks neither at
        // their Authorization field nor at their URL.
        let isUnsigned = operation == .postObject || operation == .optionObject
        signing = isUnsigned ? .anonymous : Signing(head.fields, query)
        authorization =
            signing == .header ? head.fields.first("authorization").map { AuthorizationForm($0) } : nil
        let takesCallback = operation.map { CallbackReading.operations.contains($0) } ?? false
        callback = takesCallback ? CallbackReading(query: query, fields: head.fields) : nil
        // Last, so that the head is moved here and not copied.
        self.head = head
    }

    /// What becomes of the body; an unknown operation streams it.
    package var bodyPlan: BodyPlan { operation?.bodyPlan ?? .opaque }

    /// What of the things that many rules are about it has.
    var traits: HeadTraits {
        var traits: HeadTraits = query.parameters.isEmpty ? [] : .query
        if case .anonymous = signing {} else { traits.insert(.signature) }
        return traits
    }

    var fields: Fields { head.fields }
    var level: ResourceLevel { resource.level }

    /// True for one of these operations.
    func isOne(of operations: OperationSet) -> Bool {
        operation.map { operations.contains($0) } ?? false
    }

    /// The value of a field that may occur once; nil when absent. A repeated one is refused with `row`: which of
    /// them the origin would take is not known, so no check of one could be relied on.
    func sole(_ name: Literal, orRefuse row: @autoclosure () -> CatalogueRow = .invalidArgumentGeneric)
        throws(Refusal)
        -> ByteSlice?
    {
        guard fields.contains(name) else { return nil }
        var found: ByteSlice?
        for index in fields.entries.indices where fields.isNamed(name, at: index) {
            guard found == nil else {
                throw Refusal(
                    row().with("ArgumentName", name.description), expected: "one \(name) field",
                    actual: "\(fields.count(of: name)) fields")
            }
            found = fields.value(at: index)
        }
        return found
    }
}

extension QueryParameters {
    /// The decoded value of the first parameter of this name; empty when it has none; nil when it is absent.
    func value(_ name: Literal) -> ByteSlice? {
        guard let parameter = first(name) else { return nil }
        guard let value = parameter.value else { return [] }
        let isPlain = !value.contains(ASCII.percent) && !value.contains(ASCII.plus)
        return isPlain ? value : parameter.decodedValue[...]
    }
}
