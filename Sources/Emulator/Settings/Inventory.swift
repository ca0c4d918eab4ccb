import Bytes
import HTTPModel
import OSSModel
import XML

/// Inventories of a bucket, each under an id.
extension Operations {
    private static let inventories = "inventory"
    /// Configurations on one page of a listing.
    private static let inventoriesPerPage = 100

    func inventoryPlan(_ request: EmulatorRequest) -> Plan? {
        switch request.head.method {
        case .put: .document(putInventory)
        case .get where request.has("inventoryId"): plain(getInventory)
        case .get: plain(listInventories)
        case .delete: plain(deleteInventory)
        default: nil
        }
    }

    private func inventoryID(_ request: EmulatorRequest) throws(OSSError) -> String {
        guard let id = request.text("inventoryId"), !id.isEmpty else {
            throw CatalogueRow.missingArgument.with("ArgumentName", "inventoryId")
        }
        return id
    }

    private func putInventory(_ request: EmulatorRequest, _ body: [UInt8]) throws(OSSError) -> Answer {
        let bucket = try request.requiredBucket()
        let id = try inventoryID(request)
        let root = try Self.root(of: body, named: "InventoryConfiguration")
        guard Shape.inventory.fits(root), root.string("Id") == id else {
            throw CatalogueRow.malformedXML.error
        }
        let limits = store.settings.limits
        let objects = try store.usage(of: bucket).objects
        let frequency = root.string("Schedule", "Frequency")
        if frequency == "Daily", objects >= limits.dailyInventoryObjects {
            throw CatalogueRow.dailyInventoryExceedLimit.error
        }
        if frequency == "Weekly", objects >= limits.weeklyInventoryObjects {
            throw CatalogueRow.weeklyInventoryExceedLimit.error
        }
        let document = Shape.inventory.normalized(root).document
        try store.changeSettings(of: bucket) { _, draft throws(OSSError) in
            let ids = draft.current.ids(Self.inventories)
            if ids.contains(id) { throw CatalogueRow.inventoryConfigurationAlreadyExists.error }
            guard ids.count < limits.inventories else { throw CatalogueRow.inventoryExceedLimit.error }
            draft.put(Self.inventories, id, document)
        }
        return Answer()
    }

    private func getInventory(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let settings = try store.settings(of: request.requiredBucket())
        guard let document = settings[Self.inventories, try inventoryID(request)] else {
            throw CatalogueRow.noSuchInventory.error
        }
        return Answer(xml: document)
    }

    private func deleteInventory(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let id = try inventoryID(request)
        try store.changeSettings(of: request.requiredBucket()) { _, draft throws(OSSError) in
            guard draft.current[Self.inventories, id] != nil else {
                throw CatalogueRow.noSuchInventory.error
            }
            draft.put(Self.inventories, id, nil)
        }
        return Answer(204)
    }

    private func listInventories(_ request: EmulatorRequest) throws(OSSError) -> Answer {
        let settings = try store.settings(of: request.requiredBucket())
        let token = request.text("continuation-token") ?? ""
        let rest = try documents(Self.inventories, settings).filter { $0.id > token }
        let page = rest.prefix(Self.inventoriesPerPage)
        var root = XMLElement("ListInventoryConfigurationsResult", page.map(\.root))
        root.set("IsTruncated", rest.count > page.count ? "true" : "false")
        if rest.count > page.count { root.set("NextContinuationToken", page.last?.id ?? "") }
        return Answer(xml: root.document)
    }
}
