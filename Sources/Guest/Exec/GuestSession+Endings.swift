import Support
import Topology

extension GuestSession {
    /// How a command ended whose channel was closed without a word.
    ///
    /// dropbear reports no signal that RFC 4254 has no name for. What our guests load into it keeps them by the server's
    /// process for this connection, which is the parent of each command here, in the order in which the channels closed
    /// (`Images/guest/tools/popcorn-endings.c`).
    func ending(ofUnreported result: RemoteResult, _ name: String) async throws -> RemoteResult {
        let place = unreportedEndings
        unreportedEndings += 1
        let kept = try? await exec("cat \(GuestFile.endings(server: "$PPID"))", deadline: .now + .seconds(30))
        guard let kept, kept.succeeded, let ending = Self.endings(kept.text).dropFirst(place).first else {
            throw GuestError(
                .commandFailed, node: endpoint.node,
                "the guest's SSH server told neither an exit code nor a signal of \(name)")
        }
        var result = result
        result.ending = ending
        return result
    }

    /// Lines of a signal's number, and 1 if the command dumped core.
    static func endings(_ text: String) -> [RemoteResult.Ending] {
        text.split(separator: "\n").compactMap { line in
            let numbers = line.split(separator: " ").compactMap { Int32($0) }
            guard numbers.count == 2, numbers[0] > 0 else { return nil }
            return .signalled(name: SignalName.text(numbers[0]), coreDumped: numbers[1] != 0)
        }
    }
}
