import ArgumentParser
import Dashboard
import FoundationEssentials
import Lab
import Support
import Topology

/// `popcorn-lab serve`: runs and their history in a browser.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Show runs of suites and their history in a browser, until Ctrl-C.",
        discussion: """
              popcorn-lab serve --open
              popcorn-lab serve --port 0            a port that is free; the address is printed
              popcorn-lab serve --address 0.0.0.0   for other hosts: the address that is printed has a token

            It shows what is on the disk at that moment, also of runs that go on, and changes nothing. On a loopback address every \
            user of this host can read it; --token FILE asks them for a token, too. There is no encryption: from elsewhere, \
            come through `ssh -L`.
            """)

    @Option(help: "The port; 0 for one that is free.")
    var port = 8390

    @Option(help: "The address to listen on.")
    var address = "127.0.0.1"

    @OptionGroup var history: HistoryOptions

    @Option(
        help: ArgumentHelp(
            "Ask for the token in this file, which only you may read (default: a new one, where other hosts reach the address).",
            valueName: "file"),
        completion: .file())
    var token: String?

    @Flag(help: "Open the page in a browser, by xdg-open.")
    var open = false

    func validate() throws {
        guard (0...65535).contains(port) else { throw ValidationError("--port must be from 0 to 65535.") }
        guard !address.isEmpty else { throw ValidationError("--address must not be empty.") }
    }

    func run() async throws {
        let environment = try GlobalOptions.environment()
        let store = RunStore(environment: environment)
        let isOpen = !Dashboard.isLoopback(address)
        let token = try token.map { try AccessToken(file: $0) } ?? (isOpen ? AccessToken() : nil)
        let settings = DashboardSettings(
            runs: environment.directories.runs, history: history.path, token: token,
            additions: { try RunPast(of: $0, in: $1, withSeries: true).additions },
            trace: { folder, file in
                // A try's folder is laid out like a run.
                let run = RunDirectory(id: folder, directories: environment.directories)
                try store.timeline(run).writeChromeTrace(to: file)
            })
        let opener = open ? try await HostCommand("xdg-open", package: "xdg-utils").locate() : nil
        let (address, isOwnToken) = (address, self.token != nil)
        try await Dashboard(settings, isOpen: isOpen).run(address: address, port: port) { port in
            let base = "http://\(Self.host(address)):\(port)/"
            let whole = base + (token.map { "?token=\($0.text)" } ?? "")
            // What is in a file need not be on a terminal, too.
            Output.line(isOwnToken ? base + "?token=…" : whole)
            if let opener { Task { try? await HostCommand(opener, [whole]).run() } }
        }
    }

    /// How other programs call an address of ours.
    private static func host(_ address: String) -> String {
        switch address {
        case "0.0.0.0", "::":
            var name = [CChar](repeating: 0, count: 256)
            guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
            return ByteText.text(name)
        case _ where address.contains(":"): return "[\(address)]"
        default: return address
        }
    }
}
