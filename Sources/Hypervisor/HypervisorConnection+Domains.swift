import Support

extension HypervisorConnection {
    /// The versions of QEMU and libvirt at the other end, and its machine.
    package func versions() throws -> HypervisorVersions {
        guard case .versions(let versions) = try perform(.versions) else { throw mismatch() }
        return versions
    }

    /// Starts a guest. It is transient: when QEMU ends, whatever the reason, libvirt forgets it.
    ///
    /// The guest outlives this process. Its console's socket and log exist when this returns.
    /// - Throws: `HypervisorError` with `invalidSpec`, `alreadyExists`, `portInUse` or `startFailed`.
    package func start(_ spec: DomainSpec) throws {
        for case let failure? in try start([spec]) { throw failure }
    }

    /// `start(_:)` for several guests side by side, as libvirt takes a good part of a second for each.
    ///
    /// - Returns: for each what went wrong, `nil` if it was started.
    /// - Throws: `HypervisorError` if none was tried, with `invalidSpec` for a description that cannot be written.
    package func start(_ specs: [DomainSpec]) throws -> [HypervisorError?] {
        try failures(of: .start(try descriptions(of: specs)), count: specs.count)
    }

    /// Lets libvirt check descriptions against its schema and the host, without starting anything.
    ///
    /// - Returns: for each what is wrong with it, `nil` if nothing is.
    package func validate(_ specs: [DomainSpec]) throws -> [HypervisorError?] {
        try failures(of: .validate(try descriptions(of: specs)), count: specs.count)
    }

    private func descriptions(of specs: [DomainSpec]) throws -> [DomainDescription] {
        let labels = try labels()
        return try specs.map { DomainDescription(xml: try DomainXML.text(of: $0, labels: labels), name: $0.name) }
    }

    private func failures(of request: HypervisorRequest, count: Int) throws -> [HypervisorError?] {
        guard case .each(let replies) = try perform(request), replies.count == count else { throw mismatch() }
        return replies.map { reply in
            guard case .failed(let code, let summary, let hint) = reply else { return nil }
            return HypervisorError(code, summary, hint: hint)
        }
    }

    /// The state of the domain with this UUID; `absent` is a state, not an error.
    package func state(of uuid: String) throws -> DomainState {
        guard case .state(let state) = try perform(.state(uuid: uuid)) else { throw mismatch() }
        return state
    }

    /// All live domains that carry our metadata, of every lab.
    package func labDomains() throws -> [LabDomain] {
        guard case .domains(let domains) = try perform(.list) else { throw mismatch() }
        return domains
    }

    /// Ends guests at once, as by pulling their plugs, and returns when their QEMUs are gone. One that is absent is a success.
    package func destroy(_ uuids: [String]) throws { _ = try perform(.destroy(uuids: uuids)) }

    /// `destroy(_:)` for one guest.
    package func destroy(_ uuid: String) throws { try destroy([uuid]) }

    /// Stops the guest's CPUs where they are.
    package func pause(_ uuid: String) throws { _ = try perform(.pause(uuid: uuid)) }

    /// Lets a paused guest go on.
    package func resume(_ uuid: String) throws { _ = try perform(.resume(uuid: uuid)) }
}
