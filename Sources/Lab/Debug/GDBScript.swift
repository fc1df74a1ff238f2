import ISA

/// What gdb does before its user's commands, in the Python that is in it
/// (https://sourceware.org/gdb/current/onlinedocs/gdb.html/Python-API.html).
struct GDBScript {
    var isa: ISA
    /// Of the guest.
    var socket: String
    var symbols: String?
    /// The kernel's own commands (Documentation/dev-tools/gdb-kernel-debugging.rst), if it was built with them.
    var extensions: String?
    /// Where `_text` is in the guest.
    var base: UInt64?
    /// Sockets of the guests that stand still together with this one.
    var others: [String]

    var text: String {
        """
        import gdb
        import socket

        SOCKET = \(Self.literal(socket))
        SYMBOLS = \(symbols.map(Self.literal) ?? "None")
        EXTENSIONS = \(extensions.map(Self.literal) ?? "None")
        BASE = \(base.map { "0x" + String($0, radix: 16) } ?? "None")
        OTHERS = [\(others.map(Self.literal).joined(separator: ", "))]


        def quoted(path):
            return '"' + path.replace('\\\\', '\\\\\\\\').replace('"', '\\\\"') + '"'


        class Others:
            '''The other guests, which stand still while this one does.'''

            def __init__(self, paths):
                self.paths = paths
                self.held = []

            def ask(self, connection, packet):
                '''Sends a packet of gdb's remote protocol, and waits for the answer.'''
                connection.sendall(b'$%s#%02x' % (packet, sum(packet) % 256))
                answer = b''
                while b'#' not in answer[:-2]:
                    piece = connection.recv(4096)
                    if not piece:
                        break
                    answer += piece
                connection.sendall(b'+')

            def stop(self, event=None):
                if self.held:
                    return
                for path in self.paths:
                    connection = socket.socket(socket.AF_UNIX)
                    connection.settimeout(10)
                    try:
                        connection.connect(path)
                        self.ask(connection, b'?')
                        self.held.append(connection)
                    except OSError as error:
                        print('popcorn-lab: a guest goes on alone: %s: %s' % (path, error))

            def go_on(self, event=None):
                for connection in self.held:
                    try:
                        self.ask(connection, b'D')
                    except OSError as error:
                        print('popcorn-lab: a guest may stand still: %s' % error)
                    connection.close()
                self.held = []


        others = Others(OTHERS)
        gdb.execute('set architecture \(isa == .x86_64 ? "i386:x86-64" : "aarch64")', to_string=True)
        if SYMBOLS:
            gdb.execute('file ' + quoted(SYMBOLS))
            if BASE is not None:
                linked = int(gdb.parse_and_eval('(unsigned long)&_text'))
                if linked != BASE:
                    gdb.execute('symbol-file', to_string=True)
                    gdb.execute('symbol-file %s -o 0x%x' % (quoted(SYMBOLS), (BASE - linked) % (1 << 64)))
        others.stop()
        try:
            gdb.execute('target remote ' + SOCKET)
        except gdb.error:
            others.go_on()
            raise
        gdb.events.stop.connect(others.stop)
        gdb.events.cont.connect(others.go_on)
        gdb.events.gdb_exiting.connect(others.go_on)
        gdb.events.exited.connect(others.go_on)
        if EXTENSIONS:
            try:
                gdb.execute('source ' + EXTENSIONS)
            except gdb.error as error:
                print('popcorn-lab: %s: %s' % (EXTENSIONS, error))

        """
    }

    /// A text as Python writes it: in single quotes, with the bytes that end it or a line escaped.
    static func literal(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\\": "\\\\"
            case "'": "\\'"
            case "\n": "\\n"
            case "\r": "\\r"
            default: String(scalar)
            }
        }
        return "'" + escaped.joined() + "'"
    }
}
