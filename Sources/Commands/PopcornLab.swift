import ArgumentParser

/// The root command; every verb is a file of its own.
public struct PopcornLab: AsyncParsableCommand {
    public static let configuration = CommandConfiguration(
        commandName: "popcorn-lab",
        abstract: "Run one program on two kernels of different instruction sets."
    )

    public init() {}
}
