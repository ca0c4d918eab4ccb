import Admission
import ArgumentParser
import Config
import Emulator
import OSSModel
import Reactor

/// From the faults of the configuration to those of the emulator.
extension Configuration.Fault {
    var rule: FaultRule {
        var rule = FaultRule(effect)
        rule.bucket = bucket
        rule.key = key.map { KeyPattern($0) }
        rule.operations = Set(OSSOperation.allCases.filter { operations.contains($0.name) })
        rule.count = count
        return rule
    }

    private var effect: FaultRule.Effect {
        switch kind {
        case .delay: .delay(nanoseconds: UInt64(amount) * 1_000_000)
        case .bandwidth: .bandwidth(bytesPerSecond: UInt64(amount))
        case .shortBody: .shortBody(bytes: UInt64(amount))
        case .wrongCRC: .wrongCRC
        case .resetRequest: .resetRequest(bytes: UInt64(amount))
        case .resetAnswer: .resetAnswer(bytes: UInt64(amount))
        case .status: .status(amount)
        // The configuration has seen to it that there is such a row.
        case .error: CatalogueRow.all.first { $0.id == row }.map { .error($0) } ?? .status(500)
        case .earlyAnswer: .earlyAnswer(amount)
        case .clock: .clock(seconds: Int64(amount))
        }
    }
}

extension ConfigurationLoader {
    /// One that knows the names of this program.
    static var own: ConfigurationLoader {
        ConfigurationLoader(ruleNames: RuleModes.allNames, operationNames: OSSOperation.allCases.map(\.name))
    }
}

extension EmulatorServer {
    /// Opens the emulator's own admin listener if the configuration asks for it, and says where it is.
    func administer(_ configuration: Configuration, _ settings: EmulatorSettings) async throws {
        guard let bind = configuration.emulator.admin.flatMap({ BindAddress($0.description) }) else { return }
        do {
            let address = try await administer(settings.faults, bind: bind) {
                list throws(FaultProblems) in
                do throws(ConfigurationFailure) {
                    return try ConfigurationLoader.own.faults(list).map(\.rule)
                } catch {
                    throw FaultProblems(error.problems.map(\.description))
                }
            }
            Operator.say("emulator admin listening on \(address)")
        } catch {
            throw ExitCode.failing(.unavailable, "\(error)")
        }
    }
}
