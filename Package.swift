// swift-tools-version: 6.2
import PackageDescription

/// The rooms of the house: `popcorn-lab` -> `Commands` -> `Lab` -> the others, which do not know each other and share the
/// ground: `Topology`, `Binaries`, `KernelFiles`, `Archives`, `Debian`, `UserInput`, `ISA` and `Support`. `GuestContract`
/// also knows `Guest` and `Trace`.
/// `Regression` runs suites on `Lab`; what it finds are `Results`, which `History` keeps, `Report` shows and `Dashboard`
/// serves. Those four know no lab.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
]

func room(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(of name: String, _ more: [Target.Dependency] = [], exclude: [String] = []) -> Target {
    .testTarget(
        name: name + "Tests", dependencies: [.byName(name: name), "TestSupport"] + more, exclude: exclude,
        swiftSettings: strict)
}

func cLibrary(_ name: String, pkgConfig: String, apt: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([apt])])
}

/// LLVM 19 as Debian installs it; `popcorn-cc` alone links it, so that `popcorn-lab` never loads it.
let llvm = "/usr/lib/llvm-19"
let linkLLVM: [LinkerSetting] = [.unsafeFlags(["-L\(llvm)/lib"]), .linkedLibrary("LLVM-19")]
let cxxWithLLVM: [CXXSetting] = [
    .unsafeFlags(["-I\(llvm)/include", "-fno-exceptions", "-fno-rtti", "-O2", "-Wno-deprecated-declarations"])
]
let importLLVM: [SwiftSetting] = strict + [.unsafeFlags(["-Xcc", "-I\(llvm)/include"])]

let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let log = Target.Dependency.product(name: "Logging", package: "swift-log")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")
let system = Target.Dependency.product(name: "SystemPackage", package: "swift-system")

