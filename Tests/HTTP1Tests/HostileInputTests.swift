import Bytes
import HTTP1
import HTTPModel
import TestSupport
import Testing

/// Random and damaged input: nothing traps, every cut says the same, and what was understood survives the encoder.
@Suite struct HostileInputTests {
    private static let seeds: [String] = [
        "PUT /k?a=b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\nhello",
        "POST http://h/ HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3;a=\"b\"\r\nabc\r\n0\r\nT: x\r\n\r\n",
        "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nT: x\r\n\r\n",
    ]
    private static let spice = Array("\r\n\r\n :;,\t\0\u{7f}\u{e4}/0159afHTPx\"\\=-".utf8)

    private func damaged(_ generator: inout SeededGenerator) -> [UInt8] {
        var bytes = Array(Self.seeds.randomElement(using: &generator)?.utf8 ?? "".utf8)
        for _ in 0..<Int.random(in: 0...4, using: &generator) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &generator)
            let byte = Self.spice[Int.random(in: 0..<Self.spice.count, using: &generator)]
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes[place] = byte
            case 1: bytes.insert(byte, at: place)
            case 2: bytes.remove(at: place)
            default:
                let end = min(bytes.count, place + Int.random(in: 1...12, using: &generator))
                bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }

    private func check(_ bytes: [UInt8], seed: UInt64) {
        let requests = everyCut(bytes, seeds: seed..<seed + 2) { Transcript.requests($0) }
        #expect(requests.differing.isEmpty, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
        for head in requests.transcript.requests { checkRoundTrip(head) }
        let responses = everyCut(bytes, seeds: seed..<seed + 2) {
            Transcript.responses($0, to: [.get, .head])
        }
        #expect(responses.differing.isEmpty, "\(String(decoding: bytes, as: UTF8.self).debugDescription)")
    }

    /// What was accepted is accepted again after the encoder, with the same target, fields and framing.
    private func checkRoundTrip(_ head: RequestHead) {
        var bytes: [UInt8] = []
        RequestEncoder.append(head: head, framing: head.framing, to: &bytes)
        let again = Transcript.requests([bytes])
        #expect(again.error == nil)
        #expect(again.requests.first?.target == head.originTarget)
        #expect(again.requests.first?.framing == head.framing)
        var twice: [UInt8] = []
        if let second = again.requests.first {
            RequestEncoder.append(head: second, framing: second.framing, to: &twice)
        }
        #expect(twice == bytes)
    }

    @Test func damagedMessages() {
        var generator = SeededGenerator(seed: 1)
        for round in 0..<1500 { check(damaged(&generator), seed: UInt64(round)) }
    }

    @Test func garbage() {
        var generator = SeededGenerator(seed: 2)
        for round in 0..<500 {
            let count = Int.random(in: 0..<64, using: &generator)
            let bytes = (0..<count).map { _ in
                round.isMultiple(of: 2)
                    ? UInt8.random(in: 0...255, using: &generator)
                    : Self.spice[Int.random(in: 0..<Self.spice.count, using: &generator)]
            }
            check(bytes, seed: UInt64(round))
        }
    }

    @Test func garbageAfterAGoodHead() {
        var generator = SeededGenerator(seed: 3)
        let head = Array("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        for round in 0..<500 {
            let tail = (0..<40).map { _ in Self.spice[Int.random(in: 0..<Self.spice.count, using: &generator)]
            }
            check(head + [UInt8(ascii: "1"), 0x0D, 0x0A, 0x61, 0x0D, 0x0A] + tail, seed: UInt64(round))
        }
    }
}
