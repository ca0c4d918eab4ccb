import Bytes
import HTTPModel
import OSSModel
import XML

/// Tables that the service keeps of a bucket's metadata: their configuration is kept and answered; there are none.
extension Operations {
    private static let tables = "metadataConfiguration"
    private static let journal: Literal = "JournalTableConfiguration"
    private static let inventory: Literal = "InventoryTableConfiguration"

    func metadataTablePlan(_ request: EmulatorRequest) -> Plan? {
        switch request.head.method {
        case .post where request.has("metadataConfiguration"): .document(createTables)
        case .get where request.has("metadataConfiguration"): plain(getTables)
        case .delete where request.has("metadataConfiguration"): plain(deleteTables)
        case .put where request.has("metadataJournalTable"):
            .document { request, body throws(OSSError) in try updateTable(Self.journal, request, body) }
        case .put where request.has("metadataInventoryTable"):
            .document { request, body throws(OSSError) in try updateTable(Self.inventory, request, body) }
        default: nil
        }
    }

    private static let journalShape = Shape.parts([
        .one(
            "RecordExpiration",
            .parts([.one("Expiration", .word(["ENABLED", "DISABLED"])), .maybe("Days", .days)])),
        .maybe("EncryptionConfiguration"),
    ])
    private static let inventoryShape = Shape.parts([
        .one("ConfigurationState", .word(["ENABLED", "DISABLED"])), .maybe("EncryptionConfiguration"),
    ])

    private func createTables(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        _ = try store.bucket(request.requiredBucket())
        let shape = Shape.parts([
            .one(Self.journal, Self.journalShape), .maybe(Self.inventory, Self.inventoryShape),
        ])
        let document = try Self.root(of: body, named: "MetadataConfiguration", shape).document
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard draft.current[Self.tables] == nil else {
                throw OSSError(
                    status: 409, code: "MetadataConfigurationAlreadyExists",
                    message: "The bucket already has a metadata configuration.")
            }
            draft.put(Self.tables, document)
        }
        return Answer()
    }

    private static func noTables(_ bucket: String) -> OSSError {
        OSSError(
            status: 404, code: "NoSuchMetadataConfiguration",
            message: "The specified bucket does not have a metadata configuration."
        ).with("BucketName", bucket)
    }

    /// What was configured, with the states of tables that are always ready.
    private func getTables(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        guard let document = try store.settings(of: bucket)[Self.tables] else { throw Self.noTables(bucket) }
        let stored = try Self.stored(document)
        var results: [XMLElement] = []
        for (name, result) in [
            (Self.journal, "JournalTableConfigurationResult"),
            (Self.inventory, "InventoryTableConfigurationResult"),
        ] as [(Literal, Literal)] {
            guard let table = stored.child(name) else { continue }
            results.append(XMLElement(result, table.children + [XMLElement("TableStatus", "ACTIVE")]))
        }
        return Answer(
            xml: XMLElement(
                "GetBucketMetadataConfigurationResult", [XMLElement("MetadataConfigurationResult", results)]
            ).document)
    }

    private func updateTable(
        _ name: Literal, _ request: EmulatorRequest, _ body: [UInt8]
    ) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        _ = try store.bucket(bucket)
        let shape = name == Self.journal ? Self.journalShape : Self.inventoryShape
        let table = try Self.root(of: body, named: name, shape)
        try store.changeSettings(of: bucket) { _, draft throws(OSSError) in
            guard let document = draft.current[Self.tables] else { throw Self.noTables(bucket) }
            var stored = try Self.stored(document)
            stored.remove(name)
            stored.children.append(table)
            draft.put(Self.tables, stored.document)
        }
        return Answer()
    }

    private func deleteTables(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        try store.changeSettings(of: request.requiredBucket()) { _, draft in draft.put(Self.tables, nil) }
        return Answer(204)
    }
}
