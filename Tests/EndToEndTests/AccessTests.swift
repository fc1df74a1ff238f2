import FoundationEssentials
import Support
import Testing

extension EndToEnd.Access {
    @Test("exec passes stdin, stdout, stderr and the exit code through", arguments: ["x86", "arm"])
    func exec(node: String) async throws {
        let lab = try await SharedLab.shared()
        let ending = try await lab(
            "exec", node, "cat; uname -m; echo oops >&2; exit 42", input: Array("from here\n".utf8), exit: 42)
        #expect(ending.text == "from here\n" + (node == "x86" ? "x86_64\n" : "aarch64\n"))
        #expect(ending.errorText == "oops\n")
        // Several words are one command, with nothing for a shell to expand; options are the command's.
        let words = try await lab("exec", node, "echo", "-n", "$HOME", "a  b", "*")
        #expect(words.text == "$HOME a  b *")
    }

    @Test("a command that a signal ends gives 128 and the signal's number")
    func signals() async throws {
        let lab = try await SharedLab.shared()
        try await lab("exec", "x86", "kill -TERM $$", exit: 143)
        try await lab("exec", "arm", "kill -KILL $$", exit: 137)
        try await lab("exec", "arm", "no-such-program", exit: 127)
    }

    @Test("a signal that SSH has no name for is told by number and name, and an exit code as high is not taken for one")
    func unnamedSignals() async throws {
        let lab = try await SharedLab.shared()
        for (node, number, name) in [("x86", 7, "BUS"), ("arm", 31, "SYS"), ("arm", 37, "RTMIN+3")] {
            let ending = try await lab("exec", node, "kill -\(number) $$", exit: Int32(128 + number))
            #expect(ending.errorText == "popcorn-lab: \(node): ended by SIG\(name)\n")
        }
        let exit = try await lab("exec", "x86", "exit 135", exit: 135)
        #expect(exit.errors.isEmpty)
        let all = try await lab("exec", "--all", "kill -7 $$", exit: 135)
        #expect(all.errorText.contains("x86: ended by SIGBUS") && all.errorText.contains("arm: ended by SIGBUS"))
        // What the server is given for this goes no further, and is gone with the connection.
        #expect(try await lab("exec", "x86", "env; ls /run").text.contains("endings") == false)
    }

    @Test("exec --all runs on every node, marks each line with its node, and passes a failure on")
    func execAll() async throws {
        let lab = try await SharedLab.shared()
        let ending = try await lab(
            "exec", "--all", "uname -n; uname -m; echo e >&2; test $(uname -m) = x86_64", exit: 1)
        #expect(ending.lines.sorted() == ["arm: aarch64", "arm: arm", "x86: x86", "x86: x86_64"])
        #expect(ending.errorText.split(separator: "\n").sorted() == ["arm: e", "x86: e"])
    }

    @Test("commands lie at the same addresses each time, so that an emulator translates them once")
    func fixedAddresses() async throws {
        let lab = try await SharedLab.shared()
        let command = "awk '/r-xp|stack/ { print $1 }' /proc/self/maps"
        let first = try await lab("exec", "--all", command).lines.sorted()
        #expect(first.count > 6)
        #expect(try await lab("exec", "--all", command).lines.sorted() == first)
    }

    @Test("five megabytes of anything pass through exec in both directions unchanged", arguments: ["x86", "arm"])
    func binaryPipe(node: String) async throws {
        let lab = try await SharedLab.shared()
        var random = SystemRandomNumberGenerator()
        let bytes = (0..<5_000_000 / 8).flatMap { _ in withUnsafeBytes(of: random.next()) { Array($0) } }
        let digest = SHA256.hex(of: bytes)
        let sent = try await lab("exec", node, "tee /tmp/big | sha256sum", input: bytes)
        #expect(sent.text.hasPrefix(digest))
        let back = try await lab("exec", node, "cat /tmp/big; rm /tmp/big")
        #expect(back.output.count == bytes.count)
        #expect(SHA256.hex(of: back.output) == digest)
    }

