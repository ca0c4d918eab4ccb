import Emulator
import Testing

/// What browsers meet: rules for other origins, pages of a website, referers.
@Suite struct WebTests {
    private func harness(_ parameter: String, _ document: String) throws -> Harness {
        let emulator = try Harness()
        let reply = emulator.send("PUT", "/bucket?" + parameter, body: Array(document.utf8))
        #expect(reply.status == 200, "\(reply.text)")
        return emulator
    }

    // MARK: Other origins

    private static let cors =
        "<CORSConfiguration><CORSRule><AllowedOrigin>http://*.example.com</AllowedOrigin><AllowedMethod>PUT</AllowedMethod>"
        + "<AllowedMethod>GET</AllowedMethod><AllowedHeader>x-oss-*</AllowedHeader><ExposeHeader>ETag</ExposeHeader>"
        + "<MaxAgeSeconds>60</MaxAgeSeconds></CORSRule><CORSRule><AllowedOrigin>*</AllowedOrigin>"
        + "<AllowedMethod>HEAD</AllowedMethod></CORSRule></CORSConfiguration>"

    private func preflight(
        _ emulator: Harness, _ origin: String?, _ method: String?, _ headers: String? = nil
    ) -> Reply {
        let fields = [
            origin.map { ("Origin", $0) }, method.map { ("Access-Control-Request-Method", $0) },
            headers.map { ("Access-Control-Request-Headers", $0) },
        ].compactMap { $0 }
        return emulator.send("OPTIONS", "/bucket/key", fields)
    }

    @Test func optionObject() throws {
        let emulator = try harness("cors", Self.cors)
        let reply = preflight(emulator, "http://www.example.com", "PUT", "X-OSS-Meta-A, x-oss-date")
        #expect(reply.status == 200)
        #expect(reply.body.isEmpty)
        #expect(reply.field("access-control-allow-origin") == "http://www.example.com")
        #expect(reply.field("access-control-allow-methods") == "PUT, GET")
        #expect(reply.field("access-control-allow-headers") == "X-OSS-Meta-A, x-oss-date")
        #expect(reply.field("access-control-expose-headers") == "ETag")
        #expect(reply.field("access-control-max-age") == "60")
        #expect(preflight(emulator, "http://a.test", "HEAD").field("access-control-allow-origin") == "*")
        for refused in [
            preflight(emulator, "http://a.test", "PUT"),
            preflight(emulator, "http://www.example.com", "POST"),
            preflight(emulator, "http://www.example.com", "PUT", "content-type"),
            preflight(try Harness(), "http://www.example.com", "PUT"),
        ] {
            #expect(refused.status == 403)
            #expect(refused.code == "AccessForbidden")
        }
        #expect(preflight(emulator, nil, "PUT").xml.text("Code") == "BadRequest")
        #expect(preflight(emulator, "http://www.example.com", nil).xml.text("Code") == "BadRequest")
    }

    @Test func requestsOfOtherOrigins() throws {
        let emulator = try harness("cors", Self.cors)
        emulator.put("key", "text")
        let origin = [("Origin", "http://www.example.com")]
        let found = emulator.send("GET", "/bucket/key", origin)
        #expect(found.text == "text")
        #expect(found.field("access-control-allow-origin") == "http://www.example.com")
        #expect(found.field("access-control-expose-headers") == "ETag")
        let missing = emulator.send("GET", "/bucket/none", origin)
        #expect(missing.status == 404)
        #expect(missing.field("access-control-allow-origin") == "http://www.example.com")
        let other = emulator.send("GET", "/bucket/key", [("Origin", "http://a.test")])
        #expect(other.status == 200)
        #expect(other.field("access-control-allow-origin") == nil)
        #expect(emulator.send("GET", "/bucket/key").field("access-control-allow-origin") == nil)
    }

    @Test func answersThatVary() throws {
        let document = Self.cors.replacing(
            "</CORSConfiguration>", with: "<ResponseVary>true</ResponseVary></CORSConfiguration>")
        let emulator = try harness("cors", document)
        emulator.put("key", "text")
        #expect(emulator.send("GET", "/bucket/key").field("vary") == "Origin")
    }

    // MARK: Websites

    private static func website(_ rules: String = "", type: String = "0") -> String {
        "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix><SupportSubDir>true</SupportSubDir>"
            + "<Type>\(type)</Type></IndexDocument><ErrorDocument><Key>error.html</Key><HttpStatus>404</HttpStatus></ErrorDocument>"
            + (rules.isEmpty ? "" : "<RoutingRules>\(rules)</RoutingRules>") + "</WebsiteConfiguration>"
    }

    private func site(_ rules: String = "", type: String = "0") throws -> Harness {
        let emulator = try harness("website", Self.website(rules, type: type))
        emulator.put("index.html", "top")
        emulator.put("dir/index.html", "directory")
        emulator.put("error.html", "lost")
        return emulator
    }

    private static let signature = [
        ("Authorization", "OSS id:sig"), ("Date", "Tue, 14 Nov 2023 22:13:20 GMT"),
    ]

    @Test func pagesOfDirectories() throws {
        let emulator = try site()
        #expect(emulator.send("GET", "/bucket/").text == "top")
        #expect(emulator.send("HEAD", "/bucket/").status == 200)
        #expect(emulator.send("GET", "/bucket/dir/").text == "directory")
        #expect(emulator.send("GET", "/bucket/", Self.signature).xml.isNamed("ListBucketResult"))
        let moved = emulator.send("GET", "/bucket/dir")
        #expect(moved.status == 302)
        #expect(moved.field("location") == "http://localhost:9000/dir/")
        #expect(try site(type: "2").send("GET", "/bucket/dir").text == "directory")
        #expect(try site(type: "1").send("GET", "/bucket/dir").text == "lost")
    }

