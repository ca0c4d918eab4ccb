import Network
import Testing

@Suite struct ForwardedForTests {
    private func read(
        _ values: [String], connection: String = "10.0.0.1", trusted: [String] = ["10.0.0.0/8", "fd00::/8"]
    ) throws -> ForwardedFor {
        ForwardedFor(
            connection: ClientAddress(connection), values: values.map { Array($0.utf8)[...] },
            trusted: try trusted.map { try AddressRange($0) })
    }

    @Test(arguments: [
        // The rightmost that is not trusted.
        (["203.0.113.7"], "203.0.113.7"),
        (["198.51.100.1, 203.0.113.7"], "203.0.113.7"),
        (["203.0.113.7, 10.1.1.1, 10.2.2.2"], "203.0.113.7"),
        (["203.0.113.7", "10.1.1.1"], "203.0.113.7"),
        (["1.1.1.1, 203.0.113.7", "fd00::1,10.2.2.2"], "203.0.113.7"),
        // Who is not believed adds what it likes.
        (["10.9.9.9, 203.0.113.7, 10.1.1.1"], "203.0.113.7"),
        // All are trusted: the first.
        (["10.3.3.3, 10.2.2.2"], "10.3.3.3"),
        ([], "10.0.0.1"), ([""], "10.0.0.1"), ([" , ,"], "10.0.0.1"),
        (["203.0.113.7,,"], "203.0.113.7"),
        // The forms that proxies write.
        (["203.0.113.7:4711"], "203.0.113.7"), (["2001:db8::7"], "2001:db8::7"),
        (["[2001:db8::7]"], "2001:db8::7"), (["[2001:db8::7]:4711"], "2001:db8::7"),
        (["\t203.0.113.7 "], "203.0.113.7"), (["::ffff:203.0.113.7"], "203.0.113.7"),
    ])
    func theClientIsTheLastWhoIsNotTrusted(values: [String], client: String) throws {
        let read = try read(values)
        #expect(read.client.description == client)
        #expect(!read.isMalformed)
    }

    @Test func whoIsNotTrustedIsTheClient() throws {
        let read = try read(["203.0.113.7"], connection: "192.0.2.9")
        #expect(read.client.description == "192.0.2.9")
        #expect(try self.read(["203.0.113.7"], connection: "unix").client == .unix)
        #expect(
            try self.read(["203.0.113.7"], connection: "unix", trusted: ["unix"]).client.description
                == "203.0.113.7")
    }

    @Test(arguments: [
        (["unknown"], "10.0.0.1"), (["203.0.113.7, _hidden"], "10.0.0.1"),
        (["203.0.113.7, garbage, 10.1.1.1"], "10.1.1.1"), (["203.0.113.07"], "10.0.0.1"),
        (["203.0.113.7:"], "10.0.0.1"), (["203.0.113.7:port"], "10.0.0.1"),
        (["203.0.113.7:123456"], "10.0.0.1"),
        (["[203.0.113.7]"], "10.0.0.1"), (["[2001:db8::7"], "10.0.0.1"), (["[2001:db8::7]x"], "10.0.0.1"),
        (["fe80::1%eth0"], "10.0.0.1"), (["\"203.0.113.7\""], "10.0.0.1"),
        (["203.0.113.7 10.1.1.1"], "10.0.0.1"),
    ])
    func whatIsNoAddressSaysNothing(values: [String], client: String) throws {
        let read = try read(values)
        #expect(read.client.description == client)
        #expect(read.isMalformed)
    }

    /// What an untrusted client put in front is not looked at.
    @Test func garbageBehindTheClientIsNothing() throws {
        let read = try read(["garbage, 203.0.113.7"])
        #expect(read.client.description == "203.0.113.7")
        #expect(!read.isMalformed)
    }
}
