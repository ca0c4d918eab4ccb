import Foundation

/// One request of `Tests/Vectors/*.json` with what is expected of the gateway. Placeholders are still in it.
package struct Vector: Sendable, Decodable {
    /// What the gateway does with the request.
    package enum Expectation: Sendable, Equatable {
        case refusal(status: Int, code: String, message: String)
        /// It reaches the upstream, whatever that answers.
        case forward
    }

    /// A request that runs first, on the same gateway.
    package struct Setup: Sendable, Decodable {
        package let request: VectorRequest
        package let expectedStatus: Int
        /// Variables taken from the answer, each from `xml:Element` or `header:Name`.
        package let captures: [String: String]

        private enum CodingKeys: String, CodingKey {
            case request
            case expectedStatus = "expect_status"
            case capture
        }

        package init(from decoder: any Decoder) throws {
            let members = try decoder.container(keyedBy: CodingKeys.self)
            request = try members.decode(VectorRequest.self, forKey: .request)
            expectedStatus = try members.decode(Int.self, forKey: .expectedStatus)
            captures = try members.decodeIfPresent([String: String].self, forKey: .capture) ?? [:]
        }
    }

    /// Settings of the gateway that the case needs; nil and empty are the defaults.
    package struct Config: Sendable, Decodable {
        package var bodyIdleMilliseconds: Int?
        package var allowsPathStyle: Bool?
        package var cnames: [String: String]?
        /// Of the emulator behind the gateway.
        package var emulator: EmulatorMembers?

        private enum CodingKeys: String, CodingKey {
            case bodyIdleMilliseconds = "body_idle_timeout_ms"
            case allowsPathStyle = "allow_path_style"
            case cnames = "cname"
            case emulator
        }
    }

    /// Members of `emulator` in the configuration, by their names there.
    package struct EmulatorMembers: Sendable, Decodable {
        package var limits: [String: Int]?
        package var account: Account?

        package struct Account: Sendable, Decodable {
            package var kms: Bool?
            package var kmsKeyId: Bool?
            package var sm4: Bool?
            package var overrideContentType: Bool?
            package var redirectAtEndpoint: Bool?
            package var replicationLocations: [String]?
            package var lostPrefix: String?
        }
    }

    /// The id of a row of the error catalogue.
    package let row: String
    /// The row, a slash, and a label; unique in its file.
    package let name: String
    package let expectation: Expectation
    package let request: VectorRequest
    package let setup: [Setup]
    package let config: Config
    /// The rule that refuses, where a file of ours says it.
    package let rule: String?
    /// What the origin answers to a request that is forwarded, where a file of ours says it.
    package let originStatus: Int?

    package var testDescription: String { name }

    private struct Expect: Decodable {
        let status: Int?
        let code: String?
        let message: String?
        let forward: Bool?
        let rule: String?
    }

    private enum CodingKeys: String, CodingKey {
        case row
        case name
        case expect
        case request
        case multi
        case config
    }

    package init(from decoder: any Decoder) throws {
        let members = try decoder.container(keyedBy: CodingKeys.self)
        row = try members.decode(String.self, forKey: .row)
        name = try members.decode(String.self, forKey: .name)
        request = try members.decode(VectorRequest.self, forKey: .request)
        setup = try members.decodeIfPresent([Setup].self, forKey: .multi) ?? []
        config = try members.decodeIfPresent(Config.self, forKey: .config) ?? Config()
        let expect = try members.decode(Expect.self, forKey: .expect)
        rule = expect.rule
        originStatus = expect.forward == true ? expect.status : nil
        if expect.forward == true {
            expectation = .forward
        } else if let status = expect.status, let code = expect.code, let message = expect.message {
            expectation = .refusal(status: status, code: code, message: message)
        } else {
            throw DecodingError.dataCorruptedError(
                forKey: .expect, in: members, debugDescription: "neither a refusal nor forward")
        }
    }
}
