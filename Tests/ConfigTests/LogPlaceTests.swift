import Testing

@testable import Config

@Suite struct LogPlaceTests {
    @Test(arguments: [
        ("stdout", Configuration.LogPlace.stdout), ("file:/a", .file(path: "/a")),
        ("syslog+udp://10.0.0.1", .syslogUDP(host: "10.0.0.1", port: 514)),
        ("syslog+udp://logs.example:1514", .syslogUDP(host: "logs.example", port: 1514)),
        ("syslog+tcp://[::1]:601", .syslogTCP(host: "::1", port: 601)),
        ("syslog+unix:/dev/log", .syslogUnix(path: "/dev/log")),
    ])
    func placesOfLogsAreRead(text: String, place: Configuration.LogPlace) throws {
        let configuration = try load(
            "{\"log\":{\"rejections\":\"\(text)\",\"access\":\"json\",\"accessTo\":\"\(text)\",\"rotateSize\":\"1MiB\"}}"
        )
        #expect(configuration.log.rejections == place)
        #expect(configuration.log.accessTo == place)
        #expect(configuration.log.access == .json)
        #expect(configuration.log.rotateBytes == 1 << 20)
        #expect(configuration.log.rotateKeep == 5)
    }

    @Test func theRejectionLogMayBeOff() throws {
        #expect(try load("{\"log\":{\"rejections\":\"off\"}}").log.rejections == nil)
    }
}