    @Test func pagesOfErrors() throws {
        let emulator = try site()
        let missing = emulator.send("GET", "/bucket/none")
        #expect(missing.status == 404)
        #expect(missing.text == "lost")
        #expect(missing.field("content-type") != "application/xml")
        #expect(emulator.send("GET", "/bucket/none", Self.signature).code == "NoSuchKey")
        emulator.send("DELETE", "/bucket/error.html")
        #expect(emulator.send("GET", "/bucket/none").code == "NoSuchKey")
        #expect(emulator.send("GET", "/bucket/?list-type=2").xml.isNamed("ListBucketResult"))
    }

    @Test func redirectsOfAWebsite() throws {
        func rule(_ number: Int, _ condition: String, _ redirect: String) -> String {
            "<RoutingRule><RuleNumber>\(number)</RuleNumber><Condition>\(condition)</Condition><Redirect>\(redirect)</Redirect></RoutingRule>"
        }
        let rules =
            rule(
                2,
                "<KeyPrefixEquals>old/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
                "<RedirectType>External</RedirectType><Protocol>https</Protocol><HostName>new.example.com</HostName>"
                    + "<ReplaceKeyPrefixWith>new/</ReplaceKeyPrefixWith><EnableReplacePrefix>true</EnableReplacePrefix>"
                    + "<PassQueryString>true</PassQueryString><HttpRedirectCode>301</HttpRedirectCode>")
            + rule(
                1, "<KeyPrefixEquals>always/</KeyPrefixEquals>",
                "<RedirectType>External</RedirectType><ReplaceKeyWith>to/${key}</ReplaceKeyWith>")
            + rule(
                3,
                "<KeySuffixEquals>.jpg</KeySuffixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
                "<RedirectType>Mirror</RedirectType><MirrorURL>http://a.example/</MirrorURL>")
            + rule(
                4,
                "<KeyPrefixEquals>inside/</KeyPrefixEquals><HttpErrorCodeReturnedEquals>404</HttpErrorCodeReturnedEquals>",
                "<RedirectType>Internal</RedirectType><ReplaceKeyWith>index.html</ReplaceKeyWith>")
        let emulator = try site(rules)
        let moved = emulator.send("GET", "/bucket/old/a%20b?x=1")
        #expect(moved.status == 301)
        #expect(moved.field("location") == "https://new.example.com/new/a%20b?x=1")
        emulator.put("old/here", "text")
        #expect(emulator.send("GET", "/bucket/old/here").text == "text")
        let always = emulator.send("GET", "/bucket/always/a")
        #expect(always.status == 302)
        #expect(always.field("location") == "http://localhost:9000/to/always/a")
        let mirror = emulator.send("GET", "/bucket/a.jpg")
        #expect(mirror.status == 424)
        #expect(mirror.code == "MirrorFailed")
        #expect(emulator.send("GET", "/bucket/inside/x").text == "top")
    }

    // MARK: Referers

    private static func referers(_ more: String, empty: Bool = false) -> String {
        "<RefererConfiguration><AllowEmptyReferer>\(empty)</AllowEmptyReferer>\(more)</RefererConfiguration>"
    }

    private func status(_ emulator: Harness, _ referer: String?) -> Int {
        emulator.send("GET", "/bucket/key", referer.map { [("Referer", $0)] } ?? []).status
    }

    @Test func refererLists() throws {
        let list =
            "<RefererList><Referer>http://*.example.com</Referer><Referer>http://a?.test/*</Referer></RefererList>"
        let emulator = try harness("referer", Self.referers(list))
        emulator.put("key", "text")
        #expect(status(emulator, "http://www.example.com") == 200)
        #expect(status(emulator, "http://ab.test/page") == 200)
        #expect(status(emulator, "http://other.test/") == 403)
        #expect(status(emulator, nil) == 403)
        let refused = emulator.send("GET", "/bucket/key")
        #expect(refused.code == "AccessDenied")
        #expect(refused.xml.text("Message") == "You are denied by bucket referer policy.")
        #expect(emulator.send("GET", "/bucket/key", Self.signature).status == 200, "signed in the head")
        #expect(emulator.send("PUT", "/bucket/other", body: []).status == 200)
        let open = try harness("referer", Self.referers(list, empty: true))
        open.put("key", "text")
        #expect(status(open, nil) == 200)
        let none = try harness("referer", Self.referers("<RefererList/>"))
        none.put("key", "text")
        #expect(status(none, nil) == 200, "no list, no limit")
    }

    @Test func refererBlacklistsAndCuts() throws {
        let black = try harness(
            "referer",
            Self.referers(
                "<RefererList/><RefererBlacklist><Referer>http://bad.test*</Referer></RefererBlacklist>",
                empty: true))
        black.put("key", "text")
        #expect(status(black, "http://bad.test/x") == 403)
        #expect(status(black, "http://good.test/x") == 200)
        let list = "<RefererList><Referer>http://a.test/p</Referer></RefererList>"
        let cut = try harness("referer", Self.referers(list))
        cut.put("key", "text")
        #expect(status(cut, "http://a.test/p?query") == 200)
        let whole = try harness(
            "referer", Self.referers("<AllowTruncateQueryString>false</AllowTruncateQueryString>" + list))
        whole.put("key", "text")
        #expect(status(whole, "http://a.test/p?query") == 403)
        let short = try harness(
            "referer",
            Self.referers(
                "<TruncatePath>true</TruncatePath><RefererList><Referer>http://a.test</Referer></RefererList>"
            ))
        short.put("key", "text")
        #expect(status(short, "http://a.test/deep/page") == 200)
    }
}
