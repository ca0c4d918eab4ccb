import Bytes
import OSSModel

/// `x-oss-traffic-limit` of uploads and downloads ("Single-connection bandwidth throttling"): taken and not obeyed, for
/// a fault does that, but refused where the service would.
enum TrafficLimit {
    private static let bitsPerSecond: ClosedRange<UInt64> = 819_200...838_860_800

    static func check(_ request: EmulatorRequest) throws(OSSError) {
        let field = request.head.fields.first("x-oss-traffic-limit")
        let parameter = request.parameters["x-oss-traffic-limit"]
        guard field == nil || parameter == nil else { throw CatalogueRow.trafficLimitBothPlaces.error }
        guard let text = field ?? parameter?[...] else { return }
        guard let limit = text.decimal, bitsPerSecond.contains(limit) else {
            throw CatalogueRow.trafficLimitRange.argument("x-oss-traffic-limit", text.text)
        }
    }
}
