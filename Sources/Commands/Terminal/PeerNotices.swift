import Lab
import Support

extension PeerCare {
    /// Runs `body`, and says on stderr for whom the lab waits meanwhile.
    func during<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        try await during({ Notice.line(Self.sentence(for: $0)) }, body)
    }

    private static func sentence(for event: Event) -> String {
        switch event {
        case .silent(let silence): return silence.sentence
        case .heard(let node, let milliseconds):
            return
                "\(node) is heard again, after \(Duration.milliseconds(milliseconds).formattedSeconds); nothing was lost"
        case .ended(let node): return "\(node)'s QEMU has ended"
        }
    }
}
