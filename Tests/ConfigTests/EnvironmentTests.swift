import Testing

@testable import Config

@Suite struct EnvironmentTests {
    @Test func variablesOverrideSingleKeys() throws {
        let configuration = try load(
            ConfigurationTests.minimal,
            environment: [
                "OSSGATE_ADMIN__BIND": "127.0.0.1:1", "OSSGATE_LISTENERS__0__BIND": "127.0.0.1:2",
                "OSSGATE_LISTENERS__1__BIND": "127.0.0.1:3", "OSSGATE_DOMAINS": "a.example,b.example",
                "OSSGATE_SHARDS": "5", "OSSGATE_PATHSTYLE": "false", "OSSGATE_TIMEOUTS__BODYIDLE": "3s",
                "OSSGATE_RULES__CONTENT_MD5_FORM": "off", "OSSGATE_INTEGRITY__CONTENTMD5": "require",
                "OSSGATE_EMULATOR__CREDENTIALS__0__ACCESSKEYID": "id",
                "OSSGATE_EMULATOR__CREDENTIALS__0__ACCESSKEYSECRET": "7", "PATH": "/bin",
            ])
        #expect(configuration.admin == .tcp(host: "127.0.0.1", port: 1))
        #expect(configuration.listeners.map(\.bind.description) == ["127.0.0.1:2", "127.0.0.1:3"])
        #expect(configuration.domains == ["a.example", "b.example"])
        #expect(configuration.shards == 5)
        #expect(!configuration.pathStyle)
        #expect(configuration.timeouts.bodyIdle == .seconds(3))
        #expect(configuration.rules == ["content-md5-form": .off])
        #expect(configuration.integrity.contentMD5 == .require)
        #expect(configuration.emulator.credentials == [.init(accessKeyId: "id", accessKeySecret: "7")])
    }

    @Test func aProblemNamesTheVariable() {
        #expect(
            problems("{}", environment: ["OSSGATE_TIMEOUTS__HEAD": "soon"]) == [
                "timeouts.head: must be a duration such as \"30s\" or a number of seconds, not \"soon\""
                    + " (set by OSSGATE_TIMEOUTS__HEAD)"
            ])
    }

    @Test(arguments: [
        "OSSGATE_ADMIN__BND", "OSSGATE_ADMIN__BIND__X", "OSSGATE_LISTENERS__1__BIND", "OSSGATE_ADMIN",
        "OSSGATE_LISTENERS__X__BIND", "OSSGATE_RULES__NONE", "OSSGATE_LISTENERS__99999999999999999999__BIND",
        "OSSGATE_CNAMES__A", "OSSGATE___", "OSSGATE_LISTENERS__-1__BIND",
    ])
    func aVariableThatNamesNoKeyIsRefused(name: String) {
        #expect(
            problems("{}", environment: [name: "x"]) == [
                "the environment variable \(name) names no key of the configuration"
            ])
    }

    @Test func variablesOfAnOrchestratorAreLeftAlone() throws {
        let foreign = [
            "OSSGATE_PORT": "tcp://10.0.0.1:80", "OSSGATE_SERVICE_HOST": "10.0.0.1",
            "OSSGATE_PORT_80_TCP": "x",
        ]
        #expect(try load("{}", environment: foreign) == load("{}"))
    }
}
