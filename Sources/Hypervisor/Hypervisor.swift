import Support

/// How to reach the hypervisor: a value that opens connections.
package struct Hypervisor: Sendable {
    /// Which libvirt connections are opened to.
    package var target: HypervisorTarget
    /// Where messages of libvirt and verdicts on acceleration are kept.
    package var stateDirectory: String
    /// Whose guests we start: `LabMetadata.owner`.
    package var owner: String
    /// The program that serves as `HypervisorHelper`: this one, unless it is a test.
    var helperExecutable: String

    /// Without `owner`, guests belong to `stateDirectory` on this host.
    package init(
        target: HypervisorTarget, stateDirectory: String, owner: String? = nil,
        helperExecutable: String = "/proc/self/exe"
    ) {
        self.target = target
        self.stateDirectory = stateDirectory
        self.owner = owner ?? LabMetadata.owner(stateDirectory: stateDirectory)
        self.helperExecutable = helperExecutable
    }

    /// Chooses the connection as `HypervisorTarget.choose` does, with the embedded driver's state below `directories.state`.
    package init(connect: String?, environment: [String: String], directories: Directories) throws {
        let state = directories.state + "/libvirt"
        let target = try HypervisorTarget.choose(
            connect: connect, environment: environment, embeddedRoot: state + "/root")
        self.init(
            target: target, stateDirectory: state, owner: LabMetadata.owner(stateDirectory: directories.state))
    }

    /// Checks what is known without a connection: that the embedded driver can keep its state where it is to.
    ///
    /// - Throws: `HypervisorError`.
    package func checkPlace() throws {
        if let root = target.embeddedRoot { try EmbeddedRoot(path: root).check() }
    }

    /// Opens a connection, hands it to `body`, and closes it whatever happens.
    ///
    /// With the embedded driver only one process of the host can be inside at a time, the others wait: keep `body` short, and
    /// await a booting guest outside.
    /// - Throws: `HypervisorError`, with `busy` if another process stays inside too long; what `body` throws.
    package func withConnection<Result: Sendable>(
        isolation: isolated (any Actor)? = #isolation,
        _ body: (HypervisorConnection) async throws -> Result
    ) async throws -> Result {
        try await withConnection(while: {}, { connection, _ in try await body(connection) })
    }

    /// `withConnection(_:)` with something else to do while the connection is being opened, which takes a fraction of a second.
    ///
    /// `body` gets what `preparation` returned; it is not called if that throws.
    package func withConnection<Preparation: Sendable, Result: Sendable>(
        while preparation: () async throws -> Preparation, isolation: isolated (any Actor)? = #isolation,
        _ body: (HypervisorConnection, Preparation) async throws -> Result
    ) async throws -> Result {
        let connection = HypervisorConnection()
        do {
            async let opening: Void = connection.open(self)
            let prepared = try await preparation()
            try await opening
            let result = try await body(connection, prepared)
            await connection.close()
            return result
        } catch {
            await connection.close()
            throw error
        }
    }
}
