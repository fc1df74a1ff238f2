import Binaries
import FoundationEssentials
import MultiISA
import Support
import TestSupport
import Testing

@Suite struct DriverTests {
    let bench: Workbench
    init() throws { bench = try Workbench() }

    @Test("make works with CC=popcorn-cc: objects, archives, dependencies, libraries")
    func make() async throws {
        try write("greet.h", "const char *greeting(void);\n")
        try write("greet.c", "#include \"greet.h\"\nconst char *greeting(void) { return TEXT; }\n")
        try write("unused.c", "int nobody_defines_this(void); int unused(void) { return nobody_defines_this(); }\n")
        try write(
            "main.c", "#include \"greet.h\"\n#include <stdio.h>\nint main(void) { puts(greeting()); return 0; }\n")
        try write(
            "Makefile",
            """
            CFLAGS = -O2 -g -Wall -std=c11 -pipe -fPIC -MMD -MP -DTEXT='"from make"'
            LDFLAGS = -L. -Wl,--as-needed
            program: main.o libgreet.a
            \t$(CC) $(CFLAGS) $(LDFLAGS) -o $@ main.o -lgreet -lm -lpthread
            libgreet.a: greet.o unused.o
            \t$(AR) rc $@ $^
            -include main.d greet.d

            """)
        let compiler = try Workbench.compiler()
        let outcome = try await bench.run(
            "make", ["CC=\(compiler)"], environment: ["POPCORN_LAB_ROOT": Workbench.root])
        try #require(outcome.status == 0, "\(outcome.output)\(outcome.messages)")
        #expect(try await bench.run(bench.path("program")).output == "from make\n")
        #expect(try await bench.run("qemu-aarch64", [bench.path("program_aarch64")]).output == "from make\n")
        #expect(try String(contentsOfFile: bench.path("main.d"), encoding: .utf8).contains("greet.h"))
    }

