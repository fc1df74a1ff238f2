import Support

/// What the compiler says on standard error.
enum Messages {
    static func say(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

    static func write(_ text: String, to descriptor: Int32) {
        try? AtomicFile.writeAll(ByteText.bytes(text), to: descriptor, name: "a standard stream")
    }

    /// A command line as `-v` shows it.
    static func show(_ tool: Tool, _ arguments: [String]) {
        say(
            " "
                + ([tool.name] + arguments).map {
                    "\"\($0.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
                }
                .joined(separator: " "))
    }
}
