import Admission
import ArgumentParser
import Config
import Foundation
import OSSModel
import Proxy

/// `ossgate test`: puts requests to the rules of the gateway and to the operator's policy, without a connection.
struct TestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract:
            "Put the requests of a file to the policy and compare what it decides with what they expect.",
        discussion: """
            CASES.json has an object with "cases", or lines of a rejection log. Exits 0 when all is as expected, 1 when
            something is not, 65 when the file is malformed, 78 when the configuration is wrong.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case tap
        case junit
    }

    @Argument(help: "The file of cases; - for the standard input.")
    var cases: String

    @Option(help: "tap or junit.")
    var format = Format.tap

    @Flag(help: "Fail as well when a rule of the policy decides about no case.")
    var requireCoverage = false

    @OptionGroup var source: ConfigurationOption

    func run() throws {
        let configuration = try source.load()
        let judge = OfflineJudge(
            admission: configuration.admissionSettings, integrity: configuration.integritySettings)
        var results: [CaseResult] = []
        var events: [PolicyEvent] = []
        for policyCase in try readCases(configuration) {
            let start = ContinuousClock.now
            let client = PolicyClient(address: policyCase.client, otherPartsBytes: policyCase.uploadBytes)
            let outcome = judge.judge(
                head: policyCase.head, client: client,
                now: policyCase.time ?? Int64(Date().timeIntervalSince1970),
                partsBytes: policyCase.uploadBytes, body: policyCase.body.pieces())
            let elapsed = (ContinuousClock.now - start) / .seconds(1)
            events += outcome.events
            results.append(CaseResult(policyCase, outcome, seconds: elapsed))
        }
        let coverage = RuleCoverage.of(configuration.policy, events)
        switch format {
        case .tap: print(CaseReport.tap(results, coverage), terminator: "")
        case .junit: print(CaseReport.junit(results, coverage), terminator: "")
        }
        let isUncovered = requireCoverage && coverage.contains { $0.matched == 0 }
        guard results.allSatisfy(\.faults.isEmpty), !isUncovered else { throw ExitCode.failure }
    }

    private func readCases(_ configuration: Configuration) throws -> [PolicyCase] {
        let bytes: [UInt8]
        do {
            let handle =
                cases == "-"
                ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: cases))
            bytes = Array(try handle.readToEnd() ?? Data())
        } catch {
            throw ExitCode.failing(.data, "cannot read \(cases): \(error.localizedDescription)")
        }
        do throws(CaseFault) {
            return try CaseFile(defaultHost: "localhost").read(bytes)
        } catch {
            throw ExitCode.failing(.data, "\(cases): \(error)")
        }
    }
}
