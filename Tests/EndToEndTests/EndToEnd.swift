import Testing

/// Real guests, driven by the command line alone. One test at a time: they share a lab.
///
/// Suites run in the order in which they stand here. No test depends on another: each leaves the lab as it found it.
@Suite("popcorn-lab", .serialized, .timeLimit(.minutes(6)))
struct EndToEnd {
    @Suite("on a host") struct Host {}
    @Suite("up and status") struct Life {}
    @Suite("exec, ssh, cp, console") struct Access {}
    @Suite("logs") struct KernelLogs {}
    @Suite("deploy and run") struct Programs {}
    @Suite("message layer") struct MessageLayer {}
    @Suite("net") struct Network {}
    @Suite("migration") struct Migration {}
    @Suite("programs that move by themselves") struct CompiledPrograms {}
    @Suite("collect, runs, trace") struct Observation {}
    @Suite("known state") struct KnownState {}
    @Suite("diagnosis") struct Diagnoses {}
    @Suite("faults") struct Faults {}
    @Suite("migration and faults") struct MigrationFaults {}
    @Suite("suites of cases") struct Regression {}
    @Suite("many nodes") struct ManyNodes {}
    @Suite("kernels of one's own") struct OwnKernels {}
    @Suite("disks of one's own") struct Disks {}
    @Suite("at length", .enabled(if: LongTests.areWanted), .timeLimit(.minutes(60))) struct Long {}
    @Suite("down") struct End {}
}
