import CLibvirt
import Support

/// An open libvirt connection and what we ask of it, call by call. Every call blocks.
final class LibvirtSession {
    private let connection: virConnectPtr
    /// Whether the guests are processes of this host.
    private let isLocal: Bool

    /// - Parameter logPath: where libvirt's own messages go.
    init(target: HypervisorTarget, logPath: String) throws {
        try VirtLibrary.prepare(logPath: logPath)
        guard let connection = virConnectOpen(target.uri) else {
            throw HypervisorError.lastOfLibvirt(.cannotConnect, "connect to \(target.uri)")
        }
        self.connection = connection
        isLocal = target.isLocal
    }

    deinit { virConnectClose(connection) }

    func perform(_ request: HypervisorRequest) throws -> HypervisorReply {
        switch request {
        case .versions: return .versions(try versions())
        case .securityModels: return .text(try securityModels().joined(separator: " "))
        case .start(let domains): return .each(try forEach(domains) { try $0.start($1) })
        case .validate(let domains): return .each(try forEach(domains) { try $0.validate($1) })
        case .state(let uuid): return .state(try state(uuid: uuid))
        case .list: return .domains(try list())
        case .destroy(let uuids): try destroy(uuids: uuids)
        case .pause(let uuid): try act(uuid, "pause") { virDomainSuspend($0) }
        case .resume(let uuid): try act(uuid, "resume") { virDomainResume($0) }
        case .monitor(let uuid, let command): return .text(try monitor(uuid: uuid, command: command))
        case .dump(let uuid, let path): try dump(uuid: uuid, to: path)
        }
        return .done
    }

    private func versions() throws -> HypervisorVersions {
        var qemu: UInt = 0
        var libvirt: UInt = 0
        var node = virNodeInfo()
        guard virConnectGetVersion(connection, &qemu) == 0, virConnectGetLibVersion(connection, &libvirt) == 0,
            virNodeGetInfo(connection, &node) == 0
        else { throw HypervisorError.lastOfLibvirt(.operationFailed, "ask for the hypervisor's version") }
        let machine = withUnsafeBytes(of: node.model) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return HypervisorVersions(
            qemu: Self.version(qemu), libvirt: Self.version(libvirt), hostMachine: machine)
    }

    /// libvirt encodes versions as 1,000,000 × major + 1,000 × minor + release.
    private static func version(_ number: UInt) -> String {
        "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
    }

    /// What confines guests here, such as `dac` and `apparmor`, from the `<secmodel>`s of the host's capabilities.
    private func securityModels() throws -> [String] {
        guard let text = virConnectGetCapabilities(connection) else {
            throw HypervisorError.lastOfLibvirt(.operationFailed, "ask for the host's capabilities")
        }
        defer { free(text) }
        return SecurityLabels.models(inCapabilities: String(cString: text))
    }

    /// Does something to several domains side by side.
    ///
    /// Each has a thread of its own: a connection may be used by several, and libvirt keeps errors per thread.
    private func forEach(
        _ domains: [DomainDescription], _ act: @escaping @Sendable (LibvirtSession, DomainDescription) throws -> Void
    ) throws -> [HypervisorReply] {
        nonisolated(unsafe) let session = self
        let replies = Replies(count: domains.count)
        let ends = try WakeEvent()
        for (place, domain) in domains.enumerated() {
            ThreadExecutor.detach(name: "domain") {
                do { try act(session, domain) } catch { replies.set(HypervisorReply(error), at: place) }
                ends.signal()
            }
        }
        ends.wait(for: domains.count)
        return replies.all
    }

    /// What several threads answer, each at its place.
    private final class Replies: Sendable {
        private let list: Guarded<[HypervisorReply]>

        init(count: Int) { list = Guarded(Array(repeating: .done, count: count)) }

        func set(_ reply: HypervisorReply, at place: Int) { list.withLock { $0[place] = reply } }

