import Support

/// Who has a console: two that type at once understand nothing.
package enum ConsoleLock {
    /// How often a console that another command has is tried. A command on it may take any time, so nothing tells when it is free.
    private static let pause = Duration.milliseconds(100)

    /// Takes the console, as soon as another command lets go of it.
    ///
    /// - Throws: `GuestError.Code.busy` with who has it: at once if that is a person, else at the deadline.
    static func take(_ access: ConsoleSession.Access, deadline: ContinuousClock.Instant) async throws -> FileLock {
        while true {
            do {
                return try FileLock(path: access.lock, purpose: access.purpose)
            } catch let error as LockedError {
                guard error.holder?.contains(person) != true, .now < deadline else { throw busy(access.node, error) }
                try await Task.sleep(for: pause)
            }
        }
    }

    /// Takes the console for a person who types.
    ///
    /// - Throws: `GuestError.Code.busy` with who has it.
    package static func attach(node: String, path: String, purpose: String) throws -> FileLock {
        do {
            return try FileLock(path: path, purpose: "\(purpose) \(person)")
        } catch let error as LockedError {
            throw busy(node, error)
        }
    }

    private static let person = "(attached)"

    private static func busy(_ node: String, _ error: LockedError) -> GuestError {
        let holder = error.holder.map { "process \($0)" } ?? "another process"
        return GuestError(
            .busy, node: node, "its console is in use by \(holder)",
            hint: "one at a time can use a console: wait for it to end, or detach it by Ctrl-]")
    }
}
