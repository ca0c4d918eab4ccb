import Network
import Testing

@Suite struct ClientAddressTests {
    /// RFC 5952, section 4, and what is no longer there after it.
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1"), ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"),
        ("2001:0db8::0001", "2001:db8::1"), ("2001:db8:0:0:0:0:2:1", "2001:db8::2:1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:DB8::A", "2001:db8::a"), ("::", "::"),
        ("::1", "::1"), ("1::", "1::"), ("::ffff:192.0.2.1", "192.0.2.1"), ("fe80::1%eth0", "fe80::1"),
        ("unix", "unix"), ("nobody", "unknown"), ("", "unknown"),
    ])
    func textIsReadAndWritten(text: String, written: String) {
        #expect(ClientAddress(text).description == written)
        #expect(ClientAddress(written) == ClientAddress(text))
    }

    @Test(arguments: [
        "01.2.3.4", "1.2.3.04", "1.2.3", "1.2.3.4.5", "1.2.3.256", "::ffff:1.2.3.04", "fe80::1%eth0",
        "1::2::3",
        "unknown", "_hidden", "", " 1.2.3.4", "1.2.3.4 ", "0000:0000:0000:0000:0000:0000:0000:0000:0001",
    ])
    func whatAnotherHostWroteIsReadStrictly(text: String) {
        #expect(ClientAddress(strictly: Array(text.utf8)[...]) == nil)
    }

    @Test func anAddressStandsForItsClient() {
        #expect(ClientAddress("192.0.2.1").client == ClientAddress("192.0.2.1"))
        #expect(ClientAddress("2001:db8:1:2:3:4:5:6").client == ClientAddress("2001:db8:1:2::"))
        #expect(ClientAddress("2001:db8:1:2::1").client == ClientAddress("2001:db8:1:2:ffff::").client)
        #expect(ClientAddress("2001:db8:1:3::1").client != ClientAddress("2001:db8:1:2::1").client)
        #expect(ClientAddress("unix").client == nil)
        #expect(ClientAddress("unknown").client == nil)
    }

    @Test func bytesAreAnAddress() {
        #expect(ClientAddress(bytes: [192, 0, 2, 1]) == ClientAddress("192.0.2.1"))
        #expect(
            ClientAddress(bytes: [0x20, 1] + Array(repeating: 0, count: 13) + [1]) == ClientAddress("2001::1")
        )
        #expect(ClientAddress(bytes: [1, 2, 3]) == nil)
    }
}
