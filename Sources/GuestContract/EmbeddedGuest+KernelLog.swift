import Guest

extension EmbeddedGuest {
    /// The kernel's log up to now, as records of `/dev/kmsg`.
    package func kernelLog() async throws -> [UInt8] {
        guard isOwn else { return try await session.exec("popcorn-kmsg", deadline: deadline(.seconds(10))).output }
        return DmesgText.records(
            try await output(of: "dmesg -r", within: .seconds(30), subject: "dmesg").output)
    }

    /// Starts what answers many questions, and records, over one channel.
    package func recorder() async throws -> GuestRecorder { try await GuestRecorder(on: self) }

    /// The kernel's log, and what comes to it until the command is ended.
    package func followKernelLog() async throws -> FollowedCommand<[UInt8]> {
        try await FollowedCommand(in: try programs(), startBy: nil, endBy: nil) {
            RemoteCommand("exec popcorn-kmsg -f", output: .bytes($0))
        }
    }
}
