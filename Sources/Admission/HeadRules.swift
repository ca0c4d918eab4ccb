/// All head rules. Their order *is* the precedence of refusals: first failure wins.
package enum HeadRules {
    package static let ordered: [HeadRule] = [
        // Method, then host, then names and routing: before these are right nothing else can be said.
        .methodKnown,
        .hostAddress, .putBucketHost, .standardHost, .pathStyle,
        .bucketName,
        .channelNamePresent, .objectNamePresent, .operationKnown, .channelName, .playlistName, .objectName,
    ]

    /// The names of the head rules, in order.
    package static let names: [String] = ordered.map { $0.name.description }
}