    @Test("exec of an unknown node is refused and names the nodes there are")
    func unknownNode() async throws {
        let lab = try await SharedLab.shared()
        let ending = try await lab("exec", "mips", "true", exit: 64)
        #expect(ending.errorText.contains("mips"))
        #expect(ending.errorText.contains("x86") && ending.errorText.contains("arm"))
        try await lab("exec", "arm", exit: 64)
    }

    @Test("ssh --config lets OpenSSH in, which checks the host keys")
    func openSSH() async throws {
        let lab = try await SharedLab.shared()
        let config = lab.workplace.file("lab.ssh")
        try AtomicFile.write(try await lab("ssh", "--config").output, to: config)
        #expect(try await lab.host("ssh", "-F", config, "arm", "uname -m").text == "aarch64\n")
        #expect(try await lab.host("ssh", "-F", config, "x86", "uname -m").text == "x86_64\n")
        // The other node's key at this port is a stranger's.
        let text = try await lab("ssh", "--config").text
        let port = try await lab.status().node("x86").sshPort
        try AtomicFile.write(
            text.replacing("Port \(port)", with: "Port \(try await lab.status().node("arm").sshPort)"), to: config)
        let stranger = try await lab.host("ssh", "-F", config, "x86", "uname -m", exit: 255)
        #expect(stranger.output.isEmpty)
    }

    @Test("ssh opens a login shell on a terminal of the caller's size, and passes its exit code on")
    func shell() async throws {
        let lab = try await SharedLab.shared()
        let command = "stty rows 33 cols 101; exec \(lab.workplace.popcornLab.executable) ssh arm"
        let ending = try await lab.host(
            "script", "-qec", command, "/dev/null", input: Array("tty; stty size; echo $((6*7))-it; exit 7\n".utf8),
            exit: 7)
        #expect(ending.text.contains("/dev/pts/"))
        #expect(ending.text.contains("33 101"))
        #expect(ending.text.contains("42-it"))
    }

    @Test("ssh with a pipe runs what it says, without a terminal")
    func shellFromPipe() async throws {
        let lab = try await SharedLab.shared()
        let ending = try await lab("ssh", "x86", input: Array("echo $((6*7)); exit 3\n".utf8), exit: 3)
        #expect(ending.text == "42\n")
    }

    @Test("cp moves files and directories both ways with their modes, links and odd names")
    func copy() async throws {
        let lab = try await SharedLab.shared()
        let tree = lab.workplace.file("tree")
        let odd = "a b'c\"d $(e) ü\u{1F37F}"
        try Directories.create(tree + "/sub/deep")
        try Directories.create(tree + "/empty")
        try AtomicFile.write("#!/bin/sh\necho $0\n", to: tree + "/sub/deep/run", mode: 0o755)
        chmod(tree + "/sub/deep/run", 0o755)
        try AtomicFile.write((0...255).map { UInt8($0) }, to: "\(tree)/sub/\(odd)")
        try AtomicFile.write("", to: tree + "/nothing")
        symlink("sub/deep/run", tree + "/link")

        let up = try await lab("cp", tree, "arm:/tmp/")
        #expect(up.output.isEmpty && up.errors.isEmpty)
        let listed = try await lab("exec", "arm", "cd /tmp/tree && find . | sort && readlink link && ./sub/deep/run")
        #expect(listed.lines.contains("./sub/\(odd)") && listed.lines.contains("./empty"))
        #expect(listed.lines.suffix(2) == ["sub/deep/run", "./sub/deep/run"])

        let back = lab.workplace.file("back")
        try await lab("cp", "arm:/tmp/tree", back)
        try await lab.host("diff", "-r", "--no-dereference", tree, back)
        var status = stat()
        #expect(stat(back + "/sub/deep/run", &status) == 0 && status.st_mode & 0o777 == 0o755)

        try await lab("cp", "\(tree)/sub/\(odd)", "all:/tmp/odd")
        let digests = try await lab("exec", "--all", "sha256sum /tmp/odd; rm -rf /tmp/odd /tmp/tree")
        let digest = SHA256.hex(of: (0...255).map { UInt8($0) })
        #expect(digests.lines.sorted() == ["arm: \(digest)  /tmp/odd", "x86: \(digest)  /tmp/odd"])
    }

