import Bytes
import Emulator
import Foundation
import HTTPModel
import Reactor
import TestSupport
import Testing

/// Callbacks of the emulator to a server of the client's: allowed hosts only, bounded in time, and the object stays
/// whatever comes of it.
@Suite struct CallbackTests {
    /// An emulator and a client's server.
    private struct Bench {
        let emulator: EmulatorServer
        let server: ScriptedOrigin
        let port: UInt16

        init(
            _ server: ScriptedOrigin = ScriptedOrigin(), _ change: (inout EmulatorSettings) -> Void = { _ in }
        ) async throws {
            self.server = server
            var settings = EmulatorSettings()
            settings.buckets = ["bucket"]
            settings.callbacks.isAllowed = true
            change(&settings)
            emulator = try await EmulatorServer(
                store: try EmulatorStore(settings), settings: settings, bind: .tcp(host: "127.0.0.1", port: 0)
            )
            guard case .tcp(_, let port) = emulator.address else {
                throw RawClient.Failure(description: "no port")
            }
            self.port = port
        }

        func stop() async {
            await emulator.stop()
            server.stop()
        }

        /// Puts an object with a callback; `url` has `PORT` where the server's port belongs.
        func put(_ url: String, _ more: String = "", type: String = "") async throws -> RawClient.Answer {
            let url = url.replacing("PORT", with: "\(server.port)")
            let body = "bucket=${bucket}&object=${object}&size=${size}&mine=${x:mine}"
            let order =
                "{\"callbackUrl\":\"\(url)\",\"callbackBody\":\"\(type.isEmpty ? body : type)\"\(more)}"
            return try await send(
                "PUT /dir/a%20b HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\nContent-Length: 4\r\n"
                    + "x-oss-callback: \(String(decoding: Base64.encode(order.utf8), as: UTF8.self))\r\n"
                    + "x-oss-callback-var: \(String(decoding: Base64.encode("{\"x:mine\":\"1 2\"}".utf8), as: UTF8.self))\r\n\r\ntext"
            )
        }

        func send(_ message: String) async throws -> RawClient.Answer {
            let port = port
            return try await onThread {
                let client = try RawClient(port: port)
                defer { client.close() }
                client.send(message)
                guard let answer = try client.answer(to: .put) else {
                    throw RawClient.Failure(description: "no answer")
                }
                return answer
            }
        }

        func isStored() async throws -> Bool {
            let answer = try await send(
                "GET /dir/a%20b HTTP/1.1\r\nHost: bucket.oss-cn-hangzhou.aliyuncs.com\r\n\r\n")
            return answer.text == "text"
        }
    }

    private static func action(_ status: Int, _ body: String) -> ScriptedOrigin.Action {
        let head =
            "HTTP/1.1 \(status) Text\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)"
        return .answer(Array("\(head)\r\n\r\n\(body)".utf8))
    }

    private static func server(_ status: Int, _ body: String) -> ScriptedOrigin {
        ScriptedOrigin(onEnd: { _ in action(status, body) })
    }

    @Test func theAnswerOfTheServerIsTheAnswer() async throws {
        let bench = try await Bench(
            Self.server(200, "{\"ok\":1}"))
        let answer = try await bench.put("http://127.0.0.1:PORT/done?x=1")
        #expect(answer.status == 200)
        #expect(answer.text == "{\"ok\":1}")
        #expect(answer.field("etag") != nil)
        let seen = try #require(bench.server.seen.first)
        #expect(seen.head.method == .post)
        #expect(seen.target == "/done?x=1")
        #expect(
            String(decoding: seen.body, as: UTF8.self) == "bucket=bucket&object=dir%2Fa%20b&size=4&mine=1%202"
        )
        #expect(try await bench.isStored())
        await bench.stop()
    }

    @Test func variablesInJSON() async throws {
        let bench = try await Bench(Self.server(200, "{}"))
        _ = try await bench.put(
            "127.0.0.1:PORT", ",\"callbackBodyType\":\"application/json\"",
            type: "{\\\"o\\\":${object},\\\"s\\\":${size},\\\"none\\\":${x:other}}")
        let seen = try #require(bench.server.seen.first)
        #expect(String(decoding: seen.body, as: UTF8.self) == "{\"o\":\"dir/a b\",\"s\":4,\"none\":\"\"}")
        #expect(seen.head.fields.first("content-type")?.text == "application/json")
        await bench.stop()
    }

    @Test func failuresKeepTheObject() async throws {
        let cases: [(ScriptedOrigin.Action, String)] = [
            (Self.action(500, "{}"), "Error status : 500."),
            (Self.action(200, "no json"), "Response body is not valid json format."),
            (.stall, "Cost too long time."),
        ]
        for (behaviour, message) in cases {
            let bench = try await Bench(ScriptedOrigin(onEnd: { _ in behaviour })) {
                $0.callbacks.nanoseconds = 300_000_000
            }
            let answer = try await bench.put("http://localhost:PORT/")
            #expect(answer.status == 203, "\(message)")
            #expect(answer.element("Code") == "CallbackFailed")
            #expect(answer.element("Message") == message)
            #expect(try await bench.isStored())
            await bench.stop()
        }
    }

    @Test func onlyAllowedHostsAreCalled() async throws {
        let bench = try await Bench(Self.server(200, "{}"))
        for url in ["http://192.0.2.1:PORT/", "http://app.example.com:PORT/", "https://127.0.0.1:PORT/"] {
            let answer = try await bench.put(url)
            #expect(answer.status == 203, "\(url)")
            #expect(
                answer.element("Message")
                    == "Error Status : -1.OSS can not connect to your callbackUrl, please check it.")
        }
        #expect(bench.server.seen.isEmpty)
        #expect(
            try await bench.put("http://192.0.2.1/;http://127.0.0.1:PORT/").status == 200, "the next in turn")
        await bench.stop()
        let off = try await Bench(Self.server(200, "{}")) {
            $0.callbacks.isAllowed = false
        }
        #expect(try await off.put("http://127.0.0.1:PORT/").status == 203)
        #expect(off.server.seen.isEmpty)
        #expect(try await off.isStored())
        await off.stop()
    }

    @Test func namesCanHaveAddresses() async throws {
        let server = Self.server(200, "{}")
        let bench = try await Bench(server) { settings in
            let address = try? SocketAddress.resolve(.tcp(host: "127.0.0.1", port: server.port))
            settings.callbacks.hosts["app.example.com"] = address
        }
        #expect(try await bench.put("http://App.Example.com/").status == 200)
        #expect(bench.server.seen.first?.head.fields.first("host")?.text == "App.Example.com")
        await bench.stop()
    }

    @Test func ordersThatAreNone() async throws {
        let bench = try await Bench()
        #expect(try await bench.put("").element("Code") == "InvalidArgument")
        #expect(try await bench.put("ftp://127.0.0.1:PORT/").element("Code") == "InvalidArgument")
        #expect(
            try await bench.put("http://127.0.0.1:PORT/", ",\"callbackBodyType\":\"text/plain\"").element(
                "Code") == "InvalidArgument")
        #expect(bench.server.seen.isEmpty)
        await bench.stop()
    }
}
