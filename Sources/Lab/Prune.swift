import FoundationEssentials
import Hypervisor
import ImageStore
import Support
import Topology

/// `prune`: finds and removes what nobody needs any more.
///
/// Guests and switches that no record names come from a killed `up` or a deleted record; images and downloads from older
/// recipes. Labs that have a record are not touched, nor those that another process works on, nor other state directories'.
package struct Prune: Sendable {
    /// What may be removed. Stray guests, sockets and keys always may.
    package struct Options: Sendable {
        /// Only tell.
        package var dryRun = false
        /// Old images and downloads too.
        package var images = true
        /// Runs that ended longer ago than this; `nil` keeps all.
        package var runsOlderThan: Duration?

        /// All that may be removed, except runs.
        package init() {}
    }

    let environment: LabEnvironment
    let options: Options
    let report: LabEventHandler

    /// Prepares to prune; `report` is told what is removed, or would be, and which records cannot be read.
    package init(environment: LabEnvironment, options: Options, report: @escaping LabEventHandler) {
        self.environment = environment
        self.options = options
        self.report = report
    }

    /// Removes it, or only tells.
    package func prune() async throws {
        let (records, broken) = environment.store.all()
        for lab in broken { report(.note("\(lab.error)")) }
        let strays = try await removeProbes(among: strayGuests())
        for name in names(of: strays) { try await removeStray(name, guests: strays.filter { $0.metadata.lab == name }) }
        if options.images && broken.isEmpty { try await removeImages(knownTo: records) }
        if let age = options.runsOlderThan { try removeRuns(olderThan: age) }
    }

    private func did(_ what: String) { report(.note((options.dryRun ? "would remove " : "removed ") + what)) }

    /// Our guests that no record names, as far as can be told without the labs' locks.
    private func strayGuests() async throws -> [LabDomain] {
        let hypervisor = try environment.hypervisor()
        let domains = try await hypervisor.withConnection { try await $0.labDomains() }
        // A record is written before its guests are started: who reads them in the other order knows of all guests here.
        let (records, broken) = environment.store.all()
        let known = Set(records.flatMap { $0.nodes.map(\.uuid) })
        let unreadable = Set(broken.map(\.name))
        return domains.filter {
            $0.metadata.owner == hypervisor.owner && !known.contains($0.uuid) && !unreadable.contains($0.metadata.lab)
        }
    }

    /// Guests that were only to show whether KVM works; their keepers wait for them, if they still live.
    private func removeProbes(among guests: [LabDomain]) async throws -> [LabDomain] {
        let dead = guests.filter { $0.metadata.keeper?.isAlive == false }
        try await remove(dead)
        return guests.filter { $0.metadata.keeper == nil }
    }

    /// Labs without a record that left something: guests, sockets, or keys.
    private func names(of strays: [LabDomain]) -> [String] {
        let directories = environment.directories
        let left = [directories.runtime, directories.labs].flatMap {
            (try? FileManager.default.contentsOfDirectory(atPath: $0)) ?? []
        }
        let known = Set(environment.store.names)
        return Set(strays.map(\.metadata.lab) + left.filter { !$0.hasSuffix(".lock") }).subtracting(known).sorted()
            + Set(strays.map(\.metadata.lab)).intersection(known).sorted()
    }

    private func removeStray(_ name: String, guests: [LabDomain]) async throws {
        // Who holds the lock is about to make a record of it, or to remove it.
        guard let lock = try? environment.store.lock(name, purpose: environment.purpose) else { return }
        defer { withExtendedLifetime(lock) {} }
        let record = try environment.store.load(name)
        let known = Set(record?.nodes.map(\.uuid) ?? [])
        try await remove(guests.filter { !known.contains($0.uuid) })
        guard record == nil else { return }
        if !options.dryRun { try await Removal(environment: environment).remove(name) }
        did("files and sockets of lab '\(name)', which has no record")
    }

    private func remove(_ guests: [LabDomain]) async throws {
        guard !guests.isEmpty else { return }
        if !options.dryRun {
            let hypervisor = try environment.hypervisor()
            try await hypervisor.withConnection { try await $0.destroy(guests.map(\.uuid)) }
        }
        for guest in guests { did("guest \(guest.name) of lab '\(guest.metadata.lab)', which has no record") }
    }

    private func removeImages(knownTo records: [LabRecord]) async throws {
        let used = Set(records.flatMap { $0.nodes.map(\.image) })
        if options.dryRun { return }
        for id in try await environment.imageStore.prune(keeping: used) { did("image \(id)") }
    }

    private func removeRuns(olderThan age: Duration) throws {
        let oldest = Date(timeIntervalSinceNow: -Double(age.components.seconds))
        for manifest in RunStore(environment: environment).manifests()
        where (manifest.ended ?? manifest.started) < oldest {
            let run = RunDirectory(id: manifest.id, directories: environment.directories)
            if !options.dryRun { try FileManager.default.removeItem(atPath: run.path) }
            did("run \(run.id)")
        }
    }
}
