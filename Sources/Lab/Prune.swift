import Fabric
import FoundationEssentials
import Hypervisor
import ImageStore
import Support

/// `prune`: finds and removes what nobody needs any more.
///
/// Guests and switches that no record names come from a killed `up` or a deleted record; images and downloads from older
/// recipes. Labs that have a record are not touched.
public struct Prune: Sendable {
    public struct Options: Sendable {
        /// Only tell.
        public var dryRun = false
        /// Old images and downloads too.
        public var images = true
        /// Runs that ended longer ago than this; `nil` keeps all.
        public var runsOlderThan: Duration?

        public init() {}
    }

    let environment: LabEnvironment
    let options: Options
    let report: LabEventHandler

    public init(environment: LabEnvironment, options: Options, report: @escaping LabEventHandler) {
        self.environment = environment
        self.options = options
        self.report = report
    }

    public func callAsFunction() async throws {
        try Directories.create(environment.directories.runtime)
        let records = try environment.store.names.compactMap { try environment.store.load($0) }
        try await removeGuests(knownTo: records)
        try removeRuntime(knownTo: records)
        try removeHalfMadeLabs()
        if options.images { try await removeImages(knownTo: records) }
        if let age = options.runsOlderThan { try removeRuns(olderThan: age) }
    }

    private func did(_ what: String) { report(.note((options.dryRun ? "would remove " : "removed ") + what)) }

    private func removeGuests(knownTo records: [LabRecord]) async throws {
        let known = Set(records.flatMap { $0.nodes.map(\.uuid) })
        let hypervisor = try environment.hypervisor()
        let strays = try await hypervisor.withConnection { connection in
            let strays = try await connection.labDomains().filter { !known.contains($0.uuid) }
            if !options.dryRun { try await connection.destroy(strays.map(\.uuid)) }
            return strays
        }
        for stray in strays { did("guest \(stray.name) of lab '\(stray.metadata.lab)', which has no record") }
    }

    /// Directories of sockets whose lab is gone, with the switch that may still run there.
    private func removeRuntime(knownTo records: [LabRecord]) throws {
        let known = Set(records.map(\.spec.name))
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: environment.directories.runtime)) ?? []
        for name in entries.sorted() where !known.contains(name) && !name.hasSuffix(".lock") {
            let paths = environment.store.paths(name)
            guard let lock = try? FileLock(path: paths.lock, purpose: "prune") else { continue }
            defer { withExtendedLifetime(lock) {} }
            if !options.dryRun {
                try VDESwitch(directory: paths.fabric).stop()
                try environment.store.removeRuntime(name)
            }
            did("switch and sockets of lab '\(name)'")
        }
    }

    /// Directories with keys but without a record, from an `up` that was killed early.
    private func removeHalfMadeLabs() throws {
        let known = Set(environment.store.names)
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: environment.directories.labs)) ?? []
        for name in entries.sorted() where !known.contains(name) {
            guard let lock = try? FileLock(path: environment.store.paths(name).lock, purpose: "prune") else { continue }
            defer { withExtendedLifetime(lock) {} }
            if !options.dryRun { try environment.store.remove(name) }
            did("files of lab '\(name)', which has no record")
        }
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
