import FoundationEssentials
import ISA
import Support

/// apt with a root directory of its own: it resolves, verifies and downloads packages of any architecture, as any user.
///
/// The host's sources, keyrings and proxy settings hold; its package database, hooks and foreign architectures do not.
package struct AptRoot: Sendable {
    /// Runs one of apt's programs and gives what it prints. It throws what its caller's users are to be told: that `purpose`,
    /// such as `download packages for arm64`, cannot be done.
    package typealias Runner =
        @Sendable (_ tool: String, _ arguments: [String], _ folder: String?, _ purpose: String) async throws -> String

    /// The directory that holds lists and settings; its parent exists.
    private let directory: String
    private let runner: Runner

    /// Prepares the directory.
    ///
    /// - Parameter hostConfiguration: the host's `/etc/apt`.
    /// - Throws: `DebianError` if that names no source of Debian's `main`.
    package init(directory: String, hostConfiguration: String, runner: @escaping Runner) throws {
        self.directory = directory
        self.runner = runner
        let sources = try AptSources(directory: hostConfiguration)
        try Directories.create(directory + "/lists/partial")
        try AtomicFile.write(sources.text, to: directory + "/debian.sources")
    }

    /// Fetches the lists of packages of some architectures, or what has changed in them since.
    package func update(architectures: [String]) async throws {
        let settings = try configure(architectures)
        try await run(
            "apt-get", settings, ["update", "-q", "-o", "APT::Update::Error-Mode=any"],
            "fetch the lists of packages for \(architectures.joined(separator: " and "))")
    }

    /// The packages that `names` need, themselves included, without what `excluded` matches, at their newest version.
    ///
    /// Programs that run while modules are built (`linux-kbuild-*`) are taken for this host's architecture.
    package func closure(of names: [String], excluded: [String], isa: ISA, host: ISA) async throws -> [DebianPackage] {
        let settings = try configure([isa.debianArchitecture])
        let purpose = "resolve the packages for \(isa.rawValue)"
        let text = try await run(
            "apt-cache", settings, ["depends", "--recurse", "--important"] + names, purpose)
        let graph = DependencyGraph(text)
        let all = graph.closure(of: names) { name in excluded.contains { fnmatch($0, name, 0) == 0 } }
        if let missing = names.first(where: { !graph.contains($0) }) {
            throw DebianError(
                .archive, "Debian has no package `\(missing)` for \(isa.rawValue)",
                hint: "check its name in the recipe; `--no-cache` fetches newer lists of packages")
        }
        let tools = all.filter { isa != host && fnmatch("linux-kbuild-*", $0, 0) == 0 }
        var result = try await packages(
            all.filter { !tools.contains($0) }, architecture: isa.debianArchitecture, purpose: purpose)
        result += try await packages(tools, architecture: host.debianArchitecture, purpose: purpose)
        return result.sorted { ($0.name, $0.architecture) < ($1.name, $1.architecture) }
    }

    /// Downloads packages into `folder`, under apt's names for them, and verifies them against the signed lists.
    ///
    /// - Parameter architecture: for which packages of the architecture `all` are asked for.
    package func download(_ packages: [DebianPackage], architecture: String, into folder: String) async throws {
        let groups = Dictionary(grouping: packages) { $0.architecture == "all" ? architecture : $0.architecture }
        for (architecture, group) in groups {
            let names = group.map { "\($0.name)=\($0.version)" }
            try await run(
                "apt-get", try configure([architecture]), ["download", "-q"] + names,
                "download packages for \(architecture)", in: folder)
        }
    }

    /// The packages of these names alone, at their newest version.
    package func packages(_ names: [String], architecture: String, purpose: String) async throws -> [DebianPackage] {
        guard !names.isEmpty else { return [] }
        let settings = try configure([architecture])
        let text = try await run("apt-get", settings, ["download", "--print-uris", "-qq"] + names, purpose)
        let packages = text.split(separator: "\n").compactMap { DebianPackage(printedURI: $0) }
        if let missing = Set(names).subtracting(packages.map(\.name)).min() {
            throw DebianError(.archive, "cannot \(purpose): apt gives no file and SHA-256 for `\(missing)`")
        }
        return packages
    }

    @discardableResult
    private func run(
        _ tool: String, _ settings: String, _ arguments: [String], _ purpose: String, in folder: String? = nil
    ) async throws -> String {
        try await runner(tool, ["-c", settings] + arguments, folder, purpose)
    }

    /// Writes the settings for some architectures, the first of them the native one, and returns their file.
    private func configure(_ architectures: [String]) throws -> String {
        let name = architectures.joined(separator: "+")
        let state = "\(directory)/\(name)"
        try Directories.create(state + "/archives/partial")
        let status = open(state + "/status", O_WRONLY | O_CREAT | O_CLOEXEC, 0o644)
        guard status >= 0 else { throw SystemError("create \(state)/status") }
        close(status)
        let list = architectures.map { "\"\($0)\";" }.joined(separator: " ")
        // Given by `-c`, these come after the host's own settings, see apt.conf(5).
        let text = """
            #clear APT::Architectures;
            #clear APT::Update;
            #clear DPkg::Post-Invoke;
            #clear DPkg::Pre-Invoke;
            #clear Acquire::IndexTargets::deb;
            #clear Acquire::IndexTargets::deb-src;
            Acquire::IndexTargets::deb::Packages {
              MetaKey "$(COMPONENT)/binary-$(ARCHITECTURE)/Packages";
              ShortDescription "Packages";
              Description "$(RELEASE)/$(COMPONENT) $(ARCHITECTURE) Packages";
            };
            APT::Architecture "\(architectures[0])";
            APT::Architectures { \(list) };
            // apt would give up root for the download, and its user cannot write to our cache.
            APT::Sandbox::User "root";
            Acquire::Languages "none";
            Acquire::PDiffs "false";
            Acquire::GzipIndexes "false";
            Acquire::ForceHash "SHA256";
            Acquire::Retries "2";
            Acquire::http::Timeout "20";
            Acquire::https::Timeout "20";
            Dir::State "\(state)";
            Dir::State::lists "\(directory)/lists";
            Dir::State::status "\(state)/status";
            Dir::Cache "\(state)";
            Dir::Cache::archives "\(state)/archives";
            Dir::Cache::pkgcache "packages.bin";
            Dir::Cache::srcpkgcache "";
            Dir::Etc::sourcelist "\(directory)/debian.sources";
            Dir::Etc::sourceparts "/dev/null";
            Dir::Etc::preferences "/dev/null";
            Dir::Etc::preferencesparts "/dev/null";

            """
        let file = "\(directory)/\(name).conf"
        try AtomicFile.write(text, to: file)
        return file
    }
}
