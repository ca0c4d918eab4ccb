import Bytes
import HTTPModel
import OSSModel
import XML

/// Image styles: processing instructions under a name.
extension Operations {
    static let styles = "style"

    func stylePlan(_ request: EmulatorRequest) -> Plan? {
        switch request.head.method {
        case .put: .document(putStyle)
        case .get where request.has("styleName"): plain(getStyle)
        case .get: plain(listStyles)
        case .delete: plain(deleteStyle)
        default: nil
        }
    }

    /// 1 to 63 letters, digits, underscores, dots and hyphens.
    private func styleName(_ request: EmulatorRequest) throws(OSSError) -> String {
        guard let bytes = request.parameters["styleName"] else {
            throw CatalogueRow.missingArgument.with("ArgumentName", "styleName")
        }
        let isName = bytes.allSatisfy {
            ASCII.isAlphanumeric($0) || $0 == ASCII.underscore || $0 == ASCII.dot || $0 == ASCII.hyphen
        }
        guard isName, (1...63).contains(bytes.count) else { throw Fault.argument("styleName", bytes) }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func putStyle(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let name = try styleName(request)
        let given = try Self.root(of: body, named: "Style")
        guard let content = given.child("Content"), !content.text.isEmpty else {
            throw CatalogueRow.malformedXML.error
        }
        var style = XMLElement("Style", [XMLElement("Name", name), content])
        if let category = request.text("category") { style.set("Category", category) }
        let time = Self.httpDate(now)
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            let old = try draft.current[Self.styles, name].map(Self.stored)
            style.set("CreateTime", old?.string("CreateTime") ?? time)
            style.set("LastModifyTime", time)
            draft.put(Self.styles, name, style.document)
        }
        return Answer()
    }

    private func getStyle(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let settings = try store.settings(of: request.requiredBucket())
        guard let document = settings[Self.styles, try styleName(request)] else {
            throw CatalogueRow.noSuchStyle.error
        }
        return Answer(xml: document)
    }

    private func listStyles(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let styles = try documents(Self.styles, try store.settings(of: request.requiredBucket()))
        return Answer(xml: XMLElement("StyleList", styles.map(\.root)).document)
    }

    private func deleteStyle(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let name = try styleName(request)
        try store.changeSettings(of: request.requiredBucket()) { _, draft in
            draft.put(Self.styles, name, nil)
        }
        return Answer(204)
    }
}
