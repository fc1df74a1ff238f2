import Testing
import Trace

@testable import GuestContract

@Suite("logs of guests without programs of ours")
struct DmesgTextTests {
    @Test("what dmesg prints is read as the kernel's own records are")
    func records() {
        let printed = "<5>[    0.000000] Linux version 4.4\n<6>[   12.345678] popcorn:    1 joined, x86_64\nno stamp\n"
        let records = DmesgText.records(Array(printed.utf8))
        #expect(
            String(decoding: records, as: UTF8.self)
                == "5,0,0,-;Linux version 4.4\n6,1,12345678,-;popcorn:    1 joined, x86_64\n6,2,12345678,-;no stamp\n")
        var parser = KernelLogParser()
        let messages = parser.feed(records) + parser.finish()
        #expect(messages.map(\.text) == ["Linux version 4.4", "popcorn:    1 joined, x86_64", "no stamp"])
    }
}