    @Test("names of files may be any bytes, of sources, objects, archives and programs")
    func names() async throws {
        let outcome = try await bench.run(
            "bash",
            [
                "-ec",
                #"""
                d=$'d\xff' m=$'m\xfe'
                mkdir "$d"
                echo 'int seven(void); int main(void) { return seven(); }' >"$d/$m.c"
                echo 'int seven(void) { return 7; }' >"$d/seven.c"
                "$0" -c "$d/$m.c" -o "$d/$m.o"
                "$0" -c "$d/seven.c" -o "$d/seven.o"
                ar rc "$d/lib$m.a" "$d/seven.o"
                "$0" "$d/$m.o" -L"$d" -l"$m" -o "$d/$m"
                "$d/$m"
                """#, try Workbench.compiler(),
            ], environment: ["POPCORN_LAB_ROOT": Workbench.root])
        #expect(outcome.status == 7, "\(outcome.output)\(outcome.messages)")
    }

    @Test("a makefile that sets BIN, SRC and LIBS and includes the shared one builds all three files")
    func sharedMakefile() async throws {
        try write(
            "one.c",
            "#include <math.h>\n#include <stdio.h>\ndouble f(double);\n"
                + "int main(void) { printf(\"%.1f\\n\", f(sqrt(16))); return 0; }\n")
        try write("two.c", "double f(double x) { return x / 8; }\n")
        try write(
            "Makefile",
            "BIN = small\nSRC = one.c two.c\nLIBS = -lm\ninclude \(Workbench.root)/Images/runtime/popcorn.mk\n")
        let environment = ["POPCORN_LAB_ROOT": Workbench.root]
        let compiler = "CC=\(try Workbench.compiler())"
        let outcome = try await bench.run("make", [compiler], environment: environment)
        try #require(outcome.status == 0, "\(outcome.messages)")
        for name in ["small", "small_x86-64"] {
            #expect(try await bench.run(bench.path(name)).output == "0.5\n")
        }
        #expect(try await bench.run("qemu-aarch64", [bench.path("small_aarch64")]).output == "0.5\n")
        #expect(try await bench.run("make", [compiler, "clean"], environment: environment).status == 0)
        #expect(!FileManager.default.fileExists(atPath: bench.path("small_aarch64")))
    }

    @Test("-E preprocesses, -S gives LLVM IR, -c names the object after the source")
    func otherActions() async throws {
        try write("a.c", "#define X 42\nint f(void) { return X; }\n")
        #expect(try await bench.popcornCC(["-E", "a.c"]).output.contains("return 42;"))
        #expect(try await bench.popcornCC(["-S", "a.c"]).status == 0)
        #expect(try String(contentsOfFile: bench.path("a.s"), encoding: .utf8).contains("define"))
        #expect(try await bench.popcornCC(["-c", "a.c"]).status == 0)
        #expect(FileManager.default.contents(atPath: bench.path("a.o"))?.starts(with: Array("BC".utf8)) == true)
    }

    @Test("a source with errors fails like cc, and leaves no object")
    func sourceError() async throws {
        try write("wrong.c", "int main(void) { return undeclared; }\n")
        let outcome = try await bench.popcornCC(["-c", "wrong.c"])
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains("wrong.c:1"))
        #expect(!FileManager.default.fileExists(atPath: bench.path("wrong.o")))
    }

    @Test("a native object is refused with advice")
    func nativeObject() async throws {
        try write("n.c", "int main(void) { return 0; }\n")
        #expect(try await bench.run("gcc", ["-c", "n.c"]).status == 0)
        let outcome = try await bench.popcornCC(["n.o", "-o", "n"])
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains("compile it with popcorn-cc -c"))
    }

    @Test("two definitions of a function are an error that names it")
    func duplicate() async throws {
        try write("one.c", "int f(void) { return 1; } int main(void) { return f(); }\n")
        try write("two.c", "int f(void) { return 2; }\n")
        let outcome = try await bench.popcornCC(["one.c", "two.c", "-o", "both"])
        #expect(outcome.status == 1)
        #expect(outcome.messages.contains("'f'"))
    }

    private func write(_ name: String, _ text: String) throws {
        try text.write(toFile: bench.path(name), atomically: false, encoding: .utf8)
    }
}

@Suite struct InvocationTests {
    @Test("options are sorted into those for clang and ours")
    func options() throws {
        let invocation = try Invocation([
            "-O3", "-g", "-DX=1", "-I", "inc", "-Wall", "-std=gnu99", "-fPIC", "-pthread", "a.c", "b.o", "-lm", "-L",
            "lib",
            "-o", "out", "-fmigration-checks=entry",
        ])
        #expect(invocation.action == .link)
        #expect(invocation.inputs == [.source("a.c"), .object("b.o"), .library("m")])
        #expect(invocation.frontEnd == ["-g", "-DX=1", "-I", "inc", "-Wall", "-std=gnu99", "-pthread"])
        #expect(invocation.optimization == "-O3")
        #expect(invocation.checks == .entry)
        #expect(invocation.output == "out")
        #expect(invocation.debugInformation)
    }

    @Test(
        "what would give another program than asked for is refused",
        arguments: [
            ["-shared", "a.c"], ["a.cpp"], ["a.s"], ["lib.so"], ["libz.so.1"], ["-m32", "a.c"], ["-fopenmp", "a.c"],
            ["-mlong-double-80", "a.c"], ["-fsanitize=address", "a.c"], ["-fmigration-checks=some", "a.c"], ["-o"], [],
            ["-c", "-o", "x.o", "a.c", "b.c"], ["-x", "c++", "a.c"], ["-nostdlib", "a.c"],
            ["-c", "-T", "own.ld", "a.c"],
            ["-c", "-Wl,-T,own.ld", "a.c"], ["-c", "-Wl,--nosuch", "a.c"], ["-c", "-Wl,-shared", "a.c"], ["-c", "a.h"],
            ["-funsigned-bitfields", "a.c"], ["-Xlinker"], ["-Wl,-u"],
        ])
    func refused(arguments: [String]) {
        let error = #expect(throws: CompilerError.self) { try Invocation(arguments) }
        #expect(error?.code == .usage)
    }
}

/// What `cc -static` takes and what makes no other program.
@Suite struct HarmlessOptionTests {
    @Test(
        "options of cc that change nothing are taken by the compilation as by the link",
        arguments: [
            "-rdynamic", "-Wl,-export-dynamic", "-Wl,-E", "-Wl,-z,relro,-z,now", "-Wl,--gc-sections", "-Wl,--as-needed",
            "-Wl,-rpath,/usr/lib", "-Wl,-rpath=/usr/lib", "-Wl,--build-id", "-Wl,--build-id=sha1", "-Wl,-soname,x.so.1",
            "-Wl,-O1", "-Wl,--hash-style=gnu", "-Wl,--no-undefined", "-Wl,-Bstatic", "-Wl,--version-script=x.map", "-s",
            "-static", "-static-pie", "-static-libgcc", "-no-pie", "-pie", "-fPIC", "-fPIE", "-flto", "-flto=auto",
            "-fuse-ld=gold", "-fuse-linker-plugin", "-march=native", "-mtune=generic", "-msse4.2", "-m64",
            "-fno-plt", "-fstack-clash-protection", "-fexceptions", "-ftree-vectorize", "-fno-tree-pre", "-fipa-pta",
            "-fno-var-tracking-assignments", "-fstack-usage", "--param=ssp-buffer-size=4", "-Wlogical-op",
            "-Wno-maybe-uninitialized", "-Werror=discarded-qualifiers", "-Wa,--noexecstack", "-B/usr/lib/gold",
            "-specs=/usr/share/dpkg/no-pie-link.specs", "-pipe", "-time", "-Wl,--warn-common", "-Wl,--strip-all",
        ])
    func ignored(option: String) throws {
        for action in [[], ["-c"]] {
            let invocation = try Invocation(action + [option, "a.c"])
            #expect(invocation.inputs == [.source("a.c")] && invocation.frontEnd.isEmpty)
        }
    }

    @Test(
        "options with a value in the next argument take it along",
        arguments: [
            ["--param", "ssp-buffer-size=4"], ["-z", "relro"], ["-Xlinker", "-rpath", "-Xlinker", "/usr/lib"],
            ["-Wl,-rpath", "-Wl,/usr/lib"], ["-B", "/usr/lib"], ["-Wl,-m,elf_x86_64"], ["-Wl,-soname", "-Wl,x"],
            ["-rpath", "/usr/lib"],
        ])
    func ignoredWithValue(options: [String]) throws {
        #expect(try Invocation(options + ["a.c"]).inputs == [.source("a.c")])
    }

    @Test("what the linker is asked for keeps its place among the inputs")
    func linkerInputs() throws {
        let invocation = try Invocation([
            "a.c", "-Wl,--whole-archive", "libx.a", "-Wl,--no-whole-archive,--start-group,-ly,libz.a",
            "-Wl,--end-group",
            "-Wl,--push-state,--whole-archive", "-lw", "-Wl,--pop-state", "-u", "f", "-Wl,--undefined=g,-Map,x.map",
            "-Wl,-L,lib", "-Wl,--wrap=malloc",
        ])
        #expect(
            invocation.inputs == [
                .source("a.c"), .wholeArchives(true), .object("libx.a"), .wholeArchives(false), .group(true),
                .library("y"), .object("libz.a"), .group(false), .wholeArchives(true), .library("w"),
                .wholeArchives(false),
            ])
        #expect(invocation.linker.needed == ["f", "g"] && invocation.linker.map == "x.map")
        #expect(invocation.linker.wrapped == ["malloc"] && invocation.libraryDirectories == ["lib"])
    }

    @Test("-E wins over -S, and -S over -c, as with gcc; -r makes an object")
    func actions() throws {
        #expect(try Invocation(["-c", "-S", "a.c"]).action == .assemble)
        #expect(try Invocation(["-S", "-c", "a.c"]).action == .assemble)
        #expect(try Invocation(["-E", "-c", "a.c"]).action == .preprocess)
        #expect(try Invocation(["-r", "-nostdlib", "a.o"]).action == .merge)
        #expect(try Invocation(["-Wl,-r", "a.o"]).action == .merge)
        #expect(try Invocation(["-fsyntax-only", "a.h"]).action == .check)
        #expect(try Invocation(["-v"]).action == .ask(.frontEnd))
    }

    @Test("-Wp,-MD,FILE is -MD with a file")
    func dependencies() throws {
        let invocation = try Invocation(["-Wp,-MD,x.d", "-MTa", "-MQ", "b", "-MP", "-c", "a.c"])
        #expect(invocation.dependencies.mode == "-MD" && invocation.dependencies.file == "x.d")
        #expect(invocation.dependencies.targets == ["-MT", "a", "-MQ", "b"] && invocation.frontEnd.isEmpty)
    }

    @Test("words of @-files are read with gcc's quotes, and such files name others")
    func responseFiles() throws {
        let scratch = try Scratch()
        try scratch.write("-DB='it'\\''s' \"-DC=a b\"\n@\(scratch.file("two")) ''", to: "one")
        try scratch.write("-DD=\\\"x\\\"\t\n", to: "two")
        let invocation = try Invocation(["-DA", "@" + scratch.file("one"), "a.c", "@nosuch"])
        #expect(invocation.frontEnd == ["-DA", "-DB=it's", "-DC=a b", "-DD=\"x\""])
        #expect(invocation.inputs == [.object(""), .source("a.c"), .object("@nosuch")])
        try scratch.write("@\(scratch.file("self"))", to: "self")
        #expect(throws: CompilerError.self) { try Invocation(["@" + scratch.file("self")]) }
    }
}
