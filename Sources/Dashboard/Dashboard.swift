import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import ServiceLifecycle
import Support

/// An HTTP server that shows the runs of suites and their history, and changes nothing.
package struct Dashboard: Sendable {
    /// Answers every request; tests call it without a server.
    let responder: DashboardResponder

    /// How many connections are served at once; a page that is being made has a thread.
    private static let connections = 64
    /// How long a connection may be silent.
    private static let patience = 30
    /// How long an end waits for downloads.
    private static let grace = Duration.seconds(2)

    /// - Parameter isOpen: whether the address is reached from other hosts, where names of the loopback mean nothing.
    package init(_ settings: DashboardSettings, isOpen: Bool = false) {
        responder = DashboardResponder(settings, isOpen: isOpen)
    }

    /// Whether only this host reaches an address.
    package static func isLoopback(_ address: String) -> Bool {
        let octets = address.split(separator: ".", omittingEmptySubsequences: false)
        let isIPv4 = octets.count == 4 && octets.allSatisfy { UInt8($0) != nil }
        return address == "localhost" || address == "::1" || isIPv4 && octets[0] == "127"
    }

    func application(address: String, port: Int, onReady: @escaping @Sendable (Int) -> Void)
        -> Application<DashboardResponder>
    {
        // What goes wrong with a visitor's connection is no news for whoever runs this.
        let quiet = Logger(label: "dashboard") { _ in SwiftLogNoOpLogHandler() }
        return Application(
            responder: responder,
            server: .http1(configuration: .init(idleTimeout: .seconds(Int64(Self.patience)))),
            configuration: ApplicationConfiguration(
                address: .hostname(address, port: port),
                availableConnectionsDelegate: MaximumAvailableConnections(Self.connections)),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? port) }, logger: quiet)
    }

    /// Serves until the task is cancelled: then it lets requests that are under way end, for a short time.
    ///
    /// - Parameters:
    ///   - address: of an interface of this host, or a name of one.
    ///   - port: 0 for one that is free.
    ///   - onReady: gets the port once it is listened on.
    /// - Throws: `DashboardError.address`; `CancellationError` once it has ended.
    package func run(address: String, port: Int, onReady: @escaping @Sendable (Int) -> Void) async throws {
        let application = application(address: address, port: port, onReady: onReady)
        var configuration = ServiceGroupConfiguration(services: [application], logger: application.logger)
        configuration.maximumGracefulShutdownDuration = Self.grace
        let group = ServiceGroup(configuration: configuration)
        // A task of its own: cancelling the group itself would cut connections off.
        let serving = Task { try await group.run() }
        do {
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: {
                Task { await group.triggerGracefulShutdown() }
            }
        } catch {
            if !Task.isCancelled { throw Self.unusable(address, port, error) }
        }
        try Task.checkCancellation()
    }

    private static func unusable(_ address: String, _ port: Int, _ error: any Error) -> DashboardError {
        let code = (error as? IOError)?.errnoCode
        let reason = code.map { errorText($0) } ?? "\(error)"
        return DashboardError(
            .address, "port \(port) of \(address) cannot be listened on: \(reason)",
            hint: code == EADDRINUSE
                ? "`--port 0` takes a free port" : "`--address` must be an address of this host, or a name of one")
    }
}