        var all: [HypervisorReply] { list.withLock { $0 } }
    }

    /// Starts a transient domain: when its QEMU ends, nothing of it is left to clean up.
    private func start(_ domain: DomainDescription) throws {
        let (xml, name) = (domain.xml, domain.name)
        do {
            try create(xml: xml, name: name)
        } catch let error as HypervisorError where error.code == .alreadyExists {
            guard try finishEnding(name: name) else { throw error }
            try create(xml: xml, name: name)
        }
    }

    /// Without a check against libvirt's schema. It takes longer than all the rest of the parsing, it can tell only of a
    /// shape that `DomainXML` never writes, and in a daemon several checks at once are not safe (see `VirtLibrary`).
    private func create(xml: String, name: String) throws {
        guard let domain = virDomainCreateXML(connection, xml, UInt32(VIR_DOMAIN_NONE.rawValue)) else {
            throw HypervisorError.lastOfLibvirt(.startFailed, "start domain \(name)")
        }
        virDomainFree(domain)
    }

    /// Waits until libvirt has forgotten a domain whose QEMU has ended; `false` if there is one that has not.
    private func finishEnding(name: String) throws -> Bool {
        guard let domain = virDomainLookupByName(connection, name) else { return true }
        defer { virDomainFree(domain) }
        guard let uuid = uuid(of: domain), hasEnded(domain, uuid: uuid) else { return false }
        // It says "not found" when it was done meanwhile, and whether it was done the next start will show.
        virDomainDestroy(domain)
        return true
    }

    /// Whether only libvirt's memory is left of a domain.
    ///
    /// libvirt learns of a guest's end a little later than the host's process table. With the embedded driver that is when it
    /// looks, in the background, at the guests of earlier processes.
    private func hasEnded(_ domain: virDomainPtr, uuid: String) -> Bool {
        isLocal && virDomainIsPersistent(domain) != 1 && QEMUProcess.find(uuid: uuid) == nil
    }

    private func validate(_ description: DomainDescription) throws {
        let flags = UInt32(VIR_DOMAIN_DEFINE_VALIDATE.rawValue)
        guard let domain = virDomainDefineXMLFlags(connection, description.xml, flags) else {
            throw HypervisorError.lastOfLibvirt(.invalidSpec, "check the description of domain \(description.name)")
        }
        virDomainUndefine(domain)
        virDomainFree(domain)
    }

    private func state(uuid: String) throws -> DomainState {
        guard let state = try withDomain(uuid, { try self.state(of: $0, uuid: uuid) }) else { return .gone }
        return state
    }

    private func state(of domain: virDomainPtr, uuid: String) throws -> DomainState {
        var state: Int32 = 0
        var reason: Int32 = 0
        guard virDomainGetState(domain, &state, &reason, 0) == 0 else {
            if virGetLastErrorCode() == Int32(VIR_ERR_NO_DOMAIN.rawValue) { return .gone }
            throw HypervisorError.lastOfLibvirt(.operationFailed, "ask for the state of domain \(uuid)")
        }
        if hasEnded(domain, uuid: uuid) { return .gone }
        return DomainState(libvirtState: state, reason: reason)
    }

    private func list() throws -> [LabDomain] {
        var table: UnsafeMutablePointer<virDomainPtr?>?
        let count = virConnectListAllDomains(connection, &table, 0)
        guard count >= 0, let table else {
            throw HypervisorError.lastOfLibvirt(.operationFailed, "list the domains")
        }
        defer { free(table) }
        let domains = UnsafeBufferPointer(start: table, count: Int(count)).compactMap { $0 }
        defer { for domain in domains { virDomainFree(domain) } }
        return try domains.compactMap { domain in
            guard let metadata = metadata(of: domain), let name = virDomainGetName(domain),
                let uuid = uuid(of: domain)
            else { return nil }
            let state = try state(of: domain, uuid: uuid)
            if state.kind == .absent { return nil }
            return LabDomain(name: String(cString: name), uuid: uuid, metadata: metadata, state: state)
        }
    }