    @Test("arguments, variables and file names that are no UTF-8 arrive byte for byte")
    func bytes() async throws {
        let lab = try await SharedLab.shared()
        let script = """
            cd "$1"; odd=$(printf 'a\\377\\303b'); lab=$2
            "$lab" exec arm printf %s "$odd" | od -An -tx1
            "$lab" exec arm "printf %s $odd" | od -An -tx1
            echo content > "$odd"; mkdir -p "d$odd" back; cp "$odd" "d$odd/$odd"
            "$lab" cp "$odd" "d$odd" arm:/tmp/ && "$lab" cp "arm:/tmp/$odd" "arm:/tmp/d$odd" back/
            cmp "$odd" "back/$odd" && cmp "$odd" "back/d$odd/$odd" && echo same
            "$lab" exec arm rm -r "/tmp/$odd" "/tmp/d$odd"
            """
        let place = lab.workplace.file("odd")
        try Directories.create(place)
        let tool = lab.workplace.popcornLab.executable
        #expect(
            try await lab.host("sh", "-c", script, "sh", place, tool).lines == [" 61 ff c3 62", " 61 ff c3 62", "same"])
    }

    @Test("cp writes to devices, pipes and through symbolic links, here and in guests, and replaces none of them")
    func copyToSpecial() async throws {
        let lab = try await SharedLab.shared()
        let place = lab.workplace.file("special")
        try Directories.create(place)
        mkfifo(place + "/pipe", 0o600)
        symlink("target", place + "/link")
        let passwd = try await lab("exec", "arm", "cat /etc/passwd").output
        try await lab("cp", "arm:/etc/passwd", place + "/link")
        #expect(try await lab.host("readlink", place + "/link").text == "target\n")
        #expect(try AtomicFile.read(place + "/target").map { Array($0) } == passwd)
        async let piped = lab.host("cat", place + "/pipe")
        try await lab("cp", "arm:/etc/passwd", place + "/pipe")
        #expect(try await piped.output == passwd)
        #expect(try await lab("cp", "arm:/etc/passwd", "/dev/stdout").output == passwd)
        try await lab("cp", place + "/target", "arm:/dev/null")
        #expect(
            try await lab("exec", "arm", "stat -c %F /dev/null; ls -a /dev | grep partial; true").text.hasPrefix(
                "character"))
    }

    @Test("cp of what is not there fails, names it, and leaves nothing")
    func copyNothing() async throws {
        let lab = try await SharedLab.shared()
        let down = try await lab("cp", "arm:/no/such", lab.workplace.file("none"), exit: 1)
        #expect(down.errorText.contains("/no/such") && down.errorText.contains("arm"))
        #expect(Glibc.access(lab.workplace.file("none"), F_OK) != 0)
        let up = try await lab("cp", lab.workplace.file("none"), "arm:/tmp/", exit: 1)
        #expect(up.errorText.contains(lab.workplace.file("none")))
        try await lab("cp", "arm:/etc/passwd", "x86:/tmp/", exit: 64)
    }

    @Test("console gives a shell on the serial line, also through a pipe", arguments: ["x86", "arm"])
    func console(node: String) async throws {
        let lab = try await SharedLab.shared()
        let ending = try await lab("console", node, input: Array("\necho on-$((6*7))-line\n".utf8))
        #expect(ending.text.contains("on-42-line"))
    }

    @Test("console in the background stops until it gets the terminal")
    func background() async throws {
        let lab = try await SharedLab.shared()
        // The shell's `wait` gives 128 and the signal that stopped the job.
        let commands = """
            \(lab.workplace.popcornLab.executable) console arm & wait $!; echo state=$((0 + $?))
            kill -KILL $!
            exit 0
            exit 0

            """
        let ending = try await lab.host(
            "script", "-qec", "bash --norc -i", "/dev/null", input: Array(commands.utf8), exit: 0)
        #expect(ending.text.contains("state=\(128 + SIGTTOU)"))
    }

    @Test("console on a terminal ends at its detach key")
    func detach() async throws {
        let lab = try await SharedLab.shared()
        let ending = try await lab.host(
            "script", "-qec", "\(lab.workplace.popcornLab.executable) console arm", "/dev/null",
            input: Array("\r\u{1d}never sent\r".utf8))
        #expect(ending.text.contains("detached"))
    }
}
