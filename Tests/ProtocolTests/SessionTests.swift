import Support
import TestSupport
import Testing

/// The protocol of sessions (`msg_socket/session.c`), in every state that two sides can reach.
@Suite("the protocol of sessions")
struct SessionTests {
    private static let model = ProtocolModel(
        model: "session_model.c", sources: ["session.c"], folder: "Images/kernel/msg_socket")

    @Test(
        "whatever breaks, and whoever is loaded anew: nothing is lost, nothing comes twice, and order is kept",
        arguments: [
            ["frames=1", "breaks=3", "sessions=3"], ["frames=1", "breaks=1", "reboots=2"],
            ["frames=2", "breaks=3", "reboots=0", "drops=0", "sessions=1"],
        ])
    func explored(limits: [String]) async throws {
        let result = try await Self.model.explore(limits)
        #expect(result.status == 0, "\(result)")
        // A model in which hardly anything can happen would prove nothing.
        let states = try #require(result.text.split(separator: " ").first.flatMap { Int($0) })
        #expect(states > 50_000)
    }

    @Test("a session that is wrong in one place breaks a rule", arguments: mutants)
    func mutant(mutant: Mutant) async throws {
        let result = try await Self.model.explore(["frames=2", "sessions=2"], mutant: mutant)
        #expect(result.status == 1 && result.text.contains("violation:"), "\(mutant): \(result)")
    }

    private static let mutants = [
        Mutant("session->pushed = received_by_peer;", ";", why: "what was under way is not pushed again"),
        Mutant("session->pushed = received_by_peer;", "session->pushed = 0;", why: "all is pushed again"),
        Mutant(
            "session->epoch == dialer->epoch &&", "dialer->epoch &&", why: "any session of the dialer is taken for ours"
        ),
        Mutant("begin(session, newest + 1,", "begin(session, newest,", why: "an epoch is used twice"),
        Mutant(
            "session->newest > dialer->newest ? session->newest : dialer->newest", "session->newest",
            why: "the dialer's epochs are forgotten"),
        Mutant(
            "*session = (struct session){ .epoch = epoch, .newest = epoch, .boot_id = boot_id };",
            "session->epoch = session->newest = epoch; session->boot_id = boot_id;",
            why: "a new session begins where the old one was"),
        Mutant(
            "if (session->epoch && session->epoch == acceptor->epoch) {", "if (session->epoch) {",
            why: "the dialer takes a new session for the old one"),
        Mutant(
            "*session = (struct session){ .newest", "*session = (struct session){ .epoch = session->epoch, .newest",
            why: "a session that was given up is resumed"),
    ]
}