    private func metadata(of domain: virDomainPtr) -> LabMetadata? {
        let kind = Int32(VIR_DOMAIN_METADATA_ELEMENT.rawValue)
        guard let text = virDomainGetMetadata(domain, kind, LabMetadata.namespace, 0) else { return nil }
        defer { free(text) }
        return LabMetadata(xml: String(cString: text))
    }

    private func uuid(of domain: virDomainPtr) -> String? {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(VIR_UUID_STRING_BUFLEN)) { buffer in
            guard let base = buffer.baseAddress, virDomainGetUUIDString(domain, base) == 0 else { return nil }
            return String(cString: base)
        }
    }

    /// Ends domains; one that is gone already is a success.
    ///
    /// libvirt's answer is not trusted where we can look ourselves: the embedded driver says "Domain not found" of a guest
    /// that it has just ended. QEMU is signalled first so that several guests end side by side: libvirt takes one after the
    /// other and waits until the host's init has reaped each.
    private func destroy(uuids: [String]) throws {
        let processes = isLocal ? QEMUProcess.find(uuids: uuids) : [:]
        for process in processes.values { process.send(signal: SIGTERM) }
        for uuid in uuids {
            var failure: HypervisorError?
            _ = try withDomain(uuid) { domain in
                if virDomainDestroy(domain) != 0 {
                    failure = .lastOfLibvirt(.operationFailed, "destroy domain \(uuid)")
                }
            }
            if isLocal {
                guard let process = processes[uuid], !process.terminate() else { continue }
                throw failure
                    ?? HypervisorError(.operationFailed, "destroy domain \(uuid): QEMU \(process.pid) does not end")
            }
            if let failure, failure.code != .noSuchDomain { throw failure }
        }
    }

    private func monitor(uuid: String, command: String) throws -> String {
        let reply = try withDomain(uuid) { domain in
            var result: UnsafeMutablePointer<CChar>?
            guard virDomainQemuMonitorCommand(domain, command, &result, 0) == 0, let result else {
                throw HypervisorError.lastOfLibvirt(.operationFailed, "monitor command for domain \(uuid)")
            }
            defer { free(result) }
            return String(cString: result)
        }
        guard let reply else { throw HypervisorError(.noSuchDomain, "monitor command for domain \(uuid): it is gone") }
        return reply
    }

    /// By libvirt's own call: 9.0 crashes when QEMU tells it of the end of a dump that its monitor was asked for.
    private func dump(uuid: String, to path: String) throws {
        let flags = UInt32(VIR_DUMP_MEMORY_ONLY.rawValue)
        let format = UInt32(VIR_DOMAIN_CORE_DUMP_FORMAT_RAW.rawValue)
        try act(uuid, "dump the memory of") { virDomainCoreDumpWithFormat($0, path, format, flags) }
    }

    private func act(_ uuid: String, _ verb: String, _ call: (virDomainPtr) -> Int32) throws {
        let done: Void? = try withDomain(uuid) { domain in
            guard call(domain) == 0 else {
                throw HypervisorError.lastOfLibvirt(.operationFailed, "\(verb) domain \(uuid)")
            }
        }
        guard done != nil else {
            throw HypervisorError(.noSuchDomain, "\(verb) domain \(uuid): there is no such domain")
        }
    }

    /// `nil` if there is no such domain.
    private func withDomain<Result>(_ uuid: String, _ body: (virDomainPtr) throws -> Result) throws -> Result? {
        guard let domain = virDomainLookupByUUIDString(connection, uuid) else {
            let error = HypervisorError.lastOfLibvirt(.operationFailed, "look up domain \(uuid)")
            if error.code == .noSuchDomain { return nil }
            throw error
        }
        defer { virDomainFree(domain) }
        return try body(domain)
    }
}
