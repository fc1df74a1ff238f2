import Binaries
import Testing

@testable import Commands

@Suite struct InspectHoldsTests {
    private func hold(_ kind: Hold.Kind, _ function: String, _ line: Int?, _ reason: String) -> Hold {
        Hold(kind: kind, function: function, file: line == nil ? nil : "a.c", line: line, reason: reason)
    }

    @Test("what can hold a thread for long comes first, and handlers of signals are a count")
    func order() {
        let lines = InspectCommand.lines(of: [
            hold(.signalHandler, "main", 1, "calls sigaction: h runs on a shadow stack of its own and never moves"),
            hold(.callback, "list", 2, "calls scandir, which calls visible: no move until it returns"),
            hold(.signalHandler, "main", 3, "calls sigaction: h runs on a shadow stack of its own and never moves"),
            hold(.loop, "spin", 4, "a loop without a migration point"),
            hold(.nodeLocal, "look", 5, "calls dlopen: a handle"),
            hold(.nodeLocal, "look", 6, "calls dlopen: a handle"),
            hold(.noPoint, "long", nil, "no path leads from it to a migration point"),
            hold(.short, "brief", 8, "it is short"),
        ])
        #expect(
            lines == [
                "",
                "A thread that was asked to move stays where it is in",
                "PLACE  FUNCTION  WHY",
                "-      long      no path leads from it to a migration point",
                "a.c:4  spin      a loop without a migration point",
                "a.c:2  list      calls scandir, which calls visible: no move until it returns",
                "",
                "What a thread gets here means nothing on another node:",
                "PLACE  FUNCTION  WHY",
                "a.c:5  look      calls dlopen: a handle (and 1 more place here)",
                "",
                "Signal handlers never move, and are over when they return: 2 calls set one, the first (a.c:1 in main); "
                    + "--json lists all",
                "",
                "Without a check, as they call nothing, do not loop and are soon over: brief",
            ])
        #expect(InspectCommand.lines(of: []).isEmpty)
    }
}
