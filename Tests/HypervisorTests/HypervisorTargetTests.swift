import Support
import Testing

@testable import Hypervisor

@Suite("The choice of a connection")
struct HypervisorTargetTests {
    struct Host: HypervisorHost {
        var user: uid_t
        var programs: [String] = []
        var sockets: [String] = []
        func isExecutable(_ path: String) -> Bool { programs.contains(path) }
        func answers(_ socket: String) -> Bool { sockets.contains(socket) }
    }

    static let cases: [(String?, [String: String], Host, HypervisorTarget.Kind, String)] = [
        ("qemu+ssh://arm/system", ["LIBVIRT_DEFAULT_URI": "x"], Host(user: 0), .explicit, "qemu+ssh://arm/system"),
        (nil, ["LIBVIRT_DEFAULT_URI": "qemu:///session"], Host(user: 0), .explicit, "qemu:///session"),
        (
            "", ["LIBVIRT_DEFAULT_URI": ""], Host(user: 1000, programs: ["/usr/sbin/libvirtd"]), .session,
            "qemu:///session"
        ),
        (nil, [:], Host(user: 1000, programs: ["/usr/sbin/virtqemud"]), .session, "qemu:///session"),
        (
            nil, [:], Host(user: 1000, programs: ["/usr/sbin/libvirtd"], sockets: ["/run/libvirt/libvirt-sock"]),
            .session,
            "qemu:///session"
        ),
        (nil, [:], Host(user: 0, sockets: ["/run/libvirt/libvirt-sock"]), .system, "qemu:///system"),
        (nil, [:], Host(user: 0, sockets: ["/run/libvirt/virtqemud-sock"]), .system, "qemu:///system"),
        (nil, [:], Host(user: 0), .embedded, "qemu:///embed?root=/s/with%20a%26b"),
    ]

    @Test("follows the rule", arguments: cases.indices)
    func rule(index: Int) throws {
        let (connect, environment, host, kind, uri) = Self.cases[index]
        let target = try HypervisorTarget.choose(
            connect: connect, environment: environment, embeddedRoot: "/s/with a&b", host: host)
        #expect(target.kind == kind)
        #expect(target.uri == uri)
        #expect(!target.reason.isEmpty)
    }

    @Test("an ordinary user without a daemon is told what to install")
    func noDaemon() {
        let error = #expect(throws: HypervisorError.self) {
            try HypervisorTarget.choose(connect: nil, environment: [:], embeddedRoot: "/s", host: Host(user: 1000))
        }
        #expect(error?.code == .cannotConnect)
        #expect(error?.exitStatus == .unavailable)
        #expect(error?.hint?.contains("libvirt-daemon") == true)
    }

    @Test("the embedded root survives its way through the URI")
    func embeddedRoot() {
        for root in ["/a", "/a b/c&d=e?f%g", "/ü/#"] {
            #expect(HypervisorTarget.embedded(root: root, reason: "").embeddedRoot == root)
        }
        #expect(HypervisorTarget(kind: .explicit, uri: "qemu:///system", reason: "").embeddedRoot == nil)
    }

    @Test(
        "guests are on this host unless the URI names another",
        arguments: [
            ("qemu:///session", true), ("qemu:///embed?root=/a", true), ("qemu+unix:///system", true),
            ("qemu+ssh://arm/system", false), ("qemu://arm/system", false), ("qemu+ssh://u@arm:22/system?a=b", false),
        ])
    func locality(uri: String, local: Bool) {
        #expect(HypervisorTarget(kind: .explicit, uri: uri, reason: "").isLocal == local)
    }

    @Test("a socket without a listener does not answer")
    func deadSocket() throws {
        #expect(!LocalHost().answers("/nowhere/socket"))
        #expect(!LocalHost().answers("/" + String(repeating: "x", count: 200)))
    }
}