let package = Package(
    name: "popcorn-lab",
    products: [
        .executable(name: "popcorn-lab", targets: ["popcorn-lab"]),
        .executable(name: "popcorn-lab-bench", targets: ["popcorn-lab-bench"]),
        .executable(name: "popcorn-cc", targets: ["popcorn-cc"]),
        .library(name: "MultiISAPassPlugin", type: .dynamic, targets: ["MultiISAPassPlugin"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ],
    targets: [
        .executableTarget(
            name: "popcorn-lab", dependencies: ["Commands", "Hypervisor", "Support", "CLinux"], swiftSettings: strict),
        .executableTarget(
            name: "popcorn-lab-bench",
            dependencies: [
                "Fabric", "GuestContract", "ImageStore", "Topology", "Support", "History", "Report", "Results",
                "Statistics",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: strict),
        room(
            "Commands",
            [
                "Lab", "Topology", "Hypervisor", "ImageStore", "KernelFiles", "Fabric", "Guest", "GuestContract",
                "Trace",
                "Binaries", "UserInput", "ISA", "Support", "CLinux", "Regression", "Results", "History", "Report",
                "Statistics",
                "Dashboard",
                log,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        room(
            "Dashboard",
            [
                "Report", "History", "Results", "Statistics", "Support", hummingbird, log, system,
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        room(
            "Report",
            ["History", "Results", "Statistics", "Support", .product(name: "Mustache", package: "swift-mustache")]),
        room(
            "Regression",
            [
                "Lab", "Guest", "GuestContract", "Hypervisor", "Fabric", "Topology", "Trace", "Results", "History",
                "Statistics", "UserInput",
                "ISA",
                "Support",
                system,
            ]),
        room("History", ["Results", "Statistics", "Support", system, .product(name: "GRDB", package: "GRDB.swift")]),
        room("Results", ["Support", system]),
        room("Statistics", []),
        room(
            "Lab",
            [
                "Topology", "ImageStore", "KernelFiles", "Hypervisor", "Fabric", "Guest", "GuestContract", "Trace",
                "Binaries", "UserInput", "ISA", "Support", "CPopcornLayout", system, log,
            ]),
        room("Topology", ["UserInput", "ISA", "Support"]),
        room(
            "ImageStore",
            ["Archives", "Binaries", "KernelFiles", "Debian", "UserInput", "ISA", "Support", "CLibarchive"]),
        room("KernelFiles", ["Archives", "Binaries", "ISA", "Support", "CLinux"]),
        room("Archives", ["Support", "CLibarchive"]),
        room("Hypervisor", ["Topology", "ISA", "Support", "CLibvirt", "CLibxml2", system]),
        room("Fabric", ["Support"]),
        room("Guest", ["Topology", "Archives", "Support", "CLibssh", system]),
        room("GuestContract", ["Guest", "Trace", "Topology", "Support", system]),
        room("Trace", ["Topology", "Support", "CLibarchive", system]),
        room("Binaries", ["ISA", "Support"]),
        room("Debian", ["ISA", "Support"]),
        room("UserInput", ["Support", "Yams", system]),
        room("ISA", []),
        room("Support", ["CLibcrypto", "CLinux", subprocess, system]),
        .target(name: "CLinux"),
        .systemLibrary(name: "CPopcornLayout"),

        .executableTarget(name: "popcorn-cc", dependencies: ["MultiISA", "Support"], swiftSettings: strict),
        .target(
            name: "MultiISA",
            dependencies: ["MultiISAPasses", "Binaries", "Debian", "CLLVM", "ISA", "Support"],
            swiftSettings: importLLVM),
        .target(
            name: "MultiISAPasses",
            cxxSettings: cxxWithLLVM, linkerSettings: linkLLVM),
        // Each pass alone, for `opt-19 -load-pass-plugin`.
        .target(
            name: "MultiISAPassPlugin", dependencies: ["MultiISAPasses"],
            cxxSettings: cxxWithLLVM + [.headerSearchPath("../MultiISAPasses")], linkerSettings: linkLLVM),
        .systemLibrary(name: "CLLVM", providers: [.apt(["llvm-19-dev"])]),

        cLibrary("CLibarchive", pkgConfig: "libarchive", apt: "libarchive-dev"),
        cLibrary("CLibcrypto", pkgConfig: "libcrypto", apt: "libssl-dev"),
        cLibrary("CLibssh", pkgConfig: "libssh", apt: "libssh-dev"),
        cLibrary("CLibvirt", pkgConfig: "libvirt-qemu", apt: "libvirt-dev"),
        .systemLibrary(name: "CLibxml2", providers: [.apt(["libxml2-dev"])]),

        .target(
            name: "TestSupport", dependencies: ["ISA", "Support", system], path: "Tests/TestSupport",
            swiftSettings: strict),
        tests(of: "Support", [system]),
        tests(of: "UserInput", ["Topology"]),
        tests(of: "Binaries", ["ISA", "Support"]),
        tests(of: "KernelFiles", ["Archives", "Binaries", "ISA", "Support", "CLibarchive"]),
        tests(of: "Debian", ["Support"]),
        tests(of: "Topology", ["UserInput", "ISA", "Support"]),
        tests(of: "ImageStore", ["Archives", "Binaries", "Debian", "UserInput", "ISA", "Support"]),
        tests(of: "Hypervisor", ["Topology", "ISA", "Support"]),
        tests(of: "Fabric", ["Support"]),
        tests(of: "Guest", ["Support", system]),
        tests(of: "GuestContract", ["Topology", "Trace"]),
        tests(of: "Trace", ["Topology", "Support", "CLibarchive"], exclude: ["Recorded"]),
        tests(
            of: "Lab",
            [
                "Topology", "GuestContract", "Hypervisor", "ImageStore", "KernelFiles", "UserInput", "ISA", "Support",
                "Trace", log, system,
            ]),
        tests(of: "Statistics"),
        tests(of: "Results", ["Support"], exclude: ["Examples"]),
        tests(of: "History", ["Results", "Statistics", "Support", .product(name: "GRDB", package: "GRDB.swift")]),
        tests(of: "Report", ["History", "Results", "Support"]),
        tests(
            of: "Dashboard",
            [
                "History", "Report", "Results", "Support", system,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        tests(of: "Regression", ["Lab", "Results", "Topology", "Trace", "UserInput", "Support", system, log]),
        tests(
            of: "Commands",
            [
                "Binaries", "History", "Regression", "Results", "Support",
                .product(name: "Yams", package: "Yams"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        tests(
            of: "MultiISA", ["Lab", "Binaries", "ISA", "Support", "popcorn-cc", "MultiISAPassPlugin"],
            exclude: ["Programs", "IR"]),

        // The kernels' protocols, whose pure parts are compiled for the host and explored.
        .testTarget(
            name: "ProtocolTests", dependencies: ["TestSupport", "Support"], exclude: ["Explorer"],
            swiftSettings: strict),

        // Real guests, driven by the command line that was built.
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "popcorn-lab", "popcorn-cc", "Lab", "GuestContract", "ImageStore", "Archives", "ISA", "Results",
                "TestSupport",
                "Support",
                system, log,
            ],
            exclude: ["Probe", "Compiled", "Suites"],
            swiftSettings: strict),
        .testTarget(
            name: "SlurmTests",
            dependencies: [
                "popcorn-lab", "Regression", "Results", "Lab", "Topology", "UserInput", "TestSupport", "Support",
                system,
                log,
            ],
            exclude: ["cluster.sh", "stand-in.py"], swiftSettings: strict),
        .testTarget(
            name: "FaultTests", dependencies: ["popcorn-lab", "Lab", "TestSupport", "Topology", "Support"],
            swiftSettings: strict),
    ],
    cxxLanguageStandard: .cxx17
)
