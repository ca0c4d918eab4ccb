import Network
import Testing

@Suite struct AddressRangeTests {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.0.1", true), ("10.0.0.0/8", "11.0.0.1", false), ("0.0.0.0/0", "8.8.8.8", true),
        ("192.0.2.7", "192.0.2.7", true), ("192.0.2.7", "192.0.2.8", false),
        ("10.0.0.0/8", "::ffff:10.1.1.1", true),
        ("2001:db8::/32", "2001:db8:1::1", true), ("2001:db8::/32", "2001:db9::1", false),
        ("::/0", "fe80::1", true),
        ("::/0", "10.0.0.1", false), ("unix", "unix", true), ("0.0.0.0/0", "unix", false),
        ("::1", "::1", true),
        ("0.0.0.0/0", "unknown", false), ("10.0.0.0/31", "10.0.0.2", false),
    ])
    func ranges(range: String, address: String, expected: Bool) throws {
        #expect(try AddressRange(range).contains(ClientAddress(address)) == expected)
    }

    @Test(arguments: [
        "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0", "::/129", "2001:db8::1/64", "host", "",
        "10.0.0.0/-1",
    ])
    func faults(text: String) {
        #expect(throws: AddressRange.Malformed.self) { try AddressRange(text) }
    }
}
