import Admission
import Config

extension Harness {
    /// A configuration is taken or refused with reasons; no file that it names is read.
    package static func configuration(_ input: [UInt8]) {
        let loader = ConfigurationLoader(
            ruleNames: RuleModes.allNames, operationNames: ["PutObject", "GetObject"], environment: [:],
            contents: { _ in .success(Array("secret\n".utf8)) })
        do throws(ConfigurationFailure) {
            let configuration = try loader.load(bytes: input, file: "config.json")
            precondition(!configuration.listeners.isEmpty, "a configuration without a listener")
        } catch {
            precondition(!error.problems.isEmpty, "refused without a reason")
            precondition(error.problems.allSatisfy { !$0.message.isEmpty }, "a problem without a message")
            precondition(!error.description.isEmpty)
        }
    }
}
