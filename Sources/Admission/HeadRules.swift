import OSSModel

/// All head rules. Their order *is* the precedence of refusals: first failure wins. The service does not document
/// an order; this one is fixed so that answers do not change from release to release.
package enum HeadRules {
    package static let ordered: [HeadRule] = [
        // Method, then host, then names and routing: before these are right nothing else can be said.
        .methodKnown,
        .hostAddress, .putBucketHost, .standardHost, .pathStyle,
        .bucketName,
        .channelNamePresent, .objectNamePresent, .operationKnown, .channelName, .playlistName, .objectName,
        // Who sends it: form before key, key before time. Expiry goes before the signature, which is not looked at
        // here ("Add signatures to URLs" page).
        .authorizationForm, .signatureOnce, .queryAuthComplete, .securityTokenPlace, .securityTokenOnce,
        .accessKeyCharacters,
        .requestTimePresent, .requestTimeSkew, .queryExpiresForm, .queryExpired,
        // Parameters: what an anonymous request may not have, what is given twice, then values.
        .responseOverride,
        .trafficLimitOnce, .callbackOnce, .callbackVariablesOnce,
        .versionID, .appendPosition, .partNumber, .trafficLimitRange, .encodingType, .maxKeys,
        .listParameters,
        .vodTimeSpan,
        // Fields.
        .formMediaType, .conditionalPut, .encryptionAlgorithm, .dataEncryption, .kmsKeyID, .objectACL,
        .bucketACL, .storageClass, .forbidOverwrite, .taggingForm, .taggingCharacters, .persistentHeaders,
        .callbackForm, .callbackURL, .callbackAddress, .callbackContent, .callbackVariables,
        .encryptionSetOnce, .encryptionParameters, .encryptionSizes, .encryptionPartCount,
        .copySource, .copySourceTime, .metadataDirective, .taggingDirective,
        // Preflight; Origin goes before the method ("OptionObject" page).
        .preflightOrigin, .preflightMethod,
        // What is said about the body, without a byte of it.
        .contentLengthPresent, .contentLengthLimit, .contentMD5Form, .crc64Form,
    ]

    /// The rules that are about a request, as indices of `ordered`, in order.
    static func indices(for view: HeadView) -> [Int] {
        let operation = view.operation.map { Int($0.rawValue) } ?? OSSOperation.allCases.count
        return table[operation * HeadTraits.combinations.count + view.traits.rawValue]
    }

    /// By the raw value of the operation, what is no operation last; then by traits.
    private static let table: [[Int]] =
        (OSSOperation.allCases.map { operation in
            ordered.indices.filter { ordered[$0].operations?.contains(operation) ?? true }
        } + [ordered.indices.filter { ordered[$0].operations == nil }]).flatMap { rules in
            HeadTraits.combinations.map { traits in
                rules.filter { traits.isSuperset(of: ordered[$0].needs) }
            }
        }

    /// The names of the head rules, in order.
    package static let names: [String] = ordered.map { $0.name.description }
}
