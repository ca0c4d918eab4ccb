import OSSModel
import Testing

/// The time texts: published examples, every refusal, and round trips over the whole range.
@Suite struct OSSTimeTests {
    private func http(_ text: String) -> Int64? { OSSTime.parseHTTPDate(Array(text.utf8)[...]) }
    private func basic(_ text: String) -> Int64? { OSSTime.parseBasic(Array(text.utf8)[...]) }
    private func extended(_ text: String) -> Int64? { OSSTime.parseExtended(Array(text.utf8)[...]) }

    @Test func readsTheExampleOfTheRFC() {
        #expect(http("Sun, 06 Nov 1994 08:49:37 GMT") == 784_111_777)
        #expect(OSSTime.httpDate(784_111_777) == Array("Sun, 06 Nov 1994 08:49:37 GMT".utf8))
    }

    @Test(arguments: [
        "", "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 UTC", "Sun, 06 Nov 1994 08:49:37 gmt",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:60 GMT", "Sun, 31 Nov 1994 08:49:37 GMT",
        "Tue, 29 Feb 2023 00:00:00 GMT", "Sun, 00 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
        "Xyz, 06 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, +6 Nov 1994 08:49:37 GMT",
    ])
    func refusesOtherHTTPDates(_ text: String) {
        #expect(http(text) == nil)
    }

    @Test func readsBasicForm() {
        #expect(basic("20231203T121212Z") == 1_701_605_532)
        #expect(OSSTime.basic(1_701_605_532) == Array("20231203T121212Z".utf8))
        #expect(OSSTime.basicDay(1_701_605_532) == Array("20231203".utf8))
        for text in [
            "20231203T121212", "20231303T121212Z", "20230230T121212Z", "20231203t121212Z", "2023-12-03",
        ] {
            #expect(basic(text) == nil)
        }
    }

    @Test func readsExtendedForm() {
        #expect(extended("2023-12-03T12:12:12Z") == 1_701_605_532)
        #expect(extended("2023-12-03T12:12:12.999Z") == 1_701_605_532)
        #expect(OSSTime.extended(1_701_605_532) == Array("2023-12-03T12:12:12.000Z".utf8))
        for text in [
            "2023-12-03T12:12:12.Z", "2023-12-03T12:12:12", "2023-12-03 12:12:12Z", "2023-12-03T12:12:12Zx",
        ] {
            #expect(extended(text) == nil)
        }
    }

    @Test func knowsLeapDaysAndLeapSeconds() {
        #expect(basic("20000229T000000Z") == 951_782_400)
        #expect(basic("21000229T000000Z") == nil)
        #expect(http("Sat, 31 Dec 2016 23:59:60 GMT") == 1_483_228_800)
    }

    @Test func weekdaysRunOnOverLeapDays() {
        // From Monday 1900-01-01 to 2104 in steps of 13 days, over the exceptions of 1900, 2000 and 2100.
        var weekday = 1
        let names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
        for seconds in stride(from: Int64(-2_208_985_139), through: 4_228_671_600, by: 13 * 86_400) {
            let text = OSSTime.httpDate(seconds)
            #expect(text.prefix(3).elementsEqual(names[weekday].utf8))
            #expect(OSSTime.parseHTTPDate(text[...]) == seconds)
            weekday = (weekday + 13) % 7
        }
    }

    @Test func timesOfAllFourDigitYearsSurviveARoundTrip() {
        for seconds in stride(from: OSSTime.secondsMin, through: OSSTime.secondsMax, by: 400_000_003) {
            #expect(OSSTime.parseBasic(OSSTime.basic(seconds)[...]) == seconds)
            #expect(OSSTime.parseExtended(OSSTime.extended(seconds)[...]) == seconds)
        }
    }

    @Test func timesBeyondFourDigitYearsAreHeld() {
        #expect(OSSTime.extended(.max) == Array("9999-12-31T23:59:59.000Z".utf8))
        #expect(OSSTime.extended(.min) == Array("0000-01-01T00:00:00.000Z".utf8))
    }
}
